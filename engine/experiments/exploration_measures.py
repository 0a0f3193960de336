"""Exploration of a loop: actions shown and never shown, its certainty, and repeated draws.

Each class or function serves one lesson.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.person_duel import curve_of
from engine.learners.belief import Belief
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.policies.base import Normals
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import crowd, nth_visitor
from engine.streams import stream
from engine.worlds import Context, World

RECENT = 200
"""Latest visitors in `ExplorationRecord.recent` and `ExplorationRecord.items`."""


# -- actions shown --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ExplorationRecord:
    """Offers and beliefs of a loop in the C contexts of a world with K items.

    Attributes:
        shown: number of offers of each item in each context, (C, K).
        believed: believed mean reward, (C, K).
        recent: mean reward of the latest `RECENT` visitors.
        items: number of different items offered to the latest `RECENT` visitors.
    """

    world: World
    shown: NDArray[np.int_]
    believed: Array
    recent: float
    items: int

    @property
    def best(self) -> NDArray[np.intp]:
        """True best item of each context, (C,); the first of equal items."""
        return np.asarray(self.world.expected.argmax(axis=1))

    @property
    def never(self) -> NDArray[np.bool_]:
        """Contexts in which the best item was never shown, (C,)."""
        return np.asarray(self.shown[np.arange(len(self.best)), self.best] == 0)

    @property
    def missed(self) -> tuple[float, float]:
        """Mean believed and mean true reward of best items never shown; NaN if there are none."""
        at, best = np.flatnonzero(self.never), self.best[self.never]
        if not len(at):
            return float("nan"), float("nan")
        believed, true = self.believed[at, best], self.world.expected[at, best]
        return float(believed.mean()), float(true.mean())

    @property
    def error(self) -> float:
        """Believed minus true reward of best items never shown; NaN if there are none."""
        believed, true = self.missed
        return believed - true


def exploration_record(loop: LearningLoop, world: World) -> ExplorationRecord:
    """Count the offers of a loop and read its beliefs."""
    shown = np.zeros(world.expected.shape, dtype=int)
    order = []
    for event in loop.events.values():
        item = world.position(event.ranked.action_id)
        shown[world.cell(world.context_of(event.ranked.request)), item] += 1
        order.append(item)
    rewards = curve_of(loop, world).rewards[-RECENT:]
    recent = float(rewards.mean()) if len(rewards) else float("nan")
    items = len(set(order[-RECENT:]))
    return ExplorationRecord(world, shown, believed_means(loop, world), recent, items)


def believed_means(loop: LearningLoop, world: World) -> Array:
    """Believed mean reward of each item in each context of a world, (C, K)."""
    features = [world.features(context) for context in world.contexts]
    return np.array([loop.belief(world.actions, context).mean for context in features])


# -- certainty ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """Selection probabilities in all C contexts after some visitors.

    Attributes:
        visitors: number of visitors so far.
        chances: selection probabilities, (C, K).
        frequencies: probability of each context, (C,).
        reward: mean reward of all visitors so far.
    """

    visitors: int
    chances: Array
    frequencies: Array
    reward: float

    @property
    def highest(self) -> Array:
        """Probability of the favourite in each context, (C,)."""
        return np.asarray(self.chances.max(axis=1))

    @property
    def mean(self) -> float:
        """Mean probability of the favourite over visitors."""
        return float(self.frequencies @ self.highest)

    @property
    def impossible(self) -> float:
        """Share of (context, action) pairs with probability 0: without a floor, actions that won
        none of the policy's draws."""
        return float((self.chances == 0).mean())


def certainty_steps(
    world: World, seed: int, sizes: Sequence[int], floor: float, records: list[Certainty]
) -> Steps[None]:
    """Run textbook Thompson sampling with a floor, and measure it at several crowd sizes.

    Args:
        sizes: increasing numbers of visitors.
        records: receives one `Certainty` for each size.
    """
    policy = Thompson(floor=floor, agreement=1)
    loop = LearningLoop(replace(LoopSettings(), policy=policy), seed=seed)
    requests = [world.request(cell) for cell in range(len(world.contexts))]
    for size in sizes:
        for _ in crowd(loop, world, size - len(loop.events)):
            yield None
        chances = loop.probabilities(requests)
        rewards = curve_of(loop, world).rewards
        records.append(Certainty(size, chances, world.frequencies, float(rewards.mean())))
        yield None


# -- generalisation -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Generalisation:
    """Effect of one reward on the beliefs in all C contexts of a world with K items.

    Attributes:
        context: of the visitor who gave the reward.
        item: position of the rewarded item.
        before, after: believed mean rewards before and after the reward, (C, K).
        shared: number of field values each context shares with `context`, (C,).
    """

    context: Context
    item: int
    before: Array
    after: Array
    shared: NDArray[np.int_]

    def after_for(self, shared: int, items: NDArray[np.bool_]) -> float:
        """Mean belief after the reward, over some items and all contexts with ``shared`` values in
        common."""
        return float(self.after[self.shared == shared][:, items].mean())


def generalise(world: World, seed: int, reward: float = 1.0) -> Generalisation:
    """Reward the first offer of a new loop, and compare its beliefs before and after."""
    loop = LearningLoop(LoopSettings(), seed=seed)
    before = believed_means(loop, world)
    visitor = nth_visitor(world, seed, 0)
    answer = loop.rank(world.actions, world.features(visitor.context))
    loop.reward(answer.event_id, reward)
    shared = [len(visitor.context.items() & other.items()) for other in world.contexts]
    item = world.position(answer.reward_action_id)
    after = believed_means(loop, world)
    return Generalisation(visitor.context, item, before, after, np.array(shared))


# -- repeated draws -------------------------------------------------------------------


class RepeatedOffer:
    """Repeated offers to one visitor under one unchanged belief; nothing is logged.

    Attributes:
        context: of the visitor.
        offers: one log entry for each draw.
    """

    def __init__(self, loop: LearningLoop, world: World, context: Context) -> None:
        self.loop, self.world, self.context = loop, world, context
        self.offers: list[Ranked] = []

    def draw(self, times: int = 1) -> None:
        """Draw more offers, each with random numbers of its own."""
        features = self.world.features(self.context)
        for _ in range(times):
            event_id = f"again-{len(self.offers)}"
            offer = self.loop.preview(self.world.actions, features, event_id=event_id)
            self.offers.append(offer)

    @property
    def shares(self) -> Array:
        """Share of each of K actions among the offers, (K,); needs at least one offer."""
        shown = [offer.shown for offer in self.offers]
        return np.bincount(shown, minlength=len(self.world.items)) / len(shown)

    @property
    def chances(self) -> Array:
        """Stated selection probabilities of the first offer, (K,)."""
        return np.array(self.offers[0].probabilities)

    def chances_by_bells(self, action: int = 0, factor: float = 1.0) -> Array:
        """Selection probabilities computed from the bells, (K,), after multiplying the width of
        one action's bell by a factor."""
        first = self.offers[0]
        widths = np.array(first.sds)
        widths[action] *= factor
        bells = Belief.of_one(np.array(first.means), np.diag(widths**2))
        policy, seed = self.loop.settings.policy, self.loop.seed
        return policy.decide(bells, Normals(seed), stream(seed, "bells")).probabilities
