"""A crowd: simulated visitors, who walk into a loop one after the other or are asked all at once.

Visitor number n of a seed is the same person with the same luck in every loop and for every item
(common random numbers). So contenders differ by what they choose, and by nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.protocol.request import RankRequest
from engine.simulation.drift import truth_over
from engine.streams import stream
from engine.worlds import Context, World
from engine.worlds.place import Drift


@dataclass(frozen=True, slots=True)
class Visitor:
    """One simulated visitor: in which context, and with which uniform variate on [0, 1)."""

    context: Context
    uniform: float


def nth_visitor(world: World, seed: int, number: int) -> Visitor:
    """The visitor with this number, counted from 0."""
    rng = stream(seed, "visitor", number)
    return Visitor(world.visitor(rng), float(rng.random()))


def answer(
    loop: LearningLoop, request: RankRequest, world: World, visitor: Visitor
) -> tuple[Ranked, float]:
    """Rank for a visitor and send the reward that they give: what was ranked, and the reward."""
    ranked = loop.ask(request)
    value = world.answer(visitor.context, ranked.action_id, visitor.uniform)
    loop.reward(ranked.event_id, value)
    return ranked, value


def serve(
    loop: LearningLoop, world: World, visitor: Visitor, first: str | None = None
) -> dict[str, object]:
    """Rank for a visitor and send the reward that they give.

    Args:
        first: id of the item that the baseline would show; the world's first by default.

    Returns:
        a plain row: event, context, action, probability, reward, and from the hidden
        truth the expected reward of that action and of the best one.
    """
    cell = world.cell(visitor.context)
    ranked, value = answer(loop, world.request(cell, first), world, visitor)
    expected = world.expected_in(cell)
    return {
        "event": ranked.event_id,
        **visitor.context,
        "action": ranked.action_id,
        "probability": ranked.propensity,
        "reward": value,
        "expected": float(expected[world.position(ranked.action_id)]),
        "best": float(expected.max()),
    }


def crowd(loop: LearningLoop, world: World, visitors: int) -> Iterator[dict[str, object]]:
    """Let visitors in, one row each; the numbering goes on from the loop's events."""
    for _ in range(visitors):
        yield serve(loop, world, nth_visitor(world, loop.seed, len(loop.events)))


@dataclass(frozen=True, eq=False)
class PotentialOutcomes:
    """All that a crowd of T visitors would answer, whatever it is offered of K items.

    Attributes:
        cells: the cell of each visitor, (T,).
        rewards: what each would give for each item, (T, K).
        expected: the expected reward of each item for each of them, (T, K).
    """

    cells: NDArray[np.intp]
    rewards: Array
    expected: Array

    @cached_property
    def best(self) -> Array:
        """Expected reward of the best item for each visitor, (T,)."""
        return np.asarray(self.expected.max(axis=1))


@lru_cache(maxsize=2)
def potential_outcomes(
    world: World, visitors: int, seed: int, drift: Drift = "none"
) -> PotentialOutcomes:
    """The first visitors of a seed; kept, as several contenders meet them in turn."""
    crowd = [nth_visitor(world, seed, number) for number in range(visitors)]
    cells = np.array([world.cell(visitor.context) for visitor in crowd], dtype=np.intp)
    uniform = np.array([visitor.uniform for visitor in crowd])[:, None]
    outcomes = truth_over(world, drift, visitors, seed).outcomes(cells)
    return PotentialOutcomes(cells, world.rewards(outcomes, uniform), world.earned(outcomes))
