"""Charts of the Compare page: specifications without data, and matching rows."""

import json
from dataclasses import replace
from typing import Any

import pytest

from engine import LoopSettings
from engine.evaluation.mean_intervals import Estimate
from engine.evaluation.switch_value import switch_value
from engine.experiments.apprentice_comparison import Comparison
from engine.simulation.baselines import best_rule
from engine.worlds import WORLDS
from pages.parts.charts import comparison as comparing
from tests.pages.charts.specs import THEMES, fields_in


def compared(explore: float = 0.0) -> Comparison:
    world = WORLDS["coffee"]
    settings = LoopSettings(apprentice_exploration=explore)
    comparison = Comparison(world, best_rule(world, ["weather"]), settings, seed=5)
    for _ in range(60):
        comparison.step()
    return comparison


def comparison_specs(dark: bool) -> list[dict[str, Any]]:
    return [
        comparing.match_spec(dark, True),
        comparing.reward_spec(dark, True, True),
        comparing.cost_spec(dark, True, 20),
        comparing.gain_spec(dark, True, -10, 20),
        comparing.outlook_spec(dark),
        comparing.slices_spec(dark, 10),
    ]


@THEMES
def test_specifications_of_a_comparison_hold_no_data_and_are_made_once(dark: bool) -> None:
    for spec, again in zip(comparison_specs(dark), comparison_specs(dark), strict=True):
        assert spec is again
        assert '"data"' not in json.dumps(spec)


def test_rows_of_a_comparison_have_every_column_that_is_read() -> None:
    comparison = compared(explore=0.3)
    foreseen = switch_value(comparison.apprentice)
    assert foreseen is not None
    comparison.go_online()
    comparison.step()
    rows, world = list(comparison.rows()), WORLDS["coffee"]
    frames = [
        comparing.match_rows(list(comparison.record.rows()), [60], 61),
        comparing.reward_rows(rows, [60], 61, 1.0),
        comparing.sum_rows(rows, [60], 61, "_worse", (0, 20)),
        comparing.sum_rows(rows, [60], 61, "_gain", (-10, 20)),
        comparing.outlook_rows(foreseen, 0.5, Estimate(0.6, 0.1, 0.5, 0.7)),
        comparing.slices_rows(comparison.record.slices(), world),
    ]
    for spec, frame in zip(comparison_specs(dark=False), frames, strict=True):
        assert fields_in(spec) - {"low", "high"} <= set(frame.column_names)
    assert {"low", "high"} <= set(frames[4].column_names)
    assert all(0 <= row["low"] <= row["high"] <= 1 for row in frames[4].to_pylist())
    doubtful = comparing.outlook_rows(replace(foreseen, estimate=0.1, error=0.2), 0.5, None)
    assert min(doubtful["low"].to_pylist()) == 0
    today = frames[4].to_pylist()[0]
    assert today["low"] < today["point"] < today["high"]
    for frame in frames[:4]:
        others = [row for row in frame.to_pylist() if row["line"] is None]
        assert [(row["visitor"], row["is_first"]) for row in others] == [(60, True), (61, None)]
    assert frames[4]["what"].to_pylist()[3:] == [
        "estimate from exploration",
        "earned since",
        "the truth",
    ]
    assert frames[5].num_rows == len(world.segments())


def test_lines_show_what_the_loops_earned() -> None:
    comparison = compared()
    frame = comparing.sum_rows(list(comparison.rows()), [], 60, "_gain", (-10, 20)).to_pandas()
    last = frame.groupby("line")["value"].last()
    rewards = comparison.rewards()
    assert last["always online"] == (rewards["online"] - rewards["baseline"]).sum()
    assert last["apprentice"] == last["today's rules"] == 0


@pytest.mark.parametrize(
    ("values", "ends"),
    [([0.0], (0, 10)), ([-3.0, 11.0], (-10, 15)), ([-101.0, 5.0], (-150, 10)), ([9.9], (0, 15))],
)
def test_axes_hold_all_values_and_grow_in_steps(values: list[float], ends: tuple[int, int]) -> None:
    rows = [
        {"baseline_gain": 0.0, "apprentice_gain": value, "online_gain": 0.0} for value in values
    ]
    assert comparing.bounds_of(rows, "_gain") == ends


def test_axes_of_money_have_room_for_the_width_of_a_line() -> None:
    rows = [{"baseline_gain": -0.99, "apprentice_gain": 5.99, "online_gain": 0.0}]
    assert comparing.bounds_of(rows, "_gain", True) == (-1.2, 8)


def test_a_mark_at_0_is_not_under_the_name_of_a_switch_where_nothing_is_gained() -> None:
    rows = [{"baseline_gain": 0.0, "apprentice_gain": -280.0, "online_gain": 0.0}]
    low, high = comparing.bounds_of(rows, "_gain", True)
    assert low <= -280
    assert high >= 28


def test_an_axis_of_rare_rewards_begins_at_the_first_whole_window() -> None:
    curve = [{"visitor": at, "baseline": 0.1, "apprentice": 0.1, "online": 0.1} for at in (50, 99)]
    rows = comparing.reward_rows(curve, [], 99, 0.2).to_pylist()
    assert min(row["visitor"] for row in rows) == 50, "the best possible begins there, too"
    scales = {
        is_cut: [
            layer["encoding"]["x"]["scale"]
            for layer in comparing.reward_spec(False, False, True, is_cut=is_cut)["layer"]
            if "scale" in layer["encoding"].get("x", {})
        ]
        for is_cut in (False, True)
    }
    assert all(scale["domainMin"] == 0 for scale in scales[False])
    assert all(scale == {"zero": False, "nice": False} for scale in scales[True])
