"""Random policies: their estimated value on a log, and their true value.

The best of many policies looks better than it is on the log by which it was picked.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.simulated_log import SimulatedLog
from engine.streams import stream
from engine.worlds.world import World
from engine.worlds.world_contents import TABULATED

POLICY_COUNT = 200


def random_policies(world: World, seed: int) -> NDArray[np.integer[Any]]:
    """Draw `POLICY_COUNT` random policies: the action of each in each context, (policies,
    contexts). In a large world a policy has one action per group of contexts, equal in the leading
    fields that fit a table."""
    shape = POLICY_COUNT, world.size // _group_size(world)
    return stream(seed, "rules").integers(len(world.items), size=shape)


def _group_size(world: World) -> int:
    """Number of consecutive contexts in one group of a random policy."""
    size = 1
    for field in reversed(world.fields):
        if world.size // size <= TABULATED:
            break
        size *= len(field.values)
    return size


def context_groups(world: World, contexts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Groups of contexts, given by their cells, in which a random policy has one action."""
    return np.asarray(contexts // _group_size(world))


def weighted_rewards(
    world: World, outcome: SimulatedLog, policies: NDArray[np.integer[Any]]
) -> Array:
    """Each visitor's reward times 1/q if a policy selects the logged action, else 0, (policies,
    visitors)."""
    actions = policies[:, context_groups(world, outcome.cells)]
    matches = outcome.columns(world)[actions] == outcome.log.shown
    return np.asarray(matches * (outcome.log.reward / outcome.log.propensity))


def true_value(world: World, actions: NDArray[np.integer[Any]]) -> float:
    """True value of one of the `random_policies`."""
    contexts, weights, expected = world.census
    selected = actions[context_groups(world, contexts)]
    return float(weights @ expected[np.arange(len(contexts)), selected])
