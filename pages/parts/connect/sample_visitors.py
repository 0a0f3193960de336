"""Sample requests: visitors of a loop's world, or of the coffee shop for a loop without a world."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.simulation.simulated_visitors import nth_visitor
from engine.store import StoredLoop
from engine.worlds import WORLDS, Context, World

MOST = 8
"""Largest number of visitors in the code for applications."""
_DRAWN = 40
"""Visitors drawn for as many different ones."""


@dataclass(frozen=True, slots=True)
class SampleVisitor:
    """A visitor in the code for applications.

    Attributes:
        context: features in the JSON of Rank.
        likes: id of the action with the highest expected reward.
    """

    context: list[dict[str, Any]]
    likes: str


def sample_world(stored: StoredLoop) -> World:
    """Return the world of a loop; the coffee shop for a loop without a world."""
    return stored.world_now or WORLDS["coffee"]


def sample_visitors(world: World, seed: int) -> list[SampleVisitor]:
    """Return up to `MOST` different visitors of a world."""
    return [*islice(_different(world, seed), MOST)]


def _different(world: World, seed: int) -> Iterator[SampleVisitor]:
    contexts: list[Context] = []
    for number in range(_DRAWN):
        context = nth_visitor(world, seed, number).context
        if context not in contexts:
            contexts.append(context)
            expected = world.expected_in(world.cell(context))
            yield SampleVisitor(world.features(context), world.items[int(expected.argmax())].id)
