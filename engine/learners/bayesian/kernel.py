"""Inner products of rows without writing the rows out.

A row is (context part) x (action part), a tensor product, so

    (1)  x.z = (inner product of the context parts) (inner product of the action parts).

All crosses of k fields together have as their inner product the k-th elementary symmetric
polynomial of the per-field inner products s_1..s_F,

    (2)  e_k = sum over fields f_1 < ... < f_k of s_f1 ... s_fk

(the ANOVA kernel: Shawe-Taylor & Cristianini, *Kernel Methods for Pattern Analysis*, 2004,
section 9.2), so triples of hundreds of fields cost a few vector operations.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.bayesian.rows import ID_LENGTH, RowForm
from engine.learners.state import Learned
from engine.protocol.features import Features
from engine.protocol.request import Action


def symmetric_polynomials(products: Array, orders: int) -> Array:
    """Elementary symmetric polynomials e_0..e_orders along the last axis.

    Args:
        products: per-field inner products, shape (..., fields).

    Returns:
        shape (orders + 1, ...). Adds fields one by one, which is exact where power sums
        would cancel.
    """
    e: Array = np.zeros((orders + 1, *products.shape[:-1]))
    e[0] = 1.0
    for field in range(products.shape[-1]):
        e[1:] += products[..., field] * e[:-1]  # (2)
    return e


class Vectors(Learned):
    """A growing set of distinct sparse vectors over named columns, held densely."""

    STATE: ClassVar = ("_columns", "_keys", "_values")

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._keys: dict[tuple[int, tuple[tuple[str, float], ...]], int] = {}
        self._values: Array = np.zeros((16, 16))

    def __len__(self) -> int:
        return len(self._keys)

    def index(self, features: Features) -> int:
        """Position of a vector, adding it if it is new.

        Fields of value zero make no column, but tell vectors apart: they count in scales.
        """
        key = (features.size, tuple(sorted(features.columns.items())))
        if key not in self._keys:
            for column in features.columns:
                self._columns.setdefault(column, len(self._columns))
            row = len(self._keys)
            self._values = with_room(self._values, (row + 1, len(self._columns)))
            for column, value in features.columns.items():
                self._values[row, self._columns[column]] = value
            self._keys[key] = row
        return self._keys[key]

    def products(self, features: Features) -> Array:
        """Inner products with one vector, field by field: shape (len(self), fields known)."""
        groups: dict[str, list[str]] = {}
        for column in features.columns:
            if column in self._columns:
                groups.setdefault(features.fields[column], []).append(column)
        known = [column for group in groups.values() for column in group]
        at = np.array([self._columns[column] for column in known], dtype=np.intp)
        products: Array = self._values[: len(self)].take(at, axis=1)
        products *= np.array([features.columns[column] for column in known])
        if len(groups) < len(known):
            starts = np.cumsum([0, *map(len, groups.values())])[:-1]
            products = np.add.reduceat(products, starts, axis=1)
        return products

    def totals(self, columns: Sequence[str], values: Array) -> Array:
        """Inner products with several vectors given as (K, columns): shape (len(self), K)."""
        known = [i for i, column in enumerate(columns) if column in self._columns]
        at = [self._columns[columns[i]] for i in known]
        result: Array = self._values[: len(self), at] @ values[:, known].T
        return result


class RowKernel(Learned):
    """Inner products between remembered rows and the rows of a Rank call.

    Args:
        form: how rows are written.
    """

    STATE: ClassVar = (
        "_form",
        "_contexts",
        "_context_scales",
        "_actions",
        "_action_scales",
        "_ids",
        "_rows",
        "_size",
    )

    def __init__(self, form: RowForm) -> None:
        self._form = form
        self._contexts = Vectors()
        self._context_scales: Array = np.zeros((form.crosses + 1, 16))
        self._actions = Vectors()
        self._action_scales: Array = np.zeros((2, 16))
        self._ids: dict[str, int] = {}
        self._rows: NDArray[np.intp] = np.zeros((3, 16), dtype=np.intp)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def remember(self, context: Features, action: Action) -> int:
        """Append a row to the remembered ones; its position."""
        c, a = self._contexts.index(context), self._actions.index(action.features)
        self._context_scales = with_room(self._context_scales, (self._form.crosses + 1, c + 1))
        self._context_scales[:, c] = context_scales(context, self._form)[0]
        self._action_scales = with_room(self._action_scales, (2, a + 1))
        self._action_scales[:, a] = action_scales(action.features, self._form)
        if self._size == self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)], axis=1)
        self._rows[:, self._size] = c, a, self._ids.setdefault(action.id, len(self._ids))
        self._size += 1
        return self._size - 1

    def between(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Inner products of K offered rows with the m remembered ones and with each other.

        Returns:
            (K, m) and (K, K).
        """
        offer = _offer(actions, self._form)
        scales, square = context_scales(context, self._form)
        own = offer.products * square
        if not self._size:
            return np.zeros((len(actions), 0)), own
        c, a, i = self._rows[:, : self._size]
        polynomials = symmetric_polynomials(self._contexts.products(context), self._form.crosses)
        polynomials *= self._context_scales[:, : len(self._contexts)]
        contexts = scales @ polynomials
        to_features, id_lengths = self._action_scales[:, : len(self._actions)]
        features = self._actions.totals(offer.columns, offer.features) * to_features[:, None]
        ids = np.array([self._ids.get(action.id, -1) for action in actions])
        same = (i[:, None] == ids) * (id_lengths[a][:, None] * offer.id_lengths)
        return (contexts[c, None] * (features[a] + same)).T, own  # (1)


