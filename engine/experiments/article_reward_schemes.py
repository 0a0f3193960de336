"""The same readers of articles, with rewards for opening, for finishing, or for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.loop.learning_loop import LearningLoop
from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import World

REWARD_SCHEMES: Mapping[str, Mapping[float, float]] = {
    "both": {0.0: 0.0, 0.5: 0.5, 1.0: 1.0},
    "clicks": {0.0: 0.0, 0.5: 1.0, 1.0: 1.0},
    "finished": {0.0: 0.0, 0.5: 0.0, 1.0: 1.0},
}
"""By scheme, the reward sent for each answer: 0 not opened, 0.5 opened, 1 read to the end."""
RECENT = 500
"""Latest visitors in `reading_shares`."""


@dataclass(frozen=True, slots=True)
class ReadingShares:
    """Expected behaviour of the latest visitors.

    Attributes:
        opened: share who open the article, to the end or not.
        finished: share who read it to the end.
    """

    opened: float
    finished: float


def crowd_by_scheme(
    loop: LearningLoop, world: World, pay: Mapping[float, float], visitors: int
) -> Steps[None]:
    """Serve visitors, one a step, and send the rewards of a scheme."""
    for number in range(visitors):
        visitor = nth_visitor(world, loop.seed, number)
        answer = loop.rank(world.actions, world.features(visitor.context))
        value = world.answer(visitor.context, answer.reward_action_id, visitor.uniform)
        loop.reward(answer.event_id, pay[value])
        yield None


def reading_shares(loop: LearningLoop, world: World) -> ReadingShares:
    """Expected shares over the latest `RECENT` visitors, computed from the true probabilities."""
    events = list(loop.events.values())[-RECENT:]
    chances: Sequence[np.ndarray] = [
        world.outcomes_in(world.cell(world.context_of(event.ranked.request)))[
            world.position(event.ranked.action_id)
        ]
        for event in events
    ]
    _, half, whole = np.mean(chances, axis=0)
    return ReadingShares(float(half + whole), float(whole))
