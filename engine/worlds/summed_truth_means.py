"""Mean rewards of actions by some context fields, for a truth that is a sum.

Means of the terms add up, so no computation runs over every cell of a large world. This requires
sums that are not clipped at 0 or 1, independent fields, and not too many terms.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.worlds.taste import TasteTerm, TasteWeights
from engine.worlds.visitors import Visitors

MOST_TERMS = 5_000
"""Maximum number of terms, with each range expanded into its values."""


def summed_truth(world: Visitors) -> "SummedTruth | None":
    """Truth of a world as a `SummedTruth`; None if the means of its terms do not add up."""
    weights = world.taste
    if not isinstance(weights, TasteWeights) or world.bound or _terms_of(weights) > MOST_TERMS:
        return None
    truth = SummedTruth(world, weights)
    return None if truth.is_cut_off else truth


class SummedTruth:
    """Truth as a sum of few terms, with the world's shares and items."""

    def __init__(self, world: Visitors, weights: TasteWeights) -> None:
        self._world, self._weights = world, weights
        self._shares = {
            field.name: dict(zip((value.name for value in field.values), shares, strict=True))
            for field, shares in zip(world.fields, world.shares, strict=True)
        }
        self._terms: list[tuple[TasteTerm, NDArray[np.intp]]] = [
            (expanded, np.flatnonzero([term.is_about(item) for item in world.items]))
            for term in weights.terms
            for expanded in _by_value(term)
        ]

    @property
    def is_cut_off(self) -> bool:
        """True if a sum could be outside of 0 to 1."""
        low = high = np.full(len(self._world.items), self._weights.base)
        ordered = sorted(self._terms, key=lambda pair: sorted(pair[0].when))
        for names, group in groupby(ordered, key=lambda pair: sorted(pair[0].when)):
            # Terms on the same fields add up only for the same values.
            together: dict[tuple[str, ...], Array] = {}
            for term, items in group:
                values = tuple(term.when[name] for name in names)
                sums = together.setdefault(values, np.zeros(len(low)))
                sums[items] += term.add
            cases = [*together.values(), *([np.zeros(len(low))] if names else [])]
            low, high = low + np.min(cases, axis=0), high + np.max(cases, axis=0)
        return bool(low.min() < 0 or high.max() > 1)

    def by(self, fields: Sequence[int]) -> Array:
        """Mean reward of each item for each combination of values of some fields, (*sizes, K)."""
        world, weights = self._world, self._weights
        fields_ = [world.fields[at] for at in fields]
        sizes = tuple(len(field.values) for field in fields_)
        sums = np.full((*sizes, len(world.items)), weights.base)
        names = [field.name for field in fields_]
        for term, items in self._terms:
            chance = math.prod(self._shares[n][v] for n, v in term.when.items() if n not in names)
            index = tuple(
                [value.name for value in field.values].index(term.when[field.name])
                if field.name in term.when
                else slice(None)
                for field in fields_
            )
            sums[index][..., items] += term.add * chance
        return np.asarray(
            sums * (weights.whole + (1 - weights.whole) * world.partial) * world.worth
        )


def _terms_of(weights: TasteWeights) -> int:
    """Number of terms with ranges expanded, counted before expansion, as a small file may define
    billions."""
    ranges = (term.within.values() for term in weights.terms)
    return sum(math.prod(len(range_.values) for range_ in within) for within in ranges)


def _by_value(term: TasteTerm) -> Iterator[TasteTerm]:
    """Terms for each combination of values within the ranges."""
    for values in product(*(range_.values for range_ in term.within.values())):
        when = {**term.when, **dict(zip(term.within, values, strict=True))}
        yield replace(term, when=when, within={})
