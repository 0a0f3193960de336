"""Charts of the Race page: specifications without data, and rows that fit them."""

import json
from typing import Any

import numpy as np
import pytest

from engine.evaluation.intervals import band
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.worlds import WORLDS
from pages.parts.charts import race as racing
from pages.parts.race.setup import everybody
from tests.pages.charts.specs import THEMES, fields_in

ENTRIES = (("ours", "Ours"), ("ucb", "UCB"), ("uniform", "Uniform"))


def raced() -> Standings:
    known = line_up(WORLDS["coffee"])
    contenders = tuple(known[key] for key, _ in ENTRIES)
    standings = Standings(Plan(WORLDS["coffee"], contenders, 60, 2, drift="halfway"))
    for outcome in race(standings.plan):
        standings.add(outcome)
    return standings


def race_specs(dark: bool) -> list[dict[str, Any]]:
    return [
        racing.reward_spec(dark, 60, 5, ENTRIES),
        racing.regret_spec(dark, 60, 50, ENTRIES),
        racing.finals_spec(dark, ENTRIES),
        racing.segments_spec(dark, 10, 0.5, ENTRIES),
        racing.weights_spec(dark, 60, ("pairs", "triples")),
    ]


@THEMES
def test_specifications_of_a_race_hold_no_data_and_are_made_once(dark: bool) -> None:
    for spec, again in zip(race_specs(dark), race_specs(dark), strict=True):
        assert spec is again
        assert '"data"' not in json.dumps(spec)


def test_rows_of_a_race_have_every_column_that_is_read() -> None:
    made = raced()
    rewards = {key: made.recent(key) for key in made.keys}
    regrets = {key: made.regret(key) for key in made.keys}
    weights = {"pairs": np.linspace(1, 0, 60), "triples": np.linspace(0, 1, 60)}
    world = WORLDS["coffee"]
    frames = [
        racing.band_rows(made.plan, rewards, ENTRIES),
        racing.band_rows(made.plan, regrets, ENTRIES),
        racing.finals_rows(made.finals(), ENTRIES),
        racing.segments_rows(made.segments(), ENTRIES, world),
        racing.weights_rows(made.plan, weights),
    ]
    for spec, frame in zip(race_specs(dark=False), frames, strict=True):
        assert fields_in(spec) <= set(frame.columns)
    for frame in frames[:2]:
        assert list(frame.loc[frame["line"].isna(), "visitor"]) == [30]
    last = frames[1].groupby("line")["value"].last()
    for final in made.finals():
        assert last[dict(ENTRIES)[final.contender]] == final.regret.mean
    assert list(frames[2]["reward"]) == sorted(frames[2]["reward"], reverse=True)
    assert len(frames[3]) == 3 * len(world.segments())
    assert len(frames[4]) == 120


@THEMES
def test_every_contender_has_one_look_in_every_chart(dark: bool) -> None:
    entries = tuple((key, key) for key in everybody())
    styles = racing.styles_of(entries, dark)
    assert tuple(styles) == everybody()
    assert len({colour for _, colour in styles.values()}) == len(styles)
    few = racing.styles_of(entries[2:5], dark)
    assert all(styles[name] == style for name, style in few.items())
    for spec in race_specs(dark)[:4]:
        for layer in spec["layer"]:
            scale = layer["encoding"].get("color", {}).get("scale")
            if scale:
                assert scale["domain"] == [name for _, name in ENTRIES]
                assert scale["range"] == [c for _, c in racing.styles_of(ENTRIES, dark).values()]


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    plan = Plan(WORLDS["coffee"], tuple(line_up(WORLDS["coffee"]).values()), visitors=20_000)
    flat = band(np.zeros((2, len(plan.points))))
    entries = tuple((key, key) for key in everybody())
    frame = racing.band_rows(plan, dict.fromkeys(everybody(), flat), entries)
    assert len(frame) <= 1_200
    assert frame["visitor"].min() == plan.points[0]
    assert frame["visitor"].max() == 20_000


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.1), ([0.0], 0.1), ([0.1], 0.1), ([0.31, 0.2], 0.4)]
)
def test_the_axis_of_segments_grows_by_tenths(values: list[float], top: float) -> None:
    assert racing.tenths_above(values) == pytest.approx(top)
