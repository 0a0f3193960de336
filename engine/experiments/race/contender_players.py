"""Players: contenders at work on one crowd.

A learner chooses and learns exactly as a `LearningLoop` with the same settings and seed, without
validation and log.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from statistics import NormalDist
from typing import NamedTuple, Protocol

import numpy as np

from engine.arrays import Array
from engine.learners.base import Impression
from engine.learners.belief import Belief
from engine.loop.decide import belief, choose, decision_stream, event_id_of
from engine.loop.entries import Configured
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.policies.base import Decision, Normals, Policy
from engine.policies.uniform import Uniform
from engine.simulation.baselines import Baseline
from engine.streams import stream
from engine.worlds.world import World

START = datetime.fromtimestamp(0, UTC)
"""Time of all events in a race."""


class Choice(NamedTuple):
    """An item chosen for a visitor.

    Attributes:
        position: of the item.
        propensity: selection probability.
        by_chance: whether the choice was random, regardless of beliefs.
    """

    position: int
    propensity: float
    by_chance: bool = False


class Player(Protocol):
    """A contender on one crowd."""

    def choose(self, number: int, cell: int) -> Choice:
        """Choose for visitor ``number``, who is in this cell."""

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        """Learn the reward of a choice."""

    def weights(self) -> Mapping[str, float]:
        """Weights of hypotheses by name, summing to 1; empty for most players."""


class UniformPlayer:
    """Uniform choice, by the random stream of a loop with this seed."""

    def __init__(self, world: World, seed: int) -> None:
        self._seed, size = seed, len(world.items)
        self._nothing = Belief.of_one(np.zeros(size), np.zeros((size, size)))
        self._normals = Normals(seed)

    def choose(self, number: int, cell: int) -> Choice:
        rng = _stream(self._seed, number)
        return _choice(Uniform().decide(self._nothing, self._normals, rng))

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        """Do nothing."""

    def weights(self) -> Mapping[str, float]:
        return {}


class ABTestPlayer(UniformPlayer):
    """A uniform trial, then the item with the highest mean reward, overall or for each value of a
    field; with an error probability, all items that are not significantly worse share the visitors.

    Args:
        trial: number of rewards in the trial.
        field: with own winners for each of its values.
        error: probability of a winner where all items are equal, two-sided; None for a winner in
            any case.
    """

    def __init__(
        self, world: World, seed: int, trial: int, field: str | None, error: float | None
    ) -> None:
        super().__init__(world, seed)
        self._error = error
        values = [[v.name for v in known.values] for known in world.fields if known.name == field]
        self._world, self._trial, self._field = world, trial, field
        self._values = values[0] if values else [""]
        self._sums = np.zeros((3, len(self._values), len(world.items)))
        self._winners: list[list[int]] = []

    def choose(self, number: int, cell: int) -> Choice:
        if not self._winners:
            return super().choose(number, cell)
        winners = self._winners[self._group(cell)]
        at = 0 if len(winners) == 1 else int(_stream(self._seed, number).integers(len(winners)))
        return Choice(winners[at], 1 / len(winners), len(winners) > 1)

    def _group(self, cell: int) -> int:
        context = self._world.contexts[cell]
        return self._values.index(context[self._field]) if self._field else 0

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        if self._winners:
            return
        self._sums[:, self._group(cell), choice.position] += 1.0, reward, reward * reward
        if self._sums[0].sum() >= self._trial:
            # A group that nobody came from gets the winners of all.
            came = self._sums[0].any(axis=1, keepdims=True)
            sums = np.where(came, self._sums, self._sums.sum(axis=1, keepdims=True))
            self._winners = [
                leaders(counts, totals, squares, self._error)
                for counts, totals, squares in zip(*sums, strict=True)
            ]


def leaders(counts: Array, sums: Array, squares: Array, error: float | None) -> list[int]:
    """Positions of the items that an A/B test leaves: the first of those with the highest mean and,
    with an error probability, all that are not significantly worse.

    Items are compared by Welch's test in its normal approximation, at the error divided by the
    number of comparisons (Bonferroni). An item never shown is no leader.

    Args:
        counts, sums, squares: numbers of rewards, their sums, and sums of squares, (K,).
    """
    shown = np.maximum(counts, 1)
    means = np.where(counts > 0, sums / shown, -np.inf)
    best = int(means.argmax())
    if error is None:
        return [best]
    variances = np.maximum(squares / shown - (sums / shown) ** 2, 0.0)
    errors = np.sqrt(variances / shown + variances[best] / shown[best])
    reach = NormalDist().inv_cdf(1 - error / (2 * max(len(means) - 1, 1)))
    return np.flatnonzero(means[best] - means <= reach * errors).tolist()


class RulePlayer:
    """A fixed rule; one that draws an item draws as in `Comparison`."""

    def __init__(self, world: World, seed: int, rule: Baseline) -> None:
        self._world, self._seed, self._rule = world, seed, rule

    def choose(self, number: int, cell: int) -> Choice:
        context = self._world.contexts[cell]
        item, *others = self._rule.possible(context)
        if others:
            item = self._rule.choose(context, stream(self._seed, "baseline", number))
        return Choice(self._world.position(item), 1 / (1 + len(others)))

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        """Do nothing."""

    def weights(self) -> Mapping[str, float]:
        return {}


class LoopPlayer:
    """State of an online loop, without events and a log.

    The belief about a cell is cached until the next reward.
    """

    def __init__(self, world: World, seed: int, settings: LoopSettings, policy: Policy) -> None:
        self._world, self._seed, self._policy = world, seed, policy
        self._normals = Normals(seed)
        self._state = LoopState([Configured(START, replace(settings, learning_mode="online"))])
        self._keys = [hypothesis.key for hypothesis in settings.compared]
        self._beliefs: dict[int, Belief] = {}

    def choose(self, number: int, cell: int) -> Choice:
        state, request = self._state, self._world.request(cell)
        if cell not in self._beliefs:
            self._beliefs[cell] = belief(state, request)
        beliefs, rng = self._beliefs[cell], _stream(self._seed, number)
        return _choice(choose(state, request, beliefs, self._normals, rng, self._policy))

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        shown, request = choice.position, self._world.request(cell)
        self._state.learn(Impression(request, shown, shown, choice.propensity), reward)
        self._beliefs.clear()

    def weights(self) -> Mapping[str, float]:
        return dict(zip(self._keys, self._state.learner.weights, strict=False))


def _choice(decision: Decision) -> Choice:
    propensity = float(decision.probabilities[decision.chosen])
    return Choice(decision.chosen, propensity, decision.cause == "random")


def _stream(seed: int, number: int) -> np.random.Generator:
    """Random stream of a `LearningLoop` of this seed for its event ``number``."""
    return decision_stream(seed, event_id_of(seed, number))
