"""Kernels: inner products of regression rows, computed without writing the rows out.

A row is the tensor product of a context part and an action part, so

    (1)  x.z = (inner product of the context parts) (inner product of the action parts).

The context part holds all crosses of up to three fields (`engine.learners.crosses`), each order of
crossing with its own scale.

Rewards that are nearly linear in numbers are learned soon from lines along the numbers, but may
deviate from them. `BentKernel` therefore adds a second part to each row: all crosses by id, with
numbers read by nearness, which can represent any shape,

    (21)  x.z = lines + BEND nearness,

each an inner product (1): a sum of kernels, so a sum of independent functions (Duvenaud, Nickisch &
Rasmussen, *NeurIPS*, 2011, section 2). Numbers of equations as in ``engine/README.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Group
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.row_form import RowForm, action_scales, context_scales, field_squares
from engine.learners.crosses import Vectors, by_group, symmetric_polynomials
from engine.learners.learned_state import BoundedCache, Learned
from engine.protocol.features import Features
from engine.protocol.request import Action
from engine.result_cache import cached

Contexts = Mapping[bool, Vectors]
"""Vectors of contexts with numbers read by nearness, and along lines; shared by kernels."""
Column = tuple[str, bool]
"""A column of an action's rows: its name, and whether it belongs to the id."""
TOGETHER = 64
"""Contexts handled in one matrix product by `RowKernel.length`."""
BEND = 0.1
"""Prior variance of the nearness part of `BentKernel` as a share of that of a line of length 1: .03
held the truth less often, .3 lost more."""


