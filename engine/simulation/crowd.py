"""A crowd: simulated visitors who walk into a loop one after the other.

Visitor number n of a seed is the same person with the same luck in every loop
(common random numbers), whatever was offered before.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.loop.learning_loop import LearningLoop
from engine.streams import stream
from engine.worlds import Context, World


@dataclass(frozen=True, slots=True)
class Visitor:
    """One simulated visitor: in which context, and with which uniform variate on [0, 1)."""

    context: Context
    uniform: float


def nth_visitor(world: World, seed: int, number: int) -> Visitor:
    """The visitor with this number, counted from 0."""
    rng = stream(seed, "visitor", number)
    return Visitor(world.visitor(rng), float(rng.random()))


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
    actions = world.actions if first is None else world.actions_from(first)
    answer = loop.rank(actions, world.features(visitor.context))
    value = world.answer(visitor.context, answer.reward_action_id, visitor.uniform)
    loop.reward(answer.event_id, value)
    expected = world.expected[world.cell(visitor.context)]
    shown = world.position(answer.reward_action_id)
    return {
        "event": answer.event_id,
        **visitor.context,
        "action": answer.reward_action_id,
        "probability": loop.events[answer.event_id].ranked.propensity,
        "reward": value,
        "expected": float(expected[shown]),
        "best": float(expected.max()),
    }


def crowd(loop: LearningLoop, world: World, visitors: int) -> Iterator[dict[str, object]]:
    """Let visitors in, one row each; the numbering goes on from the loop's events."""
    for _ in range(visitors):
        yield serve(loop, world, nth_visitor(world, loop.seed, len(loop.events)))
