"""How sure a loop becomes. The claims of a lesson, on three seeds."""

from functools import cache

import pytest

from engine.experiments.certainty import Certainty, becoming_sure
from engine.steps import finish
from engine.worlds.coffee import COFFEE

three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


@cache
def growing(seed: int, floor: float) -> list[Certainty]:
    found: list[Certainty] = []
    finish(becoming_sure(COFFEE, seed, (20, 300, 500), floor, found))
    return found


@three_seeds
def test_it_becomes_surer_and_a_floor_keeps_it_from_being_sure(seed: int) -> None:
    usual = growing(seed, 0.05)
    means = [one.mean for one in usual]
    assert means == sorted(means)
    assert usual[-1].highest.max() <= 1 - 0.05 / 2 + 0.05 / 8 + 1e-12
    assert usual[-1].impossible == 0
    assert growing(seed, 0.0)[-1].impossible > 0.5
