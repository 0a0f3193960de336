"""Who comes, and how often."""

from dataclasses import replace

import numpy as np
import pytest

from engine.worlds import WORLDS, Field, Value, World
from tests.engine.worlds.ready import every_world
from tests.statistics import CHI_SQUARE_999, chi_square


@every_world
def test_frequencies_are_the_products_of_the_shares(world: World) -> None:
    assert world.frequencies.sum() == pytest.approx(1)
    for context, frequency in zip(world.contexts, world.frequencies, strict=True):
        expected = 1.0
        for field in world.fields:
            share = {value.name: value.share for value in field.values}
            expected *= share[context[field.name]] / sum(share.values())
        assert frequency == pytest.approx(expected)


def test_shares_may_be_whole_numbers() -> None:
    days = Field("day", "Day", (Value("Workday", "💼", 5), Value("Weekend", "🌴", 2)))
    world = replace(WORLDS["coffee"], fields=(days,))
    assert world.frequencies.tolist() == pytest.approx([5 / 7, 2 / 7])


@every_world
def test_visitors_come_as_often_as_the_frequencies_say(world: World) -> None:
    rng = np.random.default_rng(2026)
    cells = [world.cell(world.visitor(rng)) for _ in range(4_000)]
    counts = np.bincount(cells, minlength=len(world.contexts)).astype(float)
    assert chi_square(counts, world.frequencies) < CHI_SQUARE_999[len(counts) - 1]
