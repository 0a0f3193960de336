"""Inner products of rows without writing the rows out.

A row is (context part) x (action part), a tensor product, so the inner product
of two rows is the product of the parts' inner products. All crosses of k fields
together have as their inner product the k-th elementary symmetric polynomial of
the per-field inner products s_1..s_F (the ANOVA kernel: Shawe-Taylor & Cristianini,
*Kernel Methods for Pattern Analysis*, 2004, section 9.2), so triples of hundreds of
fields cost a few vector operations.
`engine.features.columns_of_row` is the same map written out; a test holds them equal.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from engine.actions import Action
from engine.arrays import Array, with_room
from engine.features import SHARE, Features


def symmetric_polynomials(products: Array, orders: int) -> Array:
    """Elementary symmetric polynomials e_0..e_orders along the last axis.

    Args:
        products: per-field inner products, shape (..., fields).

    Returns:
        shape (..., orders + 1). Adds fields one by one, which is exact where
        power sums would cancel.
    """
    e = np.zeros((*products.shape[:-1], orders + 1))
    e[..., 0] = 1.0
    for field in range(products.shape[-1]):
        e[..., 1:] += products[..., field, None] * e[..., :-1]
    return e


class Vectors:
    """A growing set of distinct sparse vectors over named columns, held densely."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._fields: dict[str, int] = {}
        self._keys: dict[tuple[tuple[str, float], ...], int] = {}
        self._field_of: list[int] = []
        self._values: Array = np.zeros((16, 16))
        self._indicator: Array = np.zeros((16, 16))

    def __len__(self) -> int:
        return len(self._keys)

    def index(self, features: Features) -> int:
        """Position of a vector, adding it if it is new."""
        key = tuple(sorted(features.columns.items()))
        if key not in self._keys:
            for column in features.columns:
                self._add_column(column, features.fields[column])
            row = len(self._keys)
            self._values = with_room(self._values, (row + 1, len(self._columns)))
            for column, value in features.columns.items():
                self._values[row, self._columns[column]] = value
            self._keys[key] = row
        return self._keys[key]

    def _add_column(self, column: str, field: str) -> None:
        if column in self._columns:
            return
        at = self._columns.setdefault(column, len(self._columns))
        of = self._fields.setdefault(field, len(self._fields))
        self._indicator = with_room(self._indicator, (at + 1, of + 1))
        self._indicator[at, of] = 1.0

    def products(self, features: Features) -> Array:
        """Inner products with one vector, field by field: shape (len(self), fields)."""
        known = [(self._columns[c], v) for c, v in features.columns.items() if c in self._columns]
        at = [position for position, _ in known]
        weighted = self._values[: len(self), at] * np.array([value for _, value in known])
        fields: Array = weighted @ self._indicator[at, : len(self._fields)]
        return fields

    def totals(self, columns: Sequence[str], values: Array) -> Array:
        """Inner products with several vectors given as (K, columns): shape (len(self), K)."""
        known = [i for i, column in enumerate(columns) if column in self._columns]
        at = [self._columns[columns[i]] for i in known]
        result: Array = self._values[: len(self), at] @ values[:, known].T
        return result


class RowKernel:
    """Inner products between remembered rows and the rows of a Rank call.

    Args:
        crosses: highest order of context fields crossed with the action, 0 to 3.
    """

    def __init__(self, crosses: int) -> None:
        self._crosses = crosses
        self._contexts = Vectors()
        self._context_scales: Array = np.zeros((16, crosses + 1))
        self._actions = Vectors()
        self._action_scales: Array = np.zeros((16, 1))
        self._ids: dict[str, int] = {}
        self._rows: list[tuple[int, int, int]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def remember(self, context: Features, action: Action) -> None:
        """Append a row to the remembered ones."""
        c, a = self._contexts.index(context), self._actions.index(action.features)
        self._context_scales = with_room(self._context_scales, (c + 1, self._crosses + 1))
        self._context_scales[c] = self._scales(context)
        self._action_scales = with_room(self._action_scales, (a + 1, 1))
        self._action_scales[a] = _feature_length(action.features)
        self._rows.append((c, a, self._ids.setdefault(action.id, len(self._ids))))

    def between(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Inner products of K offered rows with the m remembered ones and with each other.

        Returns:
            (K, m) and (K, K); each row has length 1, so the latter's diagonal is 1.
        """
        columns, own, ids = _dense(actions)
        offered = own @ own.T + np.equal.outer(ids, ids) * np.outer(*[_id_lengths(own)] * 2)
        if not self._rows:
            return np.zeros((len(actions), 0)), offered
        c, a, i = np.array(self._rows).T
        polynomials = symmetric_polynomials(self._contexts.products(context), self._crosses)
        scales = self._context_scales[: len(self._contexts)] * self._scales(context)
        contexts = np.einsum("no,no->n", polynomials, scales)
        known = np.array([self._ids.get(action.id, -1) for action in actions])
        features = self._actions.totals(columns, own) * self._action_scales[: len(self._actions)]
        id_lengths = np.where(self._action_scales[: len(self._actions), 0] > 0, SHARE, 1.0)
        same = np.equal.outer(i, known) * np.outer(id_lengths[a], _id_lengths(own))
        return (contexts[c, None] * (features[a] + same)).T, offered

    def _scales(self, context: Features) -> Array:
        """1 / length of each order's part, times 1 / sqrt(number of orders that occur)."""
        squares: dict[str, float] = {}
        for column, value in context.columns.items():
            field = context.fields[column]
            squares[field] = squares.get(field, 0.0) + value * value
        own = symmetric_polynomials(np.array(list(squares.values())), self._crosses)
        present = own > 0
        scales: Array = np.zeros_like(own)
        scales[present] = 1.0 / np.sqrt(own[present] * present.sum())
        return scales


def _feature_length(features: Features) -> float:
    """Factor that brings an action's features to length `SHARE`; 0 where there are none."""
    square = sum(value * value for value in features.columns.values())
    return SHARE / float(np.sqrt(square)) if square > 0 else 0.0


@lru_cache(maxsize=256)
def _dense(actions: tuple[Action, ...]) -> tuple[list[str], Array, Array]:
    """Feature parts of offered actions, scaled: column names, (K, columns), numbered ids."""
    columns: dict[str, int] = {}
    for action in actions:
        for column in action.features.columns:
            columns.setdefault(column, len(columns))
    values: Array = np.zeros((len(actions), len(columns)))
    numbers: dict[str, int] = {}
    ids = np.array([numbers.setdefault(action.id, len(numbers)) for action in actions])
    for row, action in enumerate(actions):
        scale = _feature_length(action.features)
        for column, value in action.features.columns.items():
            values[row, columns[column]] = value * scale
    return list(columns), values, ids


def _id_lengths(scaled_features: Array) -> Array:
    """Length of each action's id part: `SHARE`, or 1 where the features are empty."""
    return np.where(np.any(scaled_features != 0, axis=1), SHARE, 1.0)
