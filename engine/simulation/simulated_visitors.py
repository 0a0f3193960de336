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
from engine.pausable_steps import Steps, at_once
from engine.protocol.request import RankRequest
from engine.simulation.drift import truth_over
from engine.streams import stream
from engine.worlds import Context, World
from engine.worlds.world_contents import Drift

_CHUNK = 500
"""Visitors drawn in one step."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One simulated visitor: a context, and a uniform variate on [0, 1)."""

    context: Context
    uniform: float


def nth_visitor(world: World, seed: int, number: int) -> Visitor:
    """Draw the visitor of a seed with a number, counted from 0.

    In a world with slots, a visitor comes to each slot in turn, with a variate for each.
    """
    person, slot = divmod(number, len(world.slots) or 1)
    rng = stream(seed, "visitor", person)
    context = world.in_slot(world.visitor(rng), slot)
    return Visitor(context, float(rng.random(slot + 1)[slot]))


def answer(
    loop: LearningLoop, request: RankRequest, world: World, visitor: Visitor
) -> tuple[Ranked, float]:
    """Rank for a visitor and send the visitor's reward; return the decision and the reward."""
    ranked = loop.ask(request)
    value = world.answer(visitor.context, ranked.action_id, visitor.uniform)
    loop.reward(ranked.event_id, value)
    return ranked, value


def give_answer(loop: LearningLoop, world: World, ranked: Ranked) -> float:
    """Send the reward that the world gives for a logged decision, with the variate of the event's
    number; return the reward."""
    uniform = nth_visitor(world, loop.seed, loop.events[ranked.event_id].number).uniform
    value = world.answer(world.context_of(ranked.request), ranked.action_id, uniform)
    loop.reward(ranked.event_id, value)
    return value


def serve(
    loop: LearningLoop, world: World, visitor: Visitor, first: str | None = None
) -> dict[str, object]:
    """Rank for a visitor and send the visitor's reward.

    Args:
        first: id of the baseline's item; the world's first by default.

    Returns:
        a plain row: event, context, action, probability, reward, and from the hidden
        truth the expected reward of the shown and of the best action that was available.
    """
    request = world.request(world.cell(visitor.context), first)
    return _row(world, *answer(loop, request, world, visitor))


def serve_page(loop: LearningLoop, world: World, context: Context) -> list[dict[str, object]]:
    """Rank for all slots of a visitor's page and send the rewards; a row for each slot, as of
    `serve`."""
    page = loop.ask_multi_slot(world.multi_slot(context))
    return [_row(world, ranked, give_answer(loop, world, ranked)) for ranked in page]


def _row(world: World, ranked: Ranked, value: float) -> dict[str, object]:
    expected, request = world.expected_in(world.cell_of(ranked.request)), ranked.request
    available = [world.position(request.actions[i].id) for i in request.allowed]
    return {
        "event": ranked.event_id,
        **world.context_of(request),
        "action": ranked.action_id,
        "probability": ranked.propensity,
        "reward": value,
        "expected": float(expected[world.position(ranked.action_id)]),
        "best": float(expected[available].max()),
    }


def crowd(loop: LearningLoop, world: World, visitors: int) -> Iterator[dict[str, object]]:
    """Serve the next visitors, one row each, numbered on from the loop's events.

    In a world with slots, a row is one slot, and the last page is filled.
    """
    end = len(loop.events) + visitors
    while len(loop.events) < end:
        visitor = nth_visitor(world, loop.seed, len(loop.events))
        if world.slots:
            yield from serve_page(loop, world, visitor.context)
        else:
            yield serve(loop, world, visitor)


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


def drawing_outcomes(
    world: World, visitors: int, seed: int, drift: Drift = "none"
) -> Steps[PotentialOutcomes]:
    """Draw the outcomes of the first visitors of a seed, `_CHUNK` visitors a step; cached for
    several contenders in turn."""
    drawn = _drawn(world, visitors, seed, drift)
    if not drawn:
        cells, uniform = np.zeros(visitors, dtype=np.intp), np.zeros((visitors, 1))
        for number in range(visitors):
            visitor = nth_visitor(world, seed, number)
            cells[number], uniform[number] = world.cell(visitor.context), visitor.uniform
            if number % _CHUNK == _CHUNK - 1:
                yield None
        outcomes = truth_over(world, drift, visitors, seed).outcomes(cells)
        rewards = world.rewards(outcomes, uniform)
        drawn.append(PotentialOutcomes(cells, rewards, world.earned(outcomes)))
    return drawn[0]


@lru_cache(maxsize=2)
def _drawn(world: World, visitors: int, seed: int, drift: Drift) -> list[PotentialOutcomes]:
    """Place for outcomes, empty before the draw."""
    return []


potential_outcomes = at_once(drawing_outcomes)
"""The same at once."""
