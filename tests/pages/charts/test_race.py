"""Charts of the Race page: specifications without data, and matching rows."""

import json
from typing import Any

import numpy as np
import pytest

from engine.evaluation.mean_intervals import band
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.worlds import WORLDS
from pages.parts.charts import race as racing
from pages.parts.charts.base import LESSON
from pages.parts.race.page_settings import everybody
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
        racing.reward_spec(dark, 60, 5, ENTRIES, True),
        racing.regret_spec(dark, 60, 50, ENTRIES, True),
        racing.finals_spec(dark, 0.9, ENTRIES),
        racing.segments_spec(dark, 10, 0.5, ENTRIES),
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
    world = WORLDS["coffee"]
    tables = [
        racing.band_rows(made.plan, rewards, ENTRIES, 1.04, ["ours"]),
        racing.band_rows(made.plan, regrets, ENTRIES, 50, ["ucb", "uniform"]),
        racing.finals_rows(made.finals(), ENTRIES, "ucb"),
        racing.segments_rows(made.segments(), ENTRIES, world),
    ]
    for spec, rows in zip(race_specs(dark=False), tables, strict=True):
        assert fields_in(spec) <= set(rows.column_names)
    lesson = racing.band_rows(made.plan, rewards, ENTRIES, 1.04, [], LESSON)
    names = sorted(at for at in lesson["at"].to_pylist() if at is not None)
    assert min(np.diff(names)) * (LESSON.least - 46) / 1.04 > 14  # As high as a name.
    frames = [rows.to_pandas() for rows in tables]
    for frame, banded in zip(frames[:2], ({"Ours"}, {"UCB", "Uniform"}), strict=True):
        assert list(frame.loc[frame["line"].isna(), "visitor"]) == [30]
        assert set(frame.loc[frame["low"].notna(), "line"]) == banded
        assert set(frame.loc[frame["at"].notna(), "line"]) == set(dict(ENTRIES).values())
    last = frames[1].groupby("line")["value"].last()
    for final in made.finals():
        assert last[dict(ENTRIES)[final.contender]] == final.regret.mean
    assert list(frames[2]["reward"]) == sorted(frames[2]["reward"], reverse=True)
    assert list(frames[2].loc[frames[2]["bet"], "line"]) == ["UCB"]
    assert [label.endswith(racing.BET) for label in frames[2]["told"]] == list(frames[2]["bet"])
    assert len(frames[3]) == 3 * len(world.segments())


def test_contenders_stay_sorted_by_reward_as_a_race_replaces_their_rows() -> None:
    order = {"field": "reward", "op": "max", "order": "descending"}
    spec = racing.finals_spec(False, 0.9, ENTRIES)
    assert all(layer["encoding"]["y"]["sort"] == order for layer in spec["layer"])


@THEMES
def test_every_contender_has_one_look_in_every_chart(dark: bool) -> None:
    entries = tuple((key, key) for key in everybody())
    looks = dict(racing.looks_of(entries, dark))
    assert tuple(looks) == everybody()
    assert len({look.colour for look in looks.values()}) == len(looks)
    assert len({look.shape for look in looks.values()}) >= len(looks) - 1
    assert all(looks[name] == look for name, look in racing.looks_of(entries[2:5], dark))
    three = racing.looks_of(ENTRIES, dark)
    for spec in race_specs(dark):
        scales = [scale for scale in scales_in(spec) if "range" in scale]
        assert [look.colour for _, look in three] in [scale["range"] for scale in scales]
        assert [look.shape for _, look in three] in [scale["range"] for scale in scales]
        assert all(scale["domain"] == [name for _, name in ENTRIES] for scale in scales)


def scales_in(spec: Any) -> list[dict[str, Any]]:
    """Return all scales of a specification."""
    if isinstance(spec, list):
        return [scale for part in spec for scale in scales_in(part)]
    if not isinstance(spec, dict):
        return []
    own = [spec["scale"]] if isinstance(spec.get("scale"), dict) else []
    return own + [scale for part in spec.values() for scale in scales_in(part)]


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    plan = Plan(WORLDS["coffee"], tuple(line_up(WORLDS["coffee"]).values()), visitors=20_000)
    flat = band(np.zeros((2, len(plan.points))))
    entries = tuple((key, key) for key in everybody())
    rows = racing.band_rows(plan, dict.fromkeys(everybody(), flat), entries, 1, [])
    frame = rows.to_pandas()
    assert len(frame) <= 1_200
    assert frame["visitor"].min() == plan.points[0]
    assert frame["visitor"].max() == 20_000


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.1), ([0.0], 0.1), ([0.1], 0.1), ([0.31, 0.2], 0.4)]
)
def test_the_axis_of_segments_grows_by_tenths(values: list[float], top: float) -> None:
    assert racing.tenths_above(values) == pytest.approx(top)
