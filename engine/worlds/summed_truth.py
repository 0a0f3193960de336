"""What actions earn on average, by some fields of the context, where the truth is a sum.

Means of the terms add up, so nothing has to be computed for each cell of a large world: as long as
no sum is cut off at 0 or 1, fields come independently of one another, and terms are not too many.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.worlds.taste import TasteWeights, Term
from engine.worlds.visitors import Visitors

MOST_TERMS = 5_000
"""Terms of a sum, each range as its values, up to which their means are added up."""


def summed_truth(world: Visitors) -> "SummedTruth | None":
    """The truth of a world, if it is a sum whose terms' means add up."""
    weights = world.taste
    if not isinstance(weights, TasteWeights) or world.bound or _terms_of(weights) > MOST_TERMS:
        return None
    truth = SummedTruth(world, weights)
    return None if truth.is_cut_off else truth


class SummedTruth:
    """A truth that is a sum of few terms, with whoever comes and what is offered."""

    def __init__(self, world: Visitors, weights: TasteWeights) -> None:
        self._world, self._weights = world, weights
        self._shares = {
            field.name: dict(zip((one.name for one in field.values), shares, strict=True))
            for field, shares in zip(world.fields, world.shares, strict=True)
        }
        self._terms: list[tuple[Term, NDArray[np.intp]]] = [
            (one, np.flatnonzero([term.is_about(item) for item in world.items]))
            for term in weights.terms
            for one in _by_value(term)
        ]

    @property
    def is_cut_off(self) -> bool:
        """Whether some sum could leave 0 to 1."""
        low = high = np.full(len(self._world.items), self._weights.base)
        ordered = sorted(self._terms, key=lambda one: sorted(one[0].when))
        for names, group in groupby(ordered, key=lambda one: sorted(one[0].when)):
            # Terms that ask for the same fields add up only where they ask for the same values.
            together: dict[tuple[str, ...], Array] = {}
            for term, items in group:
                values = tuple(term.when[name] for name in names)
                sums = together.setdefault(values, np.zeros(len(low)))
                sums[items] += term.add
            cases = [*together.values(), *([np.zeros(len(low))] if names else [])]
            low, high = low + np.min(cases, axis=0), high + np.max(cases, axis=0)
        return bool(low.min() < 0 or high.max() > 1)

    def by(self, fields: Sequence[int]) -> Array:
        """What each item earns on average for each combination of values of some fields,
        (*sizes, K)."""
        world, weights = self._world, self._weights
        told = [world.fields[at] for at in fields]
        sizes = tuple(len(field.values) for field in told)
        sums = np.full((*sizes, len(world.items)), weights.base)
        names = [field.name for field in told]
        for term, items in self._terms:
            chance = math.prod(self._shares[n][v] for n, v in term.when.items() if n not in names)
            place = tuple(
                [one.name for one in field.values].index(term.when[field.name])
                if field.name in term.when
                else slice(None)
                for field in told
            )
            sums[place][..., items] += term.add * chance
        return np.asarray(
            sums * (weights.whole + (1 - weights.whole) * world.partial) * world.worth
        )


def _terms_of(weights: TasteWeights) -> int:
    """How many terms a sum has with each range as its values: counted before any is made, as a
    small file may say billions."""
    ranges = (term.within.values() for term in weights.terms)
    return sum(math.prod(len(one.values) for one in within) for within in ranges)


def _by_value(term: Term) -> Iterator[Term]:
    """A term for each combination of values that lie within its ranges."""
    for values in product(*(one.values for one in term.within.values())):
        when = {**term.when, **dict(zip(term.within, values, strict=True))}
        yield replace(term, when=when, within={})
