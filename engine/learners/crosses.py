"""Inner products of crosses of features, computed without writing the crosses out.

The inner product over all crosses of k parts (fields, or columns) is the k-th elementary symmetric
polynomial of the inner products s_1..s_P of the single parts,

    (2)  e_k = sum over parts p_1 < ... < p_k of s_p1 ... s_pk

(the ANOVA kernel: Shawe-Taylor & Cristianini, *Kernel Methods for Pattern Analysis*, 2004, section
9.2), so triples of hundreds of parts cost a few vector operations. Each term of the sum belongs to
the crosses of its parts. Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, groupby

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Group
from engine.learners.learned_state import BoundedCache, Learned
from engine.protocol.features import Features

Indices = NDArray[np.intp]

MAX_GROUPS = 300
"""Largest number of listed groups of context fields; single fields are always listed."""
FEW = 8
"""Largest number of columns of a field that are added one by one, for all such fields at once."""
TOGETHER = 2**16
"""Numbers added at once, so that they stay in the processor's cache."""


def symmetric_polynomials(products: Array, orders: int) -> Array:
    """Elementary symmetric polynomials e_0..e_orders, (orders + 1, ...), of inner products of
    parts, (..., parts). Parts are added one by one, which is exact where power sums would
    cancel."""
    e: Array = np.zeros((orders + 1, *products.shape[:-1]))
    e[0] = 1.0
    lower, higher = e[:-1], e[1:]
    added = np.empty_like(lower)
    for part in np.moveaxis(products, -1, 0):
        np.multiply(part, lower, out=added)
        higher += added  # (2)
    return e


def by_group(
    products: Array, fields: Sequence[str], size: int, weights: Array
) -> dict[Group, Array]:
    """Weighted inner products of crosses, (C,), split by the fields of the crosses.

    Inner products of one context with C others are given by part, (C, P), with the field of each
    part, the total number of parts, and C weights for each order of crosses, (orders + 1, C).
    Crosses of order k are listed by their fields while there are at most `MAX_GROUPS` groups so
    far; beyond that, an order is one group.
    """
    kernels: dict[Group, Array] = {Group(): weights[0]}
    count = 1
    for order, weight in enumerate(weights[1:], start=1):
        count += math.comb(size, order)
        if order > 1 and count > MAX_GROUPS:
            polynomial = symmetric_polynomials(products, order)[order]
            kernels[Group(every=order)] = weight * polynomial
            continue
        crosses = list(combinations(range(len(fields)), order))
        at = np.array(crosses, dtype=np.intp).reshape(-1, order)
        values = weight * math.prod(products.T[part] for part in at.T)
        for cross, value in zip(crosses, values, strict=True):
            group = Group(tuple(sorted({fields[part] for part in cross})))
            kernels[group] = kernels[group] + value if group in kernels else value
    return kernels


