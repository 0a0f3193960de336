"""Rules made at random, what each earns on a log, and what it would really earn.

The best of many looks better on the very log that it was picked by than it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.experiment import Told
from engine.streams import stream
from engine.worlds.place import TABULATED
from engine.worlds.world import World

RULES = 200


def random_rules(world: World, seed: int) -> NDArray[np.integer[Any]]:
    """`RULES` rules made at random: the item that each shows in each cell, (rules, cells); in a
    large world in each group of cells that are alike in as many of the first fields as can be
    tabulated."""
    shape = RULES, world.size // _alike(world)
    return stream(seed, "rules").integers(len(world.items), size=shape)


def _alike(world: World) -> int:
    """How many cells, one after the other, a random rule takes for one."""
    alike = 1
    for one in reversed(world.fields):
        if world.size // alike <= TABULATED:
            break
        alike *= len(one.values)
    return alike


def groups_of(world: World, cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where a random rule has what it shows in some cells."""
    return np.asarray(cells // _alike(world))


def earned_by(world: World, told: Told, rules: NDArray[np.integer[Any]]) -> Array:
    """What each visitor gave, weighed by 1/q, where a rule shows what was shown; else 0.
    (rules, visitors)."""
    matches = told.columns(world)[rules[:, groups_of(world, told.cells)]] == told.log.shown
    return np.asarray(matches * (told.log.reward / told.log.propensity))


def value_of(world: World, items: NDArray[np.integer[Any]]) -> float:
    """What a rule would really earn: one of `random_rules`."""
    cells, weights, expected = world.census
    return float(weights @ expected[np.arange(len(cells)), items[groups_of(world, cells)]])
