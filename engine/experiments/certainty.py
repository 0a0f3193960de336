"""How sure a loop becomes: the chance of what it favours, by how many visitors it has met."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import Array
from engine.experiments.duel import curve_of
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.simulation.crowd import crowd
from engine.steps import Steps
from engine.worlds import World


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """The chances of every action in every context after so many visitors.

    Attributes:
        visitors: how many there were.
        chances: (contexts, K).
        frequencies: how often each context comes, (contexts,).
        reward: mean reward of all visitors so far.
    """

    visitors: int
    chances: Array
    frequencies: Array
    reward: float

    @property
    def highest(self) -> Array:
        """The chance of what is favoured in each context, (contexts,)."""
        return np.asarray(self.chances.max(axis=1))

    @property
    def mean(self) -> float:
        """The same over all who come."""
        return float(self.frequencies @ self.highest)

    @property
    def impossible(self) -> float:
        """Share of pairs of a context and an action with probability 0: without a floor, those that
        won none of the policy's draws."""
        return float((self.chances == 0).mean())


def becoming_sure(
    world: World, seed: int, sizes: Sequence[int], floor: float, found: list[Certainty]
) -> Steps[None]:
    """Textbook Thompson sampling with a floor before a crowd, looked at after each of some sizes:
    added to what is ``found`` as it comes."""
    policy = Thompson(floor=floor, agreement=1)
    loop = LearningLoop(replace(LoopSettings(), policy=policy), seed=seed)
    requests = [world.request(cell) for cell in range(len(world.contexts))]
    for size in sizes:
        for _ in crowd(loop, world, size - len(loop.events)):
            yield None
        chances = loop.probabilities(requests)
        rewards = curve_of(loop, world).rewards
        found.append(Certainty(size, chances, world.frequencies, float(rewards.mean())))
        yield None
