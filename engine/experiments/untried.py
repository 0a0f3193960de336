"""What loops leave untried: a crowd lets each choose, and then the truth is asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.duel import curve_of
from engine.loop.learning_loop import LearningLoop
from engine.simulation.crowd import crowd
from engine.steps import Steps
from engine.worlds import World

RECENT = 200
"""Visitors whose rewards and actions are looked at in the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What a loop has tried in a world's C contexts of K items.

    Attributes:
        shown: how often each item was shown in each context, (C, K).
        believed: what each is believed to earn, (C, K).
        recent: mean reward of the latest `RECENT` visitors.
        items: how many different items those were offered.
    """

    world: World
    shown: NDArray[np.int_]
    believed: Array
    recent: float
    items: int

    @property
    def best(self) -> NDArray[np.intp]:
        """The truly best item in each context, (C,), the first of equals."""
        return np.asarray(self.world.expected.argmax(axis=1))

    @property
    def never(self) -> NDArray[np.bool_]:
        """In which contexts the best item was never shown, (C,)."""
        return np.asarray(self.shown[np.arange(len(self.best)), self.best] == 0)

    @property
    def missed(self) -> tuple[float, float]:
        """What the best items are believed to earn where they were never shown, and what they would
        earn, on average; NaN if there are none."""
        at, best = np.flatnonzero(self.never), self.best[self.never]
        if not len(at):
            return float("nan"), float("nan")
        believed, true = self.believed[at, best], self.world.expected[at, best]
        return float(believed.mean()), float(true.mean())

    @property
    def error(self) -> float:
        """How much too high the belief about a best item is where it was never shown; NaN if there
        is none."""
        believed, true = self.missed
        return believed - true


def crowding(loop: LearningLoop, world: World, visitors: int) -> Steps[None]:
    """Let visitors in, one a step."""
    for _ in crowd(loop, world, visitors):
        yield None


def tried(loop: LearningLoop, world: World) -> Tried:
    """What a loop has tried so far."""
    shown = np.zeros(world.expected.shape, dtype=int)
    order = []
    for event in loop.events.values():
        item = world.position(event.ranked.action_id)
        shown[world.cell(world.context_of(event.ranked.request)), item] += 1
        order.append(item)
    contexts = [world.features(context) for context in world.contexts]
    believed = [loop.belief(world.actions, features).mean for features in contexts]
    rewards = curve_of(loop, world).rewards[-RECENT:]
    recent = float(rewards.mean()) if len(rewards) else float("nan")
    return Tried(world, shown, np.array(believed), recent, len(set(order[-RECENT:])))
