"""How far one answer reaches: what is believed afterwards for others, who share much or little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.simulation.crowd import nth_visitor
from engine.worlds import Context, World


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What one answer changed in a world's C contexts of K items.

    Attributes:
        context: who gave it.
        item: position of the item that they were offered.
        before, after: what each item is believed to earn in each context, (C, K).
        shared: how many values each context shares with who answered, (C,).
    """

    context: Context
    item: int
    before: Array
    after: Array
    shared: NDArray[np.int_]

    def after_for(self, shared: int, items: NDArray[np.bool_]) -> float:
        """Mean belief about some items, for those who share so many values."""
        return float(self.after[self.shared == shared][:, items].mean())


def spread(world: World, seed: int, reward: float = 1.0) -> Spread:
    """A new loop's first visitor gives a reward for what they are offered."""
    loop = LearningLoop(LoopSettings(), seed=seed)
    before = _believed(loop, world)
    visitor = nth_visitor(world, seed, 0)
    answer = loop.rank(world.actions, world.features(visitor.context))
    loop.reward(answer.event_id, reward)
    shared = [len(visitor.context.items() & other.items()) for other in world.contexts]
    item = world.position(answer.reward_action_id)
    return Spread(visitor.context, item, before, _believed(loop, world), np.array(shared))


def _believed(loop: LearningLoop, world: World) -> Array:
    features = [world.features(context) for context in world.contexts]
    return np.array([loop.belief(world.actions, one).mean for one in features])
