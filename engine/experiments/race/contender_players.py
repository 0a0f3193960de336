"""Players: contenders at work on one crowd.

A learner chooses and learns exactly as a `LearningLoop` with the same settings and seed, without
validation and log.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import numpy as np

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
    field."""

    def __init__(self, world: World, seed: int, trial: int, field: str | None) -> None:
        super().__init__(world, seed)
        values = [[v.name for v in known.values] for known in world.fields if known.name == field]
        self._world, self._trial, self._field = world, trial, field
        self._values = values[0] if values else [""]
        self._sums = np.zeros((len(self._values), len(world.items)))
        self._counts = np.zeros_like(self._sums)
        self._winners: list[int] = []

    def choose(self, number: int, cell: int) -> Choice:
        if self._winners:
            return Choice(self._winners[self._group(cell)], 1.0)
        return super().choose(number, cell)

    def _group(self, cell: int) -> int:
        context = self._world.contexts[cell]
        return self._values.index(context[self._field]) if self._field else 0

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        if self._winners:
            return
        at = self._group(cell), choice.position
        self._sums[at] += reward
        self._counts[at] += 1
        if self._counts.sum() >= self._trial:
            # A group that nobody came from gets the winner of all.
            came = self._counts.any(axis=1, keepdims=True)
            sums = np.where(came, self._sums, self._sums.sum(axis=0))
            counts = np.where(came, self._counts, self._counts.sum(axis=0))
            means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)
            self._winners = means.argmax(axis=1).tolist()


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
