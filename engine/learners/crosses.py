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
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Group
from engine.learners.learned_state import Learned
from engine.protocol.features import Features

Indices = NDArray[np.intp]

MAX_GROUPS = 300
"""Largest number of listed groups of context fields; single fields are always listed."""
FEW = 8
"""Largest number of columns of a field that NumPy sums from left to right."""
TOGETHER = 2**16
"""Numbers added at once, so that they stay in the processor's cache."""


def symmetric_polynomials(products: Array, orders: int) -> Array:
    """Elementary symmetric polynomials e_0..e_orders, (orders + 1, ...), of inner products of
    parts, (..., parts). Parts are added one by one, which is exact where power sums would
    cancel."""
    e: Array = np.zeros((orders + 1, *products.shape[:-1]))
    e[0] = 1.0
    lower, higher = e[:-1], e[1:]
    for part in range(products.shape[-1]):
        higher += products[..., part] * lower  # (2)
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


@dataclass(eq=False, slots=True)
class Vectors(Learned):
    """A growing set of distinct sparse vectors over named columns, stored densely in column order,
    as they are read by column."""

    _columns: dict[str, int] = field(default_factory=dict)
    _keys: dict[tuple[int, tuple[tuple[str, float], ...]], int] = field(default_factory=dict)
    _values: Array = field(default_factory=lambda: np.zeros((16, 16), order="F"))

    def __len__(self) -> int:
        return len(self._keys)

    def index(self, features: Features) -> int:
        """Position of a vector; added if new. Fields of value zero have no column, but distinguish
        vectors: they count in scales."""
        columns = features.columns
        names = sorted(columns)
        key = (features.size, tuple(zip(names, map(columns.__getitem__, names), strict=True)))
        known = len(self._keys)
        row = self._keys.setdefault(key, known)
        if row == known:
            for column in columns:
                self._columns.setdefault(column, len(self._columns))
            at = list(map(self._columns.__getitem__, columns))
            # A stored state has its rows in one piece.
            room = np.asfortranarray(self._values)
            self._values = with_room(room, (row + 1, len(self._columns)))
            self._values[row, at] = list(columns.values())
        return row

    def by_field(self, features: Features) -> tuple[list[str], Array]:
        """Known fields, and inner products field by field, (len(self), known fields)."""
        groups: dict[str, list[str]] = {}
        for column in features.columns:
            if column in self._columns:
                groups.setdefault(features.fields[column], []).append(column)
        known = [column for group in groups.values() for column in group]
        at = np.array(list(map(self._columns.__getitem__, known)), dtype=np.intp)
        factors = np.array(list(map(features.columns.__getitem__, known)))
        counts = np.array([len(group) for group in groups.values()], dtype=np.intp)
        return list(groups), self._sums(at, factors, counts).T

    def _sums(self, at: Indices, factors: Array, counts: Indices) -> Array:
        """Products of columns with factors, summed by field, with the given number of consecutive
        columns each: (fields, len(self))."""
        if len(at) == len(counts):
            return self._products(at, factors)
        starts = counts.cumsum() - counts
        if counts.max() > FEW:
            return np.add.reduceat(self._products(at, factors), starts, axis=0)
        sums: Array = np.empty((len(counts), len(self)))
        order = np.argsort(-counts, kind="stable")
        step = max(1, TOGETHER // max(1, len(self)))
        for first in range(0, len(counts), step):
            fields = order[first : first + step]
            sums[fields] = self._sum_of_few(at, factors, starts[fields], counts[fields])
        return sums

    def _sum_of_few(self, at: Indices, factors: Array, starts: Indices, counts: Indices) -> Array:
        """`_sums` of fields at the given first columns, in decreasing order of their number of
        columns."""

        def nth(n: int) -> Array:
            """Products of the nth columns of the fields with at least n columns."""
            positions = starts[: np.count_nonzero(counts > n)] + n
            return self._products(at[positions], factors[positions])

        total = nth(0)
        if counts[0] > 1:
            others = nth(1)  # What follows is added to these first, as `reduceat` does.
            for n in range(2, counts[0]):
                more = nth(n)
                others[: len(more)] += more
            total[: len(others)] += others
        return total

    def _products(self, at: Indices, factors: Array) -> Array:
        """Columns times factors, (columns, len(self))."""
        products: Array = self._values.T[at, : len(self)]
        products *= factors[:, None]
        return products

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