class RowKernel(Learned):
    """Inner products between remembered rows and offered rows. Numbers are read by ``scales``: by
    nearness where rows have ids, else along lines."""

    STATE = (
        "_form",
        "_scales",
        "_contexts",
        "_context_scales",
        "_actions",
        "_action_scales",
        "_ids",
        "_rows",
        "_size",
    )
    _inner = cached_property(lambda _: BoundedCache[Features, tuple[Array, float]]())
    _offered = cached_property(
        lambda _: BoundedCache[tuple[Action, ...], tuple[_OfferedActions, Array, Array]]()
    )
    _reach = cached_property(lambda self: max(self._rows[0, : self._size].tolist(), default=-1) + 1)

    def __init__(self, form: RowForm, scales: Scales, contexts: Contexts | None = None) -> None:
        self._form, self._scales, self._size = form, scales, 0
        self._contexts, self._actions = (contexts or contexts_of())[self._near], Vectors()
        self._context_scales: Array = np.zeros((form.crosses + 1, 16))
        self._action_scales: Array = np.zeros((2, 16))
        self._ids: dict[str, int] = {}
        self._rows: NDArray[np.intp] = np.zeros((3, 16), dtype=np.intp)

    def __len__(self) -> int:
        return self._size

    @property
    def _near(self) -> bool:
        return self._form.by == "id"

    @property
    def _known_scales(self) -> Array:
        """Scales of contexts, (orders + 1, C), up to the last one remembered."""
        return self._context_scales[:, : len(self._contexts)]

    def _read(self, context: Features) -> Features:
        return self._scales.context(context, self._near)

    def _read_all(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        return self._scales.actions(actions, self._near)

    def columns(self, action: Action) -> Iterator[Column]:
        """Yield the columns of an action's rows: features first, then the id."""
        read = self._scales.action(action.features, self._near)
        for column in read.columns:
            yield column, False
        if self._near or not read.columns:
            yield action.id, True

    def remember(self, context: Features, action: Action) -> int:
        """Append a row to the remembered ones; return its position."""
        context, features = self._read(context), self._scales.action(action.features, self._near)
        known = len(self._actions)
        c, a = self._contexts.index(context), self._actions.index(features)
        self._reach = max(self._reach, c + 1)
        self._inner.clear()
        if len(self._actions) > known:
            self._offered.clear()
        self._context_scales = with_room(self._context_scales, (self._form.crosses + 1, c + 1))
        self._context_scales[:, c] = context_scales(context, self._form)[0]
        self._action_scales = with_room(self._action_scales, (2, a + 1))
        self._action_scales[:, a] = action_scales(features, self._form)
        self._rows = with_room(self._rows, (3, self._size + 1))
        self._rows[:, self._size] = c, a, self._ids.setdefault(action.id, len(self._ids))
        self._size += 1
        return self._size - 1

    def between(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Inner products of offered rows with remembered rows, (K, m), and each other, (K, K)."""
        (inner, square), (offer, products) = self._of_context(context), self._of_actions(actions)
        return inner * products, square * offer.products  # (1)

    def row(
        self, context: Features, actions: tuple[Action, ...], shown: int
    ) -> tuple[Array, float]:
        """`between` of one of the offered rows: (m,), and its squared length."""
        (inner, square), (offer, products) = self._of_context(context), self._of_actions(actions)
        return inner * products[shown], square * float(offer.products[shown, shown])  # (1)

    def between_all(
        self, contexts: tuple[Features, ...], actions: tuple[Action, ...]
    ) -> tuple[Array, Array]:
        """`between` in each of C contexts: (C, K, m) and (C, K, K)."""
        contexts, (offer, with_past) = tuple(map(self._read, contexts)), self._of_actions(actions)
        scaled = [context_scales(context, self._form) for context in contexts]
        own = np.array([square for _, square in scaled])[:, None, None] * offer.products
        products = self._contexts.by_fields(contexts)[:, : self._known_scales.shape[1]]
        polynomials = symmetric_polynomials(products, self._form.crosses)
        polynomials *= np.array([scales for scales, _ in scaled]).T[:, :, None]
        polynomials *= self._known_scales[:, None]
        inside = polynomials.sum(axis=0)[:, self._rows[0, : self._size]]
        return inside[:, None, :] * with_past, own  # (1)

    def grouped(
        self, context: Features, actions: tuple[Action, ...], weights: Array
    ) -> tuple[tuple[Group, ...], Array, Array]:
        """Split a weighted sum of the rows of actions in a context by the G groups of fields of its
        columns. Returns the groups, inner products of each part with remembered rows, (G, m), and
        squared lengths, (G,)."""
        context, (offer, with_past) = self._read(context), self._of_actions(actions)
        scales, _ = context_scales(context, self._form)
        squares = field_squares(context)
        names, known = {name: at for at, name in enumerate(squares)}, self._known_scales.shape[1]
        products: Array = np.zeros((known + 1, len(names)))
        at, products_by_field = self._contexts.by_field(context)
        products[:known, [names[name] for name in at]] = products_by_field[:known]
        products[known] = list(squares.values())  # With itself.
        own = np.column_stack([self._known_scales, scales])
        of_context = by_group(products, list(names), len(names), scales[:, None] * own)
        parts = np.array(list(of_context.values()))
        inside = parts[:, self._rows[0, : self._size]] * (weights @ with_past)  # (1)
        square = float(weights @ offer.products @ weights)
        return tuple(of_context), inside, parts[:, known] * square

    def alike(self, actions: tuple[Action, ...]) -> Array:
        """Inner products of the action parts, (K, K)."""
        return _offer(self._read_all(actions), self._form).products

    def length(
        self, contexts: Sequence[Features], actions: tuple[Action, ...], weights: Array
    ) -> float:
        """Squared length of the sum of the rows of K actions in C contexts by weights (C, K)."""
        vectors, form = Vectors(), self._form
        read = [self._read(context) for context in contexts]
        at = [vectors.index(context) for context in read]
        scales = np.array([context_scales(context, form)[0] for context in read])
        shared, total = weights @ self.alike(actions) @ weights.T, 0.0
        for start in range(0, len(read), TOGETHER):
            some = slice(start, start + TOGETHER)
            polynomials = symmetric_polynomials(vectors.by_fields(read[some]), form.crosses)
            polynomials = polynomials[:, :, at] * scales[some].T[:, :, None] * scales.T[:, None]
            total += float((polynomials.sum(axis=0) * shared[some]).sum())  # (1)
        return total

    def _of_context(self, context: Features) -> tuple[Array, float]:
        """Inner products of a context part with those of the remembered rows, (m,), and with
        itself."""
        known = self._inner.get(context)
        if known is None:
            read, own = self._read(context), self._known_scales
            scales, square = context_scales(read, self._form)
            polynomials = self._contexts.polynomials(read, self._form.crosses, self._reach)
            kernels = scales @ (polynomials[:, : self._reach] * own[:, : self._reach])
            known = self._inner[context] = kernels[self._rows[0, : self._size]], square
        return known

    def _of_actions(self, actions: tuple[Action, ...]) -> "tuple[_OfferedActions, Array]":
        """K offered action parts, and their inner products with those of the remembered rows,
        (K, m)."""
        known = self._offered.get(actions)
        if known is None:
            offer = _offer(self._read_all(actions), self._form)
            to_features = self._action_scales[0, : len(self._actions)]
            totals = self._actions.totals(offer.columns, offer.features).T * to_features
            known = offer, totals, np.zeros((len(actions), 0))
        offer, totals, products = known
        size = products.shape[1]
        if size < self._size:
            _, a, i = self._rows[:, size : self._size]
            ids = np.array([self._ids.get(action.id, -1) for action in actions])
            lengths = np.multiply.outer(offer.id_lengths, self._action_scales[1, a])
            new = totals[:, a] + (ids[:, None] == i) * lengths
            products = np.concatenate([products, new], axis=1)
            self._offered[actions] = offer, totals, products
        return offer, products


class _OfferedActions(NamedTuple):
    """Action parts of K offered rows: scaled features, (K, columns), lengths of ids, (K,), and
    inner products, (K, K)."""

    columns: Sequence[str]
    features: Array
    id_lengths: Array
    products: Array


@cached(lambda offer, *_: offer.features.nbytes + offer.products.nbytes)
def _offer(actions: tuple[Action, ...], form: RowForm) -> _OfferedActions:
    names = dict.fromkeys(column for action in actions for column in action.features.columns)
    columns = {column: place for place, column in enumerate(names)}
    features: Array = np.zeros((len(actions), len(columns)))
    lengths: Array = np.zeros(len(actions))
    for row, action in enumerate(actions):
        scale, lengths[row] = action_scales(action.features, form)
        for column, value in action.features.columns.items():
            features[row, columns[column]] = value * scale
    ids = np.array([action.id for action in actions], dtype=object)
    same = np.equal.outer(ids, ids).astype(float)
    products = features @ features.T + same * np.outer(lengths, lengths)
    return _OfferedActions(list(columns), features, lengths, products)


# -- lines that may bend --------------------------------------------------------------


class BentKernel(Learned):
    """Sum of two kernels (21): lines by features, and crosses by id with nearness."""

    STATE = ("_lines", "_nearness")

    def __init__(self, crosses: int, scales: Scales, contexts: Contexts | None = None) -> None:
        self._lines = RowKernel(RowForm.known(min(crosses, 1), "features"), scales, contexts)
        self._nearness = RowKernel(RowForm.known(crosses, "id"), scales, contexts)

    def __len__(self) -> int:
        return len(self._lines)

    def columns(self, action: Action) -> Iterator[tuple[bool, Column]]:
        """Yield the columns of an action's rows, and whether they are of the nearness part."""
        for bends, kernel in enumerate((self._lines, self._nearness)):
            for column in kernel.columns(action):
                yield bool(bends), column

    def remember(self, context: Features, action: Action) -> int:
        """See `RowKernel.remember`."""
        self._lines.remember(context, action)
        return self._nearness.remember(context, action)

    def between(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """See `RowKernel.between`."""
        return _sum(self._lines.between(context, actions), self._nearness.between(context, actions))

    def row(
        self, context: Features, actions: tuple[Action, ...], shown: int
    ) -> tuple[Array, float]:
        """See `RowKernel.row`."""
        (inner, square), (near, length) = (
            kernel.row(context, actions, shown) for kernel in (self._lines, self._nearness)
        )
        return inner + BEND * near, square + BEND * length  # (21)

    def between_all(
        self, contexts: tuple[Features, ...], actions: tuple[Action, ...]
    ) -> tuple[Array, Array]:
        """See `RowKernel.between_all`."""
        return _sum(
            self._lines.between_all(contexts, actions),
            self._nearness.between_all(contexts, actions),
        )

    def grouped(
        self, context: Features, actions: tuple[Action, ...], weights: Array
    ) -> tuple[tuple[Group, ...], Array, Array]:
        """See `RowKernel.grouped`; both parts are added up for each group."""
        sums: dict[Group, tuple[Array, float]] = {}
        nothing: tuple[Array, float] = np.zeros(len(self)), 0.0
        for kernel, share in ((self._lines, 1.0), (self._nearness, BEND)):
            groups, inside, lengths = kernel.grouped(context, actions, weights)
            for group, products, length in zip(groups, inside, lengths.tolist(), strict=True):
                before, shorter = sums.get(group, nothing)
                sums[group] = before + share * products, shorter + share * length  # (21)
        products = np.array([of for of, _ in sums.values()])
        return tuple(sums), products, np.array([length for _, length in sums.values()])

    def alike(self, actions: tuple[Action, ...]) -> Array:
        """See `RowKernel.alike`."""
        return self._lines.alike(actions) + BEND * self._nearness.alike(actions)  # (21)

    def length(
        self, contexts: Sequence[Features], actions: tuple[Action, ...], weights: Array
    ) -> float:
        """See `RowKernel.length`."""
        query = contexts, actions, weights
        return self._lines.length(*query) + BEND * self._nearness.length(*query)  # (21)


def _sum(lines: tuple[Array, Array], nearness: tuple[Array, Array]) -> tuple[Array, Array]:
    """Apply (21) to pairs of inner products."""
    first, second = lines[0] + BEND * nearness[0], lines[1] + BEND * nearness[1]
    return first, second


def contexts_of(numbers: bool = True) -> Contexts:
    """Create vectors without contexts; both readings are the same without ``numbers``."""
    lines = Vectors()
    return {False: lines, True: Vectors() if numbers else lines}


def kernel_of(
    form: RowForm, scales: Scales, contexts: Contexts | None = None
) -> RowKernel | BentKernel:
    """Create the kernel for rows of a form, without remembered rows."""
    if form.by == "bent":
        return BentKernel(form.crosses, scales, contexts)
    return RowKernel(form, scales, contexts)
