"""What visitors secretly like: how likely each reward is for an item in a context.

A world's truth is any function of context and item. As a value it is a table, or weights
where a table would be too large; both can be compared, written down and sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array

Context = Mapping[str, str]
"""Field name -> value: one visitor in one situation."""


@dataclass(frozen=True, slots=True)
class Item:
    """One action of a world: id, picture, the features sent with it, what people call it, if that
    is not its id, what a success with it is worth, in the world's unit, and a picture file that
    stands for it in place of ``emoji``, as a data URI (`engine.worlds.pictures`)."""

    id: str
    emoji: str
    features: Mapping[str, Any]
    title: str = ""
    value: float = 1.0
    picture: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value))

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.id

    @property
    def label(self) -> str:
        """Picture and name, as it stands beside others."""
        return f"{self.emoji} {self.name}".strip()

    def to_json(self) -> dict[str, object]:
        """The item in the JSON of a world."""
        told: dict[str, object] = {
            "id": self.id,
            "emoji": self.emoji,
            "features": dict(self.features),
        }
        told |= {"title": self.title} if self.title else {}
        told |= {"value": self.value} if self.value != 1 else {}
        return told | ({"picture": self.picture} if self.picture else {})

    @classmethod
    def rows(cls, names: Sequence[str], *rows: Sequence[Any]) -> tuple[Self, ...]:
        """Items out of a table: names of features, then rows of picture and id, and values."""
        parts = ((label.split(" ", 1), values) for label, *values in rows)
        return tuple(cls(n, emoji, dict(zip(names, v, strict=True))) for (emoji, n), v in parts)


@dataclass(frozen=True, slots=True)
class Taste:
    """How a visitor answers an item: chances of the rewards 1/2 and 1, otherwise 0."""

    half: float
    full: float

    def __post_init__(self) -> None:
        if min(self.half, self.full) < 0 or self.half + self.full > 1 + 1e-12:
            raise ValueError(f"chances {self.half} and {self.full} do not leave one for 0")

    @classmethod
    def in_two_steps(cls, first: float, second: float) -> Self:
        """Half a reward for a first step (a click), a whole one if a second follows (a purchase):
        from the chance of the first, and that of the second after it."""
        return cls(half=first * (1 - second), full=first * second)


Truth = Callable[[Context, Item], Taste]


@dataclass(frozen=True, slots=True)
class TasteTable:
    """The truth cell by cell: ``rows`` lead from values of the context's fields, in the order of
    ``fields``, to the id of an item and its taste."""

    fields: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Mapping[str, Taste]]

    def __call__(self, context: Context, item: Item) -> Taste:
        return self.rows[tuple(context[name] for name in self.fields)][item.id]


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers of a field, from ``low`` to ``high``; ``values`` are those that send one of them."""

    low: float
    high: float
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """What is added to the chance of a reward (less, if negative) in contexts that have all values
    of ``when``, and numbers that lie ``within`` all ranges, for the item with this id, or any if
    None, that has all these features."""

    add: float
    when: Context
    item: str | None
    features: Mapping[str, Any]
    within: Mapping[str, Range] = field(default_factory=dict)

    @property
    def fields(self) -> set[str]:
        """The fields that it asks for."""
        return {*self.when, *self.within}

    def values(self, name: str, known: Sequence[str]) -> Sequence[str]:
        """The values of a field, of those that are known, with which it applies."""
        if name in self.within:
            return self.within[name].values
        return [self.when[name]] if name in self.when else known

    def to_json(self) -> dict[str, object]:
        """The term in the JSON of a world."""
        told: dict[str, object] = {"add": self.add, "when": dict(self.when)}
        told |= {"item": self.item} if self.item is not None else {}
        told["features"] = dict(self.features)
        ranges = {name: [one.low, one.high] for name, one in self.within.items()}
        return told | ({"within": ranges} if ranges else {})

    def is_about(self, item: Item) -> bool:
        """Whether it applies to an item, in some context; as in JSON, 1 is not true."""
        if self.item not in (None, item.id) or not self.features.keys() <= item.features.keys():
            return False
        pairs = [(item.features[name], value) for name, value in self.features.items()]
        return all(
            one == other and isinstance(one, bool) == isinstance(other, bool)
            for one, other in pairs
        )

    def applies(self, context: Context, item: Item) -> bool:
        """Whether it applies to an item in a context."""
        return (
            self.is_about(item)
            and all(context[name] == value for name, value in self.when.items())
            and all(context[name] in one.values for name, one in self.within.items())
        )


@dataclass(frozen=True, slots=True)
class TasteWeights:
    """The truth as a sum: the chance of any reward is a base and whatever terms apply.

    Attributes:
        base: the chance where no term applies.
        terms: added in their order; sums below 0 count as 0, sums above 1 as 1.
        whole: share of the rewards that are 1 instead of 1/2, 0 to 1.
    """

    base: float
    terms: tuple[Term, ...]
    whole: float = 1.0

    def __call__(self, context: Context, item: Item) -> Taste:
        chance = self.base
        for term in self.terms:
            if term.applies(context, item):
                chance += term.add
        return Taste.in_two_steps(min(max(chance, 0.0), 1.0), self.whole)

    def to_json(self) -> dict[str, object]:
        """The truth in the JSON of a world."""
        terms = [term.to_json() for term in self.terms]
        return {"base": self.base, "whole": self.whole, "terms": terms}


_TABLE = 120
"""Bytes that an array takes beside its numbers."""


class WeightSums:
    """`TasteWeights` for many contexts at once, to the last bit what it says of each.

    Args:
        values: field of the context -> its values, in the world's order.
    """

    def __init__(
        self, weights: TasteWeights, values: Mapping[str, Sequence[str]], items: Sequence[Item]
    ) -> None:
        self._weights, self._items = weights, len(items)
        # With which places of each field each term applies; and the items that it is about.
        self._wanted = [
            np.array([np.isin(known, term.values(name, known)) for term in weights.terms])
            if any(name in term.fields for term in weights.terms)
            else None
            for name, known in values.items()
        ]
        self._about = [
            np.flatnonzero([term.is_about(item) for item in items]) for term in weights.terms
        ]

    @property
    def bytes(self) -> int:
        """Bytes that its tables take."""
        tables = [*self._about, *(one for one in self._wanted if one is not None)]
        return sum(table.nbytes + _TABLE for table in tables)

    def chances(self, places: NDArray[np.intp]) -> Array:
        """The chance of any reward of each item, (n, items), where the values of the fields are at
        these places, (n, fields)."""
        return np.asarray(self.sums(places).clip(0.0, 1.0))

    def sums(self, places: NDArray[np.intp]) -> Array:
        """The same before anything is cut off at 0 and 1."""
        applies = reduce(
            np.logical_and,
            (
                wanted[:, at]
                for wanted, at in zip(self._wanted, places.T, strict=True)
                if wanted is not None
            ),
            np.ones((len(self._weights.terms), len(places)), dtype=bool),
        )
        sums = np.full((len(places), self._items), self._weights.base)
        for term in np.flatnonzero(applies.any(axis=1)):
            rows = np.flatnonzero(applies[term])[:, None]
            sums[rows, self._about[term]] += self._weights.terms[term].add
        return sums

    def outcomes(self, places: NDArray[np.intp]) -> Array:
        """Chances of the rewards 0, 1/2 and 1, (n, items, 3)."""
        first, whole = self.chances(places), self._weights.whole
        half, full = first * (1 - whole), first * whole
        return np.stack([1 - half - full, half, full], axis=2)
