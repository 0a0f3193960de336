"""Visitors and their frequencies."""

from dataclasses import replace

import numpy as np
import pytest

from engine.worlds import WORLDS, Field, Value, World, world_from_json
from engine.worlds.visitors import times_of
from tests.engine.worlds.random_worlds import bakery
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


def test_values_may_come_together_more_often_than_alone() -> None:
    world = world_from_json(bakery(version=5, together=[1.4, 0.4, 0.2, 1.6]))
    apart = world_from_json(bakery())
    assert apart.frequencies.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])
    times = world.frequencies / apart.frequencies
    assert (times / times[0]).tolist() == pytest.approx([1, 2 / 7, 1 / 7, 8 / 7])
    came = world.frequencies @ world.expected.max(axis=1)
    assert world.best_value == pytest.approx(came) != apart.best_value
    assert times_of(apart.frequencies, apart.frequencies) == ()
    ratios = times_of(world.frequencies, apart.frequencies)
    again = replace(apart, together=ratios)
    assert again.frequencies == pytest.approx(world.frequencies, rel=1e-5)
    assert (again.to_json()["version"], "together" in apart.to_json()) == (5, False)
    assert world_from_json(again.to_json()).digest == again.digest
