"""Who comes to a place, and how often."""

from abc import ABC, abstractmethod
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np

from engine.arrays import Array
from engine.result_cache import RESULTS
from engine.steps import Steps, finish
from engine.streams import stream
from engine.worlds.place import TABULATED, Cells
from engine.worlds.rewards import Rewards
from engine.worlds.taste import Context

SAMPLE = 4_096
"""Visitors who stand for all who come where there are more cells than a table has."""
_TOGETHER = 256
"""Of these, those who are asked before others may have their turn."""
LEAST_TIMES = 1e-6
"""As often as the shares of its values say: what a cell comes at least, and at most that often."""


class Census(NamedTuple):
    """Who comes, C of the cells: all of a tabulated world, else of `SAMPLE` visitors.

    Attributes:
        cells: their positions, (C,).
        weights: how often each comes, (C,), sums to 1.
        expected: of every item, (C, items).
    """

    cells: Cells
    weights: Array
    expected: Array


class Visitors(Rewards, ABC):
    """A place whose visitors can be counted and drawn."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """What tells this place from every other, by which its sample is drawn."""

    @cached_property
    def shares(self) -> tuple[Array, ...]:
        """How often each value of each field comes by its share, each field's sum to 1."""
        found = (np.array([value.share for value in field.values]) for field in self.fields)
        return tuple(shares / shares.sum() for shares in found)

    @cached_property
    def frequencies(self) -> Array:
        """How often each cell comes, (cells,), sums to 1; of a tabulated world only."""
        self._check_tabulated()
        by_field: list[Array] = [np.array([v.share for v in f.values]) for f in self.fields]
        shares = reduce(np.outer, by_field).ravel()
        if self.together:
            shares = shares * np.array(self.together)
        return np.asarray(shares / shares.sum())

    @cached_property
    def bound_shares(self) -> Array:
        """How often combinations of the values of `bound` fields come, one axis a field, all sum
        to 1."""
        bound = [
            one
            for one, field in zip(self.shares, self.fields, strict=True)
            if field.name in self.bound
        ]
        shares = reduce(np.multiply.outer, bound, np.ones(()))
        if bound:
            shares = shares * np.array(self.together).reshape(shares.shape)
        return np.asarray(shares / shares.sum())

    @property
    def census(self) -> Census:
        """Who comes: all cells, or a sample of visitors that is the same each time."""
        return RESULTS.get(
            (self.token, "census"),
            lambda: finish(self._taking_census()),
            _bytes_of,
        )

    def taking_census(self) -> Steps[Census]:
        """The census, in steps where it is not kept."""
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
        for start in range(0, SAMPLE, _TOGETHER):
            part = slice(start, start + _TOGETHER)
            cells[part] = [self.cell(self.visitor(rng)) for _ in range(len(cells[part]))]
            expected.append(self.expected_in(cells[part]))
            yield None
        return Census(cells, np.full(SAMPLE, 1 / SAMPLE), np.concatenate(expected))

    def some(self, most: int = TABULATED) -> Census:
        """Who comes: the census, in a large world so many of it, for what takes long to ask."""
        if self.is_tabulated:
            return self.census
        cells, _, expected = self.census
        count = min(most, SAMPLE)
        return Census(cells[:count], np.full(count, 1 / count), expected[:count])

    def visitor(self, rng: np.random.Generator) -> Context:
        """Draw who comes next."""
        if not self.is_tabulated:
            bound = self._bound(rng)
            return {
                field.name: field.values[bound.pop(0) if is_bound else _drawn(shares, rng)].name
                for field, shares in zip(self.fields, self.shares, strict=True)
                for is_bound in [field.name in self.bound]
            }
        return self.contexts[_drawn(self.frequencies, rng)]

    def _bound(self, rng: np.random.Generator) -> list[int]:
        """The places of the values of `bound` fields of whoever comes next."""
        if not self.bound:
            return []
        table = self.bound_shares
        return [int(at) for at in np.unravel_index(_drawn(table.ravel(), rng), table.shape)]


def _bytes_of(census: Census) -> int:
    return sum(part.nbytes for part in census)


def times_of(came: Array, apart: Array) -> tuple[float, ...]:
    """What `Place.together` says of cells that come so often, (cells,), and would so often if
    fields came independently, (cells,); nothing where that is the same."""
    times = came / apart
    if np.allclose(times, 1, rtol=1e-6):
        return ()
    return tuple(float(f"{one:.6g}") for one in times.clip(LEAST_TIMES, 1 / LEAST_TIMES))


def _drawn(shares: Array, rng: np.random.Generator) -> int:
    """A place, drawn as often as its share."""
    cumulative = shares.cumsum()
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