def _field_squares(context: Features) -> Array:
    """Squared length of each field's columns."""
    squares: dict[str, float] = {}
    for column, value in context.columns.items():
        field = context.fields[column]
        squares[field] = squares.get(field, 0.0) + value * value
    return np.array(list(squares.values()))


@lru_cache(maxsize=1_024)
def context_scales(context: Features, form: RowForm) -> tuple[Array, float]:
    """How the context's part of a row is scaled.

    Returns:
        what the terms of each order of crosses are multiplied by (`features.context_terms`),
        and the squared length that the part has then.
    """
    own = symmetric_polynomials(_field_squares(context), form.crosses)
    squares = own
    if form.by == "features":
        squares = np.array([float(math.comb(context.size, k)) for k in range(len(own))])
    present = own > 0
    scales: Array = np.zeros_like(own)
    scales[present] = 1.0 / np.sqrt(squares[present] * present.sum())
    return scales, float(own @ scales**2)


def action_scales(features: Features, form: RowForm) -> tuple[float, float]:
    """What an action's features are multiplied by, and the length of its id's part."""
    square = sum(value * value for value in features.columns.values())
    if square == 0:
        return 0.0, 1.0
    if form.by == "features":
        return 1 / math.sqrt(features.size), 0.0
    return ID_LENGTH / math.sqrt(square), ID_LENGTH


@dataclass(frozen=True, slots=True)
class _OfferedActions:
    """Action parts of K offered rows.

    Attributes:
        columns: names of the features' columns.
        features: (K, columns), scaled.
        id_lengths: (K,).
        products: inner products of the action parts, (K, K).
    """

    columns: Sequence[str]
    features: Array
    id_lengths: Array
    products: Array


@lru_cache(maxsize=256)
def _offer(actions: tuple[Action, ...], form: RowForm) -> _OfferedActions:
    columns: dict[str, int] = {}
    for action in actions:
        for column in action.features.columns:
            columns.setdefault(column, len(columns))
    features: Array = np.zeros((len(actions), len(columns)))
    lengths: Array = np.zeros(len(actions))
    for row, action in enumerate(actions):
        scale, lengths[row] = action_scales(action.features, form)
        for column, value in action.features.columns.items():
            features[row, columns[column]] = value * scale
    names = np.array([action.id for action in actions], dtype=object)
    same = np.equal.outer(names, names).astype(float)
    products = features @ features.T + same * np.outer(lengths, lengths)
    return _OfferedActions(list(columns), features, lengths, products)
