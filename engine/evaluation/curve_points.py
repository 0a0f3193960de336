"""Curves over visitors: rolling means, and thinning to the points that a chart needs."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array


def rolling_mean(values: Array, at: NDArray[np.int_], window: int) -> Array:
    """Mean of the last ``window`` values up to each position in ``at``, counted from 1."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(at - window, 0)
    means: Array = (sums[at] - sums[first]) / (at - first)
    return means


def thinned(first: int, last: int, points: int) -> NDArray[np.int_]:
    """At most ``points`` evenly spaced integers from ``first`` to ``last``, both included."""
    even = np.linspace(first, last, min(points, last - first + 1))
    return np.unique(even.round().astype(int))


def rows_of(columns: Mapping[str, Array]) -> Iterator[Mapping[str, float]]:
    """Rows of a table given by columns of equal length."""
    lists = (column.astype(float).tolist() for column in columns.values())
    for values in zip(*lists, strict=True):
        yield dict(zip(columns, values, strict=True))
