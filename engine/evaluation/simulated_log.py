"""An experiment in a simulated world: the log of a fresh loop that serves a fresh crowd."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import refuse
from engine.evaluation.logged_decisions import Decisions, context_of
from engine.evaluation.target_policies import GivenProbabilities
from engine.learners.base import Impression
from engine.loop.decide import belief, choose, decision_stream, event_id_of
from engine.loop.entries import Configured
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.pausable_steps import Steps
from engine.policies.base import Normals
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds.world import World

_START = datetime.fromtimestamp(0, UTC)
"""Constant time of an experiment's entries."""


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedLog:
    """Log of an experiment, and the world's cell of each visitor, (N,)."""

    log: Decisions
    cells: NDArray[np.intp]

    def columns(self, world: World) -> NDArray[np.intp]:
        """Columns of the log in which the world's items are, (K,)."""
        return np.array([self.log.actions.index(item.id) for item in world.items], dtype=np.intp)

    def showing(
        self, key: str, world: World, items: NDArray[np.integer[Any]]
    ) -> GivenProbabilities:
        """Target policy with fixed items: one per visitor, (N,)."""
        chances = np.zeros(self.log.offered.shape)
        chances[np.arange(len(self.cells)), self.columns(world)[items]] = 1.0
        return GivenProbabilities(key, chances)


def largest_rewards(world: World) -> Mapping[str, float]:
    """Return the largest reward of each item of a world, by its id."""
    return dict(zip((item.id for item in world.items), world.worth.tolist(), strict=True))


def simulate_log(
    world: World, settings: LoopSettings, visitors: int, seed: int
) -> Steps[SimulatedLog]:
    """Simulate a fresh loop before a crowd and return its log; each visitor is a step.

    The loop's state decides and learns without a `LearningLoop` around it, which takes a fifth
    less time, and decisions are written as columns. So the loop must show the actions that it
    chooses.

    Raises:
        PersonalizerError: ``BadRequest`` for settings that do not rank online.
    """
    if settings.learning_mode != "online":
        refuse("BadRequest", "learning_mode", settings.learning_mode, "'online' in an experiment")
    state, normals = LoopState([Configured(_START, settings)]), Normals(seed)
    shape = visitors, len(world.items)
    cells, shown = np.zeros((2, visitors), dtype=np.intp)
    propensity, reward = np.zeros((2, visitors))
    probabilities, means = np.zeros((2, *shape))
    for number in range(visitors):
        visitor = nth_visitor(world, seed, number)
        cell = world.cell(visitor.context)
        request = world.request(cell)
        believed = belief(state, request)
        rng = decision_stream(seed, event_id_of(seed, number))
        decided = choose(state, request, believed, normals, rng)
        place = decided.chosen
        chance = float(decided.probabilities[place])
        earned = world.answer(visitor.context, world.items[place].id, visitor.uniform)
        yield from state.learner.learning(Impression(request, place, place, chance), earned)
        cells[number], shown[number], propensity[number] = cell, place, chance
        reward[number], probabilities[number] = earned, decided.probabilities
        means[number] = believed.mean
        yield None
    distinct, first, context_index = np.unique(cells, return_index=True, return_inverse=True)
    order = first.argsort()  # In the order of their first visit.
    log = Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(int(cell)).context) for cell in distinct[order]),
        context_index=order.argsort()[context_index],
        shown=shown,
        propensity=propensity,
        reward=reward,
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(visitors, dtype=np.intp),
        probabilities=probabilities,
        means=means,
    )
    return SimulatedLog(log, cells)
