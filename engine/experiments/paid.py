"""What is paid for, and what comes of it: the same visitors, told to loops in other rewards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.simulation.crowd import nth_visitor
from engine.steps import Steps
from engine.worlds import World

PAYS: Mapping[str, Mapping[float, float]] = {
    "both": {0.0: 0.0, 0.5: 0.5, 1.0: 1.0},
    "clicks": {0.0: 0.0, 0.5: 1.0, 1.0: 1.0},
    "finished": {0.0: 0.0, 0.5: 0.0, 1.0: 1.0},
}
"""What a loop is told for each answer of a visitor: that it opened nothing, opened, or finished."""
RECENT = 500
"""Visitors who are looked at in the end."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What the latest visitors could be expected to do with what they were shown.

    Attributes:
        opened: share of them who open it, to the end or not.
        finished: share who read it to the end.
    """

    opened: float
    finished: float


def paying(
    loop: LearningLoop, world: World, pay: Mapping[float, float], visitors: int
) -> Steps[None]:
    """Let visitors in, one a step; the loop is told what is paid for their answers."""
    for number in range(visitors):
        visitor = nth_visitor(world, loop.seed, number)
        answer = loop.rank(world.actions, world.features(visitor.context))
        value = world.answer(visitor.context, answer.reward_action_id, visitor.uniform)
        loop.reward(answer.event_id, pay[value])
        yield None


def paid(loop: LearningLoop, world: World) -> Paid:
    """What came of it for the latest visitors: in expectation, so that luck has no part in it."""
    events = list(loop.events.values())[-RECENT:]
    chances: Sequence[np.ndarray] = [
        world.outcomes_in(world.cell(world.context_of(event.ranked.request)))[
            world.position(event.ranked.action_id)
        ]
        for event in events
    ]
    _, half, whole = np.mean(chances, axis=0)
    return Paid(float(half + whole), float(whole))
