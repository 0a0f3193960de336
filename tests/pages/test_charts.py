"""Specifications without data, and rows that fit them."""

import json
from typing import Any

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.context_map import favourites
from engine.evaluation.intervals import band
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.switch_value import switch_value
from engine.experiments.comparison import Comparison
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.simulation.baselines import best_rule
from engine.simulation.crowd import crowd
from engine.worlds import WORLDS, World
from pages.parts.charts import beliefs, curves
from pages.parts.charts import comparison as comparing
from pages.parts.charts import context_map as contexts
from pages.parts.charts import race as racing
from pages.parts.charts import race_results as results
from pages.parts.compare.board import slices_of
from pages.parts.race.board import segments_order
from pages.parts.race.setup import KEYS
from pages.parts.theme import palette

EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def fields_in(spec: Any) -> set[str]:
    """Names of all fields that a specification reads."""
    if isinstance(spec, list):
        return set().union(*map(fields_in, spec)) if spec else set()
    if not isinstance(spec, dict):
        return set()
    own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    made = {t["as"] for t in spec.get("transform", ()) if isinstance(t.get("as"), str)}
    return (own | fields_in(list(spec.values()))) - made


def all_specs(world: World, dark: bool) -> list[dict[str, Any]]:
    return [
        beliefs.probability_spec(world, dark),
        beliefs.belief_spec(world, dark),
        contexts.map_spec(world, dark),
        curves.reward_spec(dark, 100, True),
        curves.regret_spec(dark, 100, 50),
    ]


@EVERY_WORLD
@THEMES
def test_a_specification_holds_no_data_and_is_made_once(world: World, dark: bool) -> None:
    for spec, again in zip(all_specs(world, dark), all_specs(world, dark), strict=True):
        assert spec is again
        assert '"data"' not in json.dumps(spec)
        assert '"datasets"' not in json.dumps(spec)


@EVERY_WORLD
@THEMES
def test_an_action_has_the_same_colour_in_every_chart(world: World, dark: bool) -> None:
    ids = [item.id for item in world.items]
    expected = {"domain": ids, "range": list(palette(dark)[: len(ids)])}
    for spec in all_specs(world, dark)[:3]:
        scales = [
            layer["encoding"]["color"]["scale"]
            for layer in spec["layer"]
            if "scale" in layer["encoding"].get("color", {})
        ]
        assert scales
        assert all(scale == expected for scale in scales)


@EVERY_WORLD
def test_rows_have_every_column_that_the_specification_reads(world: World) -> None:
    loop = LearningLoop(seed=1)
    before = loop.preview(world.actions, world.features(world.contexts[0]))
    list(crowd(loop, world, 30))
    now = loop.preview(world.actions, world.features(world.contexts[0]))
    truth = world.expected[0]
    curve = LearningCurve(world)
    curve.follow(loop)
    points = list(curve.rows())
    frames = [
        beliefs.probability_rows(world, now, before),
        beliefs.belief_rows(world, now, before, truth),
        contexts.map_rows(world, favourites(loop, world), world.contexts[0], truth=True),
        curves.reward_rows(world, points, 50, truth=True),
        curves.regret_rows(points),
    ]
    for spec, frame in zip(all_specs(world, dark=False), frames, strict=True):
        assert fields_in(spec) <= set(frame.column_names)


def test_bells_are_drawn_from_the_means_and_deviations_of_the_ranking() -> None:
    world = WORLDS["coffee"]
    loop = LearningLoop(seed=1)
    before = loop.preview(world.actions, world.features(world.contexts[0]))
    list(crowd(loop, world, 200))
    now = loop.preview(world.actions, world.features(world.contexts[0]))
    frame = beliefs.belief_rows(world, now, before, None).to_pandas()
    for when, ranked in (("now", now), ("before", before)):
        rows = frame[frame["when"] == when].set_index("action").loc[[a.id for a in world.items]]
        assert tuple(rows["mean"]) == ranked.means
        assert tuple(rows["sd"]) == ranked.sds
    assert set(beliefs.belief_rows(world, now, None, None)["when"].to_pylist()) == {"now"}


def test_the_highest_draw_is_marked_and_is_the_action_offered() -> None:
    world = WORLDS["movies"]
    loop = LearningLoop(seed=3)
    marked = 0
    for context in world.contexts:
        now = loop.preview(world.actions, world.features(context), event_id=str(context))
        frame = beliefs.belief_rows(world, now, None, None).to_pandas()
        if now.cause != "draw":
            assert frame["draw"].isna().all()
            assert not frame["wins"].any()
            continue
        assert list(frame.loc[frame["wins"], "action"]) == [now.action_id]
        marked += 1
    assert marked > 20


@pytest.mark.parametrize(
    ("size", "end"), [(0, 50), (50, 50), (51, 100), (100, 100), (101, 200), (999, 1000), (3e4, 5e4)]
)
def test_axes_grow_in_steps(size: float, end: int) -> None:
    assert curves.span_of(size) == end


# -- the Compare page -----------------------------------------------------------------


