"""A simulated place: who comes, what can be offered, and what they secretly like.

A world is data: fields of the context with their values, items to offer, and a
`taste` that tells how likely each reward is for an item in a context. A new world
is one file that makes one `World`, and a line in ``worlds/__init__.py``.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from engine.arrays import Array

Context = Mapping[str, str]
"""Field name -> value: one visitor in one situation."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a context field.

    Attributes:
        name: as it stands in the request.
        emoji: its picture.
        share: how often it occurs, relative to the other values of the field.
    """

    name: str
    emoji: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the context: its name in the request, its label on screen, its values."""

    name: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One action of a world: id, picture and the features sent with it."""

    id: str
    emoji: str
    features: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taste:
    """How a visitor answers an item: chances of the rewards 1/2 and 1, otherwise 0."""

    half: float
    full: float

    def __post_init__(self) -> None:
        if min(self.half, self.full) < 0 or self.half + self.full > 1 + 1e-12:
            raise ValueError(f"chances {self.half} and {self.full} do not leave one for 0")

    @classmethod
    def in_two_steps(cls, first: float, second: float) -> "Taste":
        """Half a reward for a first step (a click), a whole one if a second follows (a purchase).

        Args:
            first: chance of the first step.
            second: chance of the second after the first.
        """
        return cls(half=first * (1 - second), full=first * second)


@dataclass(frozen=True, eq=False)
class World:
    """A simulated place with visitors who have hidden tastes.

    Attributes:
        key: its name in links.
        title: its name on screen.
        emoji: its picture.
        story: two sentences that set the scene.
        fields: at least three context fields; every combination of values is a cell.
        items: the actions; the first is the baseline unless another leads.
        taste: the hidden truth, a function of context and item.
    """

    key: str
    title: str
    emoji: str
    story: str
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    taste: Callable[[Context, Item], Taste]

    # -- what anybody can see ---------------------------------------------------------

    @cached_property
    def contexts(self) -> tuple[Context, ...]:
        """All cells, the last field changing fastest."""
        names = [field.name for field in self.fields]
        return tuple(
            dict(zip(names, (v.name for v in values), strict=True))
            for values in product(*(field.values for field in self.fields))
        )

    @cached_property
    def frequencies(self) -> Array:
        """How often each cell comes, (cells,), sums to 1."""
        shares: Array = np.array(
            [
                math.prod(value.share for value in values)
                for values in product(*(field.values for field in self.fields))
            ],
            dtype=np.float64,
        )
        shares /= shares.sum()
        return shares

    @cached_property
    def actions(self) -> tuple[dict[str, Any], ...]:
        """The items as Rank takes them."""
        return tuple({"id": item.id, "features": [dict(item.features)]} for item in self.items)

    def actions_from(self, first: str) -> tuple[dict[str, Any], ...]:
        """The same with one item first, as the baseline."""
        return self._led[first]

    @cached_property
    def _led(self) -> dict[str, tuple[dict[str, Any], ...]]:
        return {
            item.id: (action, *(other for other in self.actions if other is not action))
            for item, action in zip(self.items, self.actions, strict=True)
        }

    def features(self, context: Context) -> list[dict[str, str]]:
        """A context as Rank takes it."""
        return [dict(context)]

    def cell(self, context: Context) -> int:
        """Position of a context in `contexts`."""
        return self._cells[tuple(context[field.name] for field in self.fields)]

    @cached_property
    def _cells(self) -> dict[tuple[str, ...], int]:
        return {tuple(context.values()): i for i, context in enumerate(self.contexts)}

    def position(self, action_id: str) -> int:
        """Position of an item by its id."""
        return self._positions[action_id]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {item.id: i for i, item in enumerate(self.items)}

    # -- what happens -----------------------------------------------------------------

    def visitor(self, rng: np.random.Generator) -> Context:
        """Draw who comes next."""
        cumulative = self.frequencies.cumsum()
        cell = np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")
        return self.contexts[int(cell)]

    def answer(self, context: Context, action_id: str, uniform: float) -> float:
        """Reward of an item: 0, 1/2 or 1.

        Args:
            uniform: a variate on [0, 1), the lower the better. With the same variate, an item that
                is at least as likely to earn 1, and to earn anything, never earns less.
        """
        _, half, full = self.outcomes[self.cell(context), self.position(action_id)]
        return 1.0 if uniform < full else 0.5 if uniform < full + half else 0.0

    # -- the hidden truth -------------------------------------------------------------

    @cached_property
    def outcomes(self) -> Array:
        """Chances of the rewards 0, 1/2 and 1: (cells, items, 3)."""
        tastes = [[self.taste(c, item) for item in self.items] for c in self.contexts]
        return np.array([[(1 - t.half - t.full, t.half, t.full) for t in row] for row in tastes])

    @cached_property
    def expected(self) -> Array:
        """Expected reward of every item in every cell, (cells, items), 0 to 1."""
        result: Array = self.outcomes @ np.array([0.0, 0.5, 1.0])
        return result

    @cached_property
    def uniform_value(self) -> float:
        """Mean reward of choosing uniformly."""
        return float(self.frequencies @ self.expected.mean(axis=1))

    @cached_property
    def single_value(self) -> float:
        """Mean reward of always offering the one item that is best on average."""
        return float((self.frequencies @ self.expected).max())

    @cached_property
    def best_value(self) -> float:
        """Mean reward of offering each visitor their best item."""
        return float(self.frequencies @ self.expected.max(axis=1))
