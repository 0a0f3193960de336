"""Random rules: their estimated value on a log, and their true value.

The best of many rules looks better than it is on the log by which it was picked.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.simulated_log import ExperimentLog
from engine.streams import stream
from engine.worlds.place import TABULATED
from engine.worlds.world import World

RULES = 200


def random_rules(world: World, seed: int) -> NDArray[np.integer[Any]]:
    """`RULES` random rules: the item shown in each cell, (rules, cells). In a large world a rule
    has one item per group of cells, equal in the leading fields that fit a table."""
    shape = RULES, world.size // _group_size(world)
    return stream(seed, "rules").integers(len(world.items), size=shape)


def _group_size(world: World) -> int:
    """Number of consecutive cells in one group of a random rule."""
    alike = 1
    for field in reversed(world.fields):
        if world.size // alike <= TABULATED:
            break
        alike *= len(field.values)
    return alike


def groups_of(world: World, cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Groups of a random rule to which cells belong."""
    return np.asarray(cells // _group_size(world))


def earned_by(world: World, outcome: ExperimentLog, rules: NDArray[np.integer[Any]]) -> Array:
    """Each visitor's reward times 1/q if a rule shows the same action, else 0, (rules,
    visitors)."""
    matches = outcome.columns(world)[rules[:, groups_of(world, outcome.cells)]] == outcome.log.shown
    return np.asarray(matches * (outcome.log.reward / outcome.log.propensity))


def value_of(world: World, items: NDArray[np.integer[Any]]) -> float:
    """True value of one of the `random_rules`."""
    cells, weights, expected = world.census
    return float(weights @ expected[np.arange(len(cells)), items[groups_of(world, cells)]])