def compared(explore: float = 0.0) -> Comparison:
    world = WORLDS["coffee"]
    settings = LoopSettings(apprentice_exploration=explore)
    comparison = Comparison(world, best_rule(world, ["weather"]), settings, seed=5)
    for _ in range(60):
        comparison.step()
    return comparison


def comparison_specs(dark: bool) -> list[dict[str, Any]]:
    return [
        comparing.match_spec(dark, 100),
        comparing.reward_spec(dark, 100, True),
        comparing.cost_spec(dark, 100, 20),
        comparing.gain_spec(dark, 100, -10, 20),
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
    rows, order = list(comparison.rows()), slices_of(WORLDS["coffee"])
    frames = [
        comparing.match_rows(list(comparison.record.rows()), [60]),
        comparing.arm_rows(rows, [60], "", (1.0, 100)),
        comparing.arm_rows(rows, [60], "_worse"),
        comparing.arm_rows(rows, [60], "_gain"),
        comparing.outlook_rows(foreseen, 0.5, (0.6, 0.01)),
        comparing.slices_rows(comparison.record.slices(), order),
    ]
    for spec, frame in zip(comparison_specs(dark=False), frames, strict=True):
        assert fields_in(spec) <= set(frame.column_names)
    for frame in frames[:4]:
        assert [row["visitor"] for row in frame.to_pylist() if row["line"] is None] == [60]
    assert frames[4]["what"].to_pylist()[3:] == [
        "estimate from exploration",
        "earned since",
        "the truth",
    ]
    assert frames[5].num_rows == len(order)


def test_lines_show_what_the_loops_earned() -> None:
    comparison = compared()
    frame = comparing.arm_rows(list(comparison.rows()), [], "_gain").to_pandas()
    last = frame.groupby("line")["value"].last()
    rewards = comparison.rewards()
    assert last["online from the start"] == (rewards["online"] - rewards["baseline"]).sum()
    assert last["apprentice"] == last["today's choice"] == 0


@pytest.mark.parametrize(
    ("values", "ends"), [([0.0], (0, 10)), ([-3.0, 11.0], (-10, 20)), ([-101.0, 5.0], (-200, 10))]
)
def test_axes_hold_all_values_and_grow_in_steps(values: list[float], ends: tuple[int, int]) -> None:
    rows = [
        {"baseline_gain": 0.0, "apprentice_gain": value, "online_gain": 0.0} for value in values
    ]
    assert comparing.bounds_of(rows, "_gain") == ends


# -- the Race page --------------------------------------------------------------------

ENTRIES = (("ours", "Ours"), ("ucb", "UCB"), ("uniform", "Uniform"))


def raced() -> Standings:
    known = line_up(WORLDS["coffee"])
    contenders = tuple(known[key] for key, _ in ENTRIES)
    standings = Standings(Plan("coffee", contenders, 60, 2, drift="halfway"))
    for outcome in race(standings.plan):
        standings.add(outcome)
    return standings


def race_specs(dark: bool) -> list[dict[str, Any]]:
    return [
        racing.reward_spec(dark, 60, 5, ENTRIES),
        racing.regret_spec(dark, 60, 50, ENTRIES),
        results.finals_spec(dark, ENTRIES),
        results.segments_spec(dark, 10, 0.5, ENTRIES),
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
    order = segments_order(WORLDS["coffee"])
    frames = [
        racing.band_rows(made.plan, rewards, ENTRIES),
        racing.band_rows(made.plan, regrets, ENTRIES),
        results.finals_rows(made.finals(), ENTRIES),
        results.segments_rows(made.segments(), ENTRIES, order),
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
    assert len(frames[3]) == 3 * len(order)
    assert len(frames[4]) == 120


@THEMES
def test_every_contender_has_one_look_in_every_chart(dark: bool) -> None:
    entries = tuple((key, key) for key in KEYS)
    styles = racing.styles_of(entries, dark)
    assert list(styles) == list(KEYS)
    assert len({colour for _, colour in styles.values()}) == len(KEYS)
    few = racing.styles_of(entries[2:5], dark)
    assert all(styles[name] == style for name, style in few.items())
    for spec in race_specs(dark)[:4]:
        for layer in spec["layer"]:
            scale = layer["encoding"].get("color", {}).get("scale")
            if scale:
                assert scale["domain"] == [name for _, name in ENTRIES]
                assert scale["range"] == [c for _, c in racing.styles_of(ENTRIES, dark).values()]


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    plan = Plan("coffee", tuple(line_up(WORLDS["coffee"]).values()), visitors=20_000)
    flat = band(np.zeros((2, len(plan.points))))
    entries = tuple((key, key) for key in KEYS)
    frame = racing.band_rows(plan, dict.fromkeys(KEYS, flat), entries)
    assert len(frame) <= 1_200
    assert frame["visitor"].min() == plan.points[0]
    assert frame["visitor"].max() == 20_000


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.1), ([0.0], 0.1), ([0.1], 0.1), ([0.31, 0.2], 0.4)]
)
def test_the_axis_of_segments_grows_by_tenths(values: list[float], top: float) -> None:
    assert results.tenths_above(values) == pytest.approx(top)
