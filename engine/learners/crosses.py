"""Inner products of crosses of features, without writing the crosses out.

All crosses of k parts (fields, or columns) together have as their inner product the k-th
elementary symmetric polynomial of the inner products s_1..s_P part by part,

    (2)  e_k = sum over parts p_1 < ... < p_k of s_p1 ... s_pk

(the ANOVA kernel: Shawe-Taylor & Cristianini, *Kernel Methods for Pattern Analysis*, 2004, section
9.2), so triples of hundreds of parts cost a few vector operations. One term of the sum is what the
crosses of those parts alone add. Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from engine.arrays import Array, with_room
from engine.learners.base import Group
from engine.learners.state import Learned
from engine.protocol.features import Features

MAX_GROUPS = 300
"""Groups of context fields up to which crosses are told apart; single fields always are."""


def symmetric_polynomials(products: Array, orders: int) -> Array:
    """Elementary symmetric polynomials e_0..e_orders, (orders + 1, ...), of inner products part by
    part, (..., parts). Adds parts one by one, which is exact where power sums would cancel."""
    e: Array = np.zeros((orders + 1, *products.shape[:-1]))
    e[0] = 1.0
    for part in range(products.shape[-1]):
        e[1:] += products[..., part] * e[:-1]  # (2)
    return e


def by_group(
    products: Array, fields: Sequence[str], size: int, weights: Array
) -> dict[Group, Array]:
    """Weighted inner products of crosses, (C,), told apart by the fields they are of.

    Of one context with C others, part by part, (C, P), with the field of each part, the number
    of parts that it has in all, and the C weights in each order of crosses, (orders + 1, C).
    Order by order k, the crosses of k parts count while they make at most `MAX_GROUPS` with
    those of lower orders; beyond that, an order is one group.
    """
    found: dict[Group, Array] = {Group(): weights[0]}
    count = 1
    for order, weight in enumerate(weights[1:], start=1):
        count += math.comb(size, order)
        if order > 1 and count > MAX_GROUPS:
            polynomial = symmetric_polynomials(products, order)[order]
            found[Group(every=order)] = weight * polynomial
            continue
        crosses = list(combinations(range(len(fields)), order))
        at = np.array(crosses, dtype=np.intp).reshape(-1, order)
        values = weight * math.prod(products.T[part] for part in at.T)
        for cross, value in zip(crosses, values, strict=True):
            group = Group(tuple(sorted({fields[part] for part in cross})))
            found[group] = found[group] + value if group in found else value
    return found


@dataclass(eq=False, slots=True)
class Vectors(Learned):
    """A growing set of distinct sparse vectors over named columns, held densely."""

    _columns: dict[str, int] = field(default_factory=dict)
    _keys: dict[tuple[int, tuple[tuple[str, float], ...]], int] = field(default_factory=dict)
    _values: Array = field(default_factory=lambda: np.zeros((16, 16)))

    def __len__(self) -> int:
        return len(self._keys)

    def index(self, features: Features) -> int:
        """Position of a vector, adding it if it is new. Fields of value zero make no column, but
        tell vectors apart: they count in scales."""
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

    def by_field(self, features: Features) -> tuple[list[str], Array]:
        """The fields known, and inner products field by field, (len(self), fields known)."""
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
        return list(groups), products

    def by_fields(self, many: Sequence[Features]) -> Array:
        """Inner products of C vectors field by field, (C, len(self), fields known)."""
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
