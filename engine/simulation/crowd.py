"""A crowd: simulated visitors, served by a loop one by one, or as a table of potential outcomes.

Visitor number n of a seed has the same context and the same uniform variate in every loop and for
every item (common random numbers), so contenders differ by their choices alone.
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
from engine.steps import Steps
from engine.streams import stream
from engine.worlds import Context, World
from engine.worlds.place import Drift


@dataclass(frozen=True, slots=True)
class Visitor:
    """One simulated visitor: a context, and a uniform variate on [0, 1)."""

    context: Context
    uniform: float


def nth_visitor(world: World, seed: int, number: int) -> Visitor:
    """Draw the visitor of a seed with a number, counted from 0."""
    rng = stream(seed, "visitor", number)
    return Visitor(world.visitor(rng), float(rng.random()))


def answer(
    loop: LearningLoop, request: RankRequest, world: World, visitor: Visitor
) -> tuple[Ranked, float]:
    """Rank for a visitor and send the visitor's reward; return the decision and the reward."""
    ranked = loop.ask(request)
    value = world.answer(visitor.context, ranked.action_id, visitor.uniform)
    loop.reward(ranked.event_id, value)
    return ranked, value


def serve(
    loop: LearningLoop, world: World, visitor: Visitor, first: str | None = None
) -> dict[str, object]:
    """Rank for a visitor and send the visitor's reward.

    Args:
        first: id of the baseline's item; the world's first by default.

    Returns:
        a plain row: event, context, action, probability, reward, and from the hidden
        truth the expected reward of the shown and of the best action.
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
    """Serve the next visitors, one row each, numbered on from the loop's events."""
    for _ in range(visitors):
        yield serve(loop, world, nth_visitor(world, loop.seed, len(loop.events)))


def crowd_steps(loop: LearningLoop, world: World, visitors: int) -> Steps[None]:
    """Let visitors in, one a step."""
    for _ in crowd(loop, world, visitors):
        yield None


@dataclass(frozen=True, eq=False)
class PotentialOutcomes:
    """Rewards of T visitors for each of K items.

    Attributes:
        cells: cell of each visitor, (T,).
        rewards: (T, K).
        expected: expected rewards, (T, K).
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
    """Outcomes of the first visitors of a seed; cached for several contenders in turn."""
    crowd = [nth_visitor(world, seed, number) for number in range(visitors)]
    cells = np.array([world.cell(visitor.context) for visitor in crowd], dtype=np.intp)
    uniform = np.array([visitor.uniform for visitor in crowd])[:, None]
    outcomes = truth_over(world, drift, visitors, seed).outcomes(cells)
    return PotentialOutcomes(cells, world.rewards(outcomes, uniform), world.earned(outcomes))
