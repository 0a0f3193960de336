"""Uplift of a loop over the baseline: each figure recomputed by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.mean_intervals import estimate, estimate_of_differences
from engine.experiments.apprentice_comparison import Comparison
from engine.experiments.business_figures import (
    by_segment,
    gained,
    held_back,
    payback,
    worst_served,
)
from engine.simulation.baselines import RuleTable
from engine.worlds.coffee import COFFEE

VISITORS, SWITCH = 240, 60
FIELD = next(field for field in COFFEE.fields if field.name == "weather")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Coffee by the weather rule, online after some visitors."""
    offers: dict[tuple[str, ...], str] = {
        (value.name,): item.id for value, item in zip(FIELD.values, COFFEE.items, strict=False)
    }
    rule = RuleTable((FIELD.name,), offers)
    made = Comparison(COFFEE, rule, seed=3)
    for number in range(VISITORS):
        if number == SWITCH:
            made.go_online()
        made.step()
    return made


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=30))
def test_it_has_paid_once_the_sum_stays_where_it_was_without_learning(gains: list[float]) -> None:
    result, sums = payback(np.array(gains)), np.cumsum([0.0, *gains])
    assert result.lowest == min(sums)
    assert sums[result.at] == result.lowest
    stays = [at for at in range(len(sums)) if min(sums[at:]) >= 0]
    assert result.even == (stays[0] if stays else None)


@pytest.mark.no_cover
def test_each_segment_has_the_mean_of_its_own_visitors(comparison: Comparison) -> None:
    more = gained(comparison, SWITCH, "online")
    assert more.tolist() == (
        (comparison.rewards()["online"] - comparison.rewards()["baseline"])[SWITCH:].tolist()
    )
    rows = comparison.table()[SWITCH:]
    result = by_segment(comparison, SWITCH, "online")
    assert len(result) == len(COFFEE.segments())
    for one in result:
        label = f"{one.field.name}={one.value.name}"
        there = more[[label in str(row["context"]).split(", ") for row in rows]]
        assert one.visitors == len(there)
        assert one.uplift.mean == pytest.approx(there.mean())
        alone = estimate(there, -1, 1)
        assert one.uplift.low < alone.low < alone.high <= one.uplift.high


def test_worse_is_who_is_worse_beyond_chance(comparison: Comparison) -> None:
    segments = by_segment(comparison, 0, "online")
    worse = list(worst_served(segments))
    assert [one.uplift.mean for one in worse] == sorted(one.uplift.mean for one in worse)
    assert {one.value.name for one in segments if one.uplift.high < 0} == {
        one.value.name for one in worse
    }


def test_offers_left_to_chance_are_told_apart_from_all_others(comparison: Comparison) -> None:
    events = list(comparison.loops["online"].events.values())[SWITCH:]
    kept = np.array([event.ranked.cause == "random" for event in events], bool)
    worlds_own = [
        comparison.world.expected_in(comparison.world.cell_of(event.ranked.request))[
            comparison.world.position(event.ranked.action_id)
        ]
        for event in events
    ]
    expected = np.array(worlds_own, float)
    result = held_back(comparison, SWITCH, "online")
    assert result.offers == kept.sum() > 0
    assert (result.mean, result.others) == pytest.approx(
        (expected[kept].mean(), expected[~kept].mean())
    )
    assert math.isnan(held_back(comparison, VISITORS, "online").mean)


@pytest.mark.parametrize(("visitors", "is_told"), [(2, False), (3, False), (20, True)])
def test_of_a_few_who_all_gave_less_nothing_is_told(visitors: int, is_told: bool) -> None:
    """The interval of two equal rewards is not a point."""
    result = estimate_of_differences(np.full(visitors, -1.0), 1 - 0.05 / 10)
    assert (result.high < 0) == is_told
    assert result.low == result.mean < result.high