@dataclass(eq=False)
class Vectors(Learned):
    """A growing set of distinct sparse vectors over named columns, stored densely in column order,
    as they are read by column."""

    _columns: dict[str, int] = field(default_factory=dict)
    _keys: dict[tuple[object, ...], int] = field(default_factory=dict)
    _values: Array = field(default_factory=lambda: np.zeros((16, 16), order="F"))

    _places = cached_property(lambda _: BoundedCache[Features, int]())
    _last = cached_property[tuple[Features | None, Array]](lambda _: (None, np.zeros((1, 0))))
    _orders = cached_property[int](lambda _: 0)

    def __len__(self) -> int:
        return len(self._keys)

    def index(self, features: Features) -> int:
        """Position of a vector; added if new. Fields of value zero have no column, but distinguish
        vectors: they count in scales."""
        row = self._places.get(features)
        if row is None:
            row = self._places[features] = self._index(features)
        return row

    def _index(self, features: Features) -> int:
        columns = features.columns
        names = sorted(columns)
        key = (features.size, *names, *map(columns.__getitem__, names))
        known = len(self._keys)
        row = self._keys.setdefault(key, known)
        if row == known:
            for column in [column for column in columns if column not in self._columns]:
                self._columns[column] = len(self._columns)
            at = list(map(self._columns.__getitem__, columns))
            self._values = with_room(self._by_column, (row + 1, len(self._columns)))
            self._values[row, at] = list(columns.values())
        return row

    @property
    def _by_column(self) -> Array:
        """All values; a stored state has its rows in one piece, which sums otherwise."""
        self._values = np.asfortranarray(self._values)
        return self._values

    def polynomials(self, features: Features, orders: int, size: int) -> Array:
        """Polynomials (2) of the inner products field by field, (orders + 1, n), with at least the
        first ``size`` vectors. Those of the last features are cached: several learners ask for the
        same in turn."""
        last, known = self._last
        self._orders = max(self._orders, orders)
        if last is not features or len(known) <= orders or known.shape[1] < size:
            known = symmetric_polynomials(self.by_field(features)[1], self._orders)
            self._last = features, known
        return known[: orders + 1]

    def by_field(self, features: Features) -> tuple[list[str], Array]:
        """Known fields, and inner products field by field, (len(self), known fields)."""
        known = [column for column in features.columns if column in self._columns]
        runs = [(name, [*run]) for name, run in groupby(known, features.fields.__getitem__)]
        if len(names := dict.fromkeys(name for name, _ in runs)) < len(runs):
            runs = [(name, [c for of, run in runs if of == name for c in run]) for name in names]
            known = [column for _, run in runs for column in run]
        at = np.array([*map(self._columns.__getitem__, known)], dtype=np.intp)
        factors = np.array([*map(features.columns.__getitem__, known)])
        counts = np.array([len(run) for _, run in runs], dtype=np.intp)
        # Of one vector alone NumPy would add the columns in another order.
        values = self._by_column.T[:, : max(len(self), 2)]
        return [*names], _sums(values, at, factors, counts)[:, : len(self)].T

    def by_fields(self, many: Sequence[Features]) -> Array:
        """Inner products with C vectors field by field, (C, len(self), known fields)."""
        fields: dict[str, dict[str, None]] = {}
        for features in many:
            for column in features.columns:
                if column in self._columns:
                    fields.setdefault(features.fields[column], {})[column] = None
        products: Array = np.zeros((len(fields), len(many), len(self)))
        for product, columns in zip(products, fields.values(), strict=True):
            values = [
                [features.columns.get(column, 0.0) for column in columns] for features in many
            ]
            at = [self._columns[column] for column in columns]
            np.matmul(np.array(values), self._values[: len(self), at].T, out=product)
        return np.moveaxis(products, 0, -1)

    def totals(self, columns: Sequence[str], values: Array) -> Array:
        """Inner products with several vectors given as (K, columns): shape (len(self), K)."""
        known = [i for i, column in enumerate(columns) if column in self._columns]
        at = [self._columns[columns[i]] for i in known]
        return np.asarray(self._values[: len(self), at] @ values[:, known].T)


def _sums(values: Array, at: Indices, factors: Array, counts: Indices) -> Array:
    """Columns at some positions of ``values``, (columns, n), times factors, summed by field with
    the given number of consecutive columns each, (fields, n)."""
    if len(at) == len(counts):
        return values[at] * factors[:, None]
    sums: Array = np.empty((len(counts), values.shape[1]))
    starts, few = counts.cumsum() - counts, counts <= FEW
    for i in np.flatnonzero(~few).tolist():
        own = slice(starts[i], starts[i] + counts[i])
        np.add.reduce(values[at[own]] * factors[own, None], axis=0, out=sums[i])
    order = np.flatnonzero(few)[np.argsort(-counts[few], kind="stable")]
    step = max(1, TOGETHER // max(1, values.shape[1]))
    for first in range(0, len(order), step):
        fields = order[first : first + step]
        sums[fields] = _sum_of_few(values, at, factors, starts[fields], counts[fields])
    return sums


def _sum_of_few(
    values: Array, at: Indices, factors: Array, starts: Indices, counts: Indices
) -> Array:
    """`_sums` of fields at the given first columns, in decreasing order of their number of
    columns."""
    total: Array = np.zeros((len(starts), values.shape[1]))
    for n in range(counts[0]):
        positions = starts[: np.count_nonzero(counts > n)] + n
        total[: len(positions)] += values[at[positions]] * factors[positions, None]
    return total
