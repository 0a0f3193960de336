"""Hidden tastes of visitors: the chance of each reward for an item in a context.

A world's truth is a function of context and item: a table, or weights if a table would be too
large; both can be compared and serialised.
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
    """One action of a world: id, emoji, the features sent with it, its title, if different from
    the id, the value of a success in the world's unit, and a picture in place of ``emoji``, as a
    data URI (`engine.worlds.pictures`)."""

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
        """Display name: the title, or the id if there is none."""
        return self.title or self.id

    @property
    def label(self) -> str:
        """Emoji and display name."""
        return f"{self.emoji} {self.name}".strip()

    def to_json(self) -> dict[str, object]:
        """The item in the JSON of a world."""
        entry: dict[str, object] = {
            "id": self.id,
            "emoji": self.emoji,
            "features": dict(self.features),
        }
        entry |= {"title": self.title} if self.title else {}
        entry |= {"value": self.value} if self.value != 1 else {}
        return entry | ({"picture": self.picture} if self.picture else {})

    @classmethod
    def rows(cls, names: Sequence[str], *rows: Sequence[Any]) -> tuple[Self, ...]:
        """Items from a table: names of features, then rows of emoji and id, and values."""
        parts = ((label.split(" ", 1), values) for label, *values in rows)
        return tuple(cls(n, emoji, dict(zip(names, v, strict=True))) for (emoji, n), v in parts)


@dataclass(frozen=True, slots=True)
class Taste:
    """Chances of a partial and of a full reward; no reward otherwise."""

    half: float
    full: float

    def __post_init__(self) -> None:
        if min(self.half, self.full) < 0 or self.half + self.full > 1 + 1e-12:
            raise ValueError(f"chances {self.half} and {self.full} do not leave one for 0")

    @classmethod
    def in_two_steps(cls, first: float, second: float) -> Self:
        """Partial reward for a first step (a click), full reward if a second follows (a purchase):
        from the chance of the first step, and of the second given the first."""
        return cls(half=first * (1 - second), full=first * second)


Truth = Callable[[Context, Item], Taste]


@dataclass(frozen=True, slots=True)
class TasteTable:
    """Truth cell by cell: ``rows`` map values of the context's fields, in the order of ``fields``,
    to a taste by item id."""

    fields: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Mapping[str, Taste]]

    def __call__(self, context: Context, item: Item) -> Taste:
        return self.rows[tuple(context[name] for name in self.fields)][item.id]


@dataclass(frozen=True, slots=True)
class Range:
    """Range of a numeric field, from ``low`` to ``high``; ``values`` send a number within the
    range."""

    low: float
    high: float
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TasteTerm:
    """Addend to the chance of a reward, in contexts with the values ``when`` and numbers
    ``within`` the ranges, for the item with this id, or any if None, with these features."""

    add: float
    when: Context
    item: str | None
    features: Mapping[str, Any]
    within: Mapping[str, Range] = field(default_factory=dict)

    @property
    def fields(self) -> set[str]:
        """Fields on which the term depends."""
        return {*self.when, *self.within}

    def values(self, name: str, known: Sequence[str]) -> Sequence[str]:
        """Known values of a field for which the term applies."""
        if name in self.within:
            return self.within[name].values
        return [self.when[name]] if name in self.when else known

    def to_json(self) -> dict[str, object]:
        """The term in the JSON of a world."""
        entry: dict[str, object] = {"add": self.add, "when": dict(self.when)}
        entry |= {"item": self.item} if self.item is not None else {}
        entry["features"] = dict(self.features)
        ranges = {name: [range_.low, range_.high] for name, range_ in self.within.items()}
        return entry | ({"within": ranges} if ranges else {})

    def is_about(self, item: Item) -> bool:
        """Return True if the term applies to an item in some context; as in JSON, 1 is not true."""
        if self.item not in (None, item.id) or not self.features.keys() <= item.features.keys():
            return False
        pairs = [(item.features[name], value) for name, value in self.features.items()]
        return all(
            actual == wanted and isinstance(actual, bool) == isinstance(wanted, bool)
            for actual, wanted in pairs
        )

    def applies(self, context: Context, item: Item) -> bool:
        """Return True if the term applies to an item in a context."""
        return (
            self.is_about(item)
            and all(context[name] == value for name, value in self.when.items())
            and all(context[name] in range_.values for name, range_ in self.within.items())
        )


@dataclass(frozen=True, slots=True)
class TasteWeights:
    """Truth as a sum: the chance of any reward is a base plus the applicable terms.

    Attributes:
        base: chance without any term.
        terms: added in their order; the sum is clipped to 0 and 1.
        whole: share of the rewards that are 1 instead of 1/2, 0 to 1.
    """

    base: float
    terms: tuple[TasteTerm, ...]
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
"""Bytes of an array beside its numbers."""


class VectorisedWeights:
    """`TasteWeights` evaluated for many contexts at once, bit-identical to single evaluation.

    Args:
        values: field of the context -> its values, in the world's order.
    """

    def __init__(
        self, weights: TasteWeights, values: Mapping[str, Sequence[str]], items: Sequence[Item]
    ) -> None:
        self._weights, self._items = weights, len(items)
        # For each term: mask of the positions of each field, and the items.
        self._masks = [
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
        """Bytes of the tables."""
        tables = [*self._about, *(mask for mask in self._masks if mask is not None)]
        return sum(table.nbytes + _TABLE for table in tables)

    def chances(self, positions: NDArray[np.intp]) -> Array:
        """Chance of any reward of each item, (n, items), from positions of the fields' values, (n,
        fields)."""
        return np.asarray(self.sums(positions).clip(0.0, 1.0))

    def sums(self, positions: NDArray[np.intp]) -> Array:
        """`chances` before clipping to 0 and 1."""
        applies = reduce(
            np.logical_and,
            (
                mask[:, column]
                for mask, column in zip(self._masks, positions.T, strict=True)
                if mask is not None
            ),
            np.ones((len(self._weights.terms), len(positions)), dtype=bool),
        )
        sums = np.full((len(positions), self._items), self._weights.base)
        for term in np.flatnonzero(applies.any(axis=1)):
            rows = np.flatnonzero(applies[term])[:, None]
            sums[rows, self._about[term]] += self._weights.terms[term].add
        return sums

    def outcomes(self, positions: NDArray[np.intp]) -> Array:
        """Chances of no, a partial and a full reward, (n, items, 3)."""
        first, whole = self.chances(positions), self._weights.whole
        half, full = first * (1 - whole), first * whole
        return np.stack([1 - half - full, half, full], axis=2)
