"""Visitors of a world, and their frequencies."""

from abc import ABC, abstractmethod
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.pausable_steps import Steps, finish
from engine.result_cache import RESULTS
from engine.streams import stream
from engine.worlds.rewards import Rewards
from engine.worlds.taste import Context
from engine.worlds.world_contents import TABULATED, Cells

SAMPLE = 4_096
"""Size of the sample of visitors that represents a world with too many cells for a table."""
_CHUNK = 256
"""Visitors of the sample computed in one step."""
LEAST_TIMES = 1e-6
"""Smallest factor of a cell's frequency relative to independent fields; its inverse is the
largest."""


class Census(NamedTuple):
    """Visitors by cell, C cells: every cell of a tabulated world, else the cells of `SAMPLE`
    visitors.

    Attributes:
        cells: their positions, (C,).
        weights: frequency of each, (C,), sums to 1.
        expected: expected reward of every item, (C, items).
    """

    cells: Cells
    weights: Array
    expected: Array


class Visitors(Rewards, ABC):
    """A place with a distribution of visitors."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """Identity of the place, which seeds its sample."""

    @cached_property
    def shares(self) -> tuple[Array, ...]:
        """Frequency of each value of each field, each field's sum is 1."""
        columns = (np.array([value.share for value in field.values]) for field in self.fields)
        return tuple(shares / shares.sum() for shares in columns)

    @cached_property
    def frequencies(self) -> Array:
        """Frequency of each cell, (cells,), sums to 1; tabulated worlds only."""
        self._check_tabulated()
        by_field: list[Array] = [np.array([v.share for v in f.values]) for f in self.fields]
        shares = reduce(np.outer, by_field).ravel()
        if self.together:
            shares = shares * np.array(self.together)
        return np.asarray(shares / shares.sum())

    @cached_property
    def bound_shares(self) -> Array:
        """Frequencies of combinations of the values of `bound` fields, one axis per field, sum to
        1."""
        bound = [
            field_shares
            for field_shares, field in zip(self.shares, self.fields, strict=True)
            if field.name in self.bound
        ]
        shares = reduce(np.multiply.outer, bound, np.ones(()))
        if bound:
            shares = shares * np.array(self.together).reshape(shares.shape)
        return np.asarray(shares / shares.sum())

    @property
    def census(self) -> Census:
        """Every cell, or a fixed sample of visitors."""
        return RESULTS.get(
            (self.token, "census"),
            lambda: finish(self._taking_census()),
            _bytes_of,
        )

    def taking_census(self) -> Steps[Census]:
        """Compute the census in steps, unless cached."""
        key = self.token, "census"
        if key not in RESULTS:
            census = yield from self._taking_census()
            return RESULTS.get(key, lambda: census, _bytes_of)
        return self.census

    def _taking_census(self) -> Steps[Census]:
        if self.is_tabulated:
            return Census(np.arange(self.size), self.frequencies, self.expected)
        rng, cells = stream(0, "census", self.digest), np.zeros(SAMPLE, dtype=np.intp)
        expected = list[Array]()
        for start in range(0, SAMPLE, _CHUNK):
            part = slice(start, start + _CHUNK)
            cells[part] = [self.cell(self.visitor(rng)) for _ in range(len(cells[part]))]
            expected.append(self.expected_in(cells[part]))
            yield None
        return Census(cells, np.full(SAMPLE, 1 / SAMPLE), np.concatenate(expected))

    def some(self, most: int = TABULATED) -> Census:
        """Census, limited for a large world to ``most`` visitors, for expensive computations."""
        if self.is_tabulated:
            return self.census
        cells, _, expected = self.census
        count = min(most, SAMPLE)
        return Census(cells[:count], np.full(count, 1 / count), expected[:count])

    def visitor(self, rng: np.random.Generator) -> Context:
        """Draw the context of a visitor."""
        if not self.is_tabulated:
            bound = self._bound(rng)
            return {
                field.name: field.values[bound.pop(0) if is_bound else _drawn(shares, rng)].name
                for field, shares in zip(self.fields, self.shares, strict=True)
                for is_bound in [field.name in self.bound]
            }
        return self.contexts[_drawn(self.frequencies, rng)]

    def _bound(self, rng: np.random.Generator) -> list[int]:
        """Draw positions of the values of `bound` fields."""
        if not self.bound:
            return []
        table = self.bound_shares
        return [int(at) for at in np.unravel_index(_drawn(table.ravel(), rng), table.shape)]


def _bytes_of(census: Census) -> int:
    return sum(part.nbytes for part in census)


def times_of(observed: Array, independent: Array) -> tuple[float, ...]:
    """`Place.together` from the frequencies of cells, (cells,), and those under independent
    fields, (cells,); empty if they are equal."""
    times = observed / independent
    if np.allclose(times, 1, rtol=1e-6):
        return ()
    return tuple(float(f"{factor:.6g}") for factor in times.clip(LEAST_TIMES, 1 / LEAST_TIMES))


def _drawn(shares: Array, rng: np.random.Generator) -> int:
    """Draw a position with probabilities proportional to shares."""
    cumulative = shares.cumsum()
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
