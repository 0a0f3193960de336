"""Chart specifications: without data, cached, with the fields of their rows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import altair as alt
import pytest
from altair.utils import schemapi

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.probability_parts import probability_parts
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, Field, Value, World
from pages.parts.charts import (
    beliefs,
    comparison,
    curves,
    forest,
    interval_coverage,
    lesson_bars,
    lesson_maps,
    lessons,
    race,
    reasons,
    running_estimates,
    second_loop,
    truth_map,
)
from pages.parts.charts import context_map as contexts
from pages.parts.charts.base import segment_names
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.lines import LineStyle
from pages.parts.charts.map_axes import axes_of
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import theme
from tests.pages.charts.specs import THEMES, fields_in
from tests.pages.charts.test_stage_size import specs

EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)


def all_specs(world: World, dark: bool) -> list[dict[str, Any]]:
    return [
        beliefs.belief_spec(world, dark, "chance of offer"),
        contexts.map_spec(world, dark, next(iter(axes_of(world)))),
        curves.reward_spec(dark, True),
        curves.regret_spec(dark),
    ]


def further_specs(world: World) -> Iterator[dict[str, Any]]:
    """Return a specification of each other kind of chart."""
    pair, entries = ("a", "b"), (("ours", "Ours"), ("ab", "A/B test"))
    yield running_estimates.growing_spec(False, 100, (0, 1), True)
    yield running_estimates.stretches_spec(False, 100, (0, 1), (("a", LineStyle("#123456")),))
    yield second_loop.beside_spec(world, False)
    yield comparison.gain_spec(False, True, -10, 10)
    yield comparison.outlook_spec(False)
    yield comparison.slices_spec(False, 10)
    yield interval_coverage.coverage_spec(False, 3)
    yield forest.forest_spec(False, 3, (0, 1), (forest.NAIVE, forest.ESTIMATE), (0, 1, None))
    yield lessons.guess_spec(False, 0, 1, "%")
    yield lessons.score_spec(False, pair, "visits", "curve")
    yield lessons.counted_spec(world, False, "stated", "counted")
    yield lessons.certainty_spec(False, "visitors", "chance")
    yield lesson_bars.said_spec(False, 3, pair, "b", "truth")
    yield lesson_bars.again_spec(False, 3, pair)
    yield lesson_maps.cells_spec(False, 3)
    yield lesson_maps.tried_spec(False, 3, 2, "yes", "no")
    yield lesson_maps.marks_spec(False, 3, ("right", "wrong", "missed", "no"))
    yield race.segments_spec(False, 5, 1.0, entries)
    yield reasons.gap_spec(False, 3, 1.0, "Latte", "Tea")
    yield reasons.worth_spec(False, 3, (-0.25, 1.0), RewardScale())
    yield truth_map.truth_spec(world, False, next(iter(axes_of(world))))


@EVERY_WORLD
@THEMES
def test_a_specification_holds_no_data_and_is_made_once(world: World, dark: bool) -> None:
    for spec, again in zip(all_specs(world, dark), all_specs(world, dark), strict=True):
        assert spec is again
        assert '"data"' not in json.dumps(spec).replace('"data": {"sequence"', "")
        assert '"datasets"' not in json.dumps(spec)


@pytest.mark.parametrize("place", ["page", "stage"])
def test_specifications_are_what_vega_lites_schema_asks_for(place: str) -> None:
    on_pages = [*all_specs(WORLDS["coffee"], False), *further_specs(WORLDS["coffee"])]
    for spec in specs() if place == "stage" else on_pages:
        hold_against_schema(spec)
    wrong = spec | {"layer": [{"mark": "no such mark"}]}
    with pytest.raises(Exception, match="no such mark"):
        hold_against_schema(wrong)


def hold_against_schema(spec: dict[str, Any]) -> None:
    """Validate as `alt.LayerChart.from_dict` does, without building a chart, which takes five times
    as long."""
    chart = alt.LayerChart
    schemapi.validate_jsonschema(spec, chart._schema, rootschema=chart._rootschema)


@EVERY_WORLD
@THEMES
def test_an_action_has_the_same_colour_in_every_chart(world: World, dark: bool) -> None:
    ids = [item.id for item in world.items]
    expected = {"domain": ids, "range": list(theme(dark).actions[: len(ids)])}
    spec = contexts.map_spec(world, dark, next(iter(axes_of(world))))
    scales = [
        layer["encoding"]["color"]["scale"]
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("color", {})
    ]
    assert scales
    assert all(scale == expected for scale in scales)
    loop = LearningLoop(seed=1)
    now = loop.preview(world.actions, world.features(world.contexts[0]))
    rows = belief_rows(world, dark, now, probability_parts(now, loop.settings.policy))
    columns = (rows["action"].to_pylist(), rows["colour"].to_pylist())
    assert columns == ([item.name for item in world.items], expected["range"])


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
        belief_rows(world, False, now, probability_parts(now, loop.settings.policy), before, truth),
        contexts.map_rows(
            world,
            favoured_actions(loop, world),
            world.contexts[0],
            next(iter(axes_of(world))),
            knows=True,
            truth=True,
        ),
        curves.reward_rows(points, truth=True),
        curves.regret_rows(points),
    ]
    for spec, frame in zip(all_specs(world, dark=False), frames, strict=True):
        assert fields_in(spec) - {"low", "high"} <= set(frame.column_names)


def test_values_of_two_fields_with_one_name_are_told_apart_on_an_axis() -> None:
    coffee = WORLDS["coffee"]
    member = Field("member", "Member", (Value("yes", ""), Value("no", "")))
    parking = Field("parking", "Parking", (Value("yes", ""), Value("by bike", "🚲")))
    assert segment_names(replace(coffee, fields=(member, parking))) == [
        "Member: yes", "no", "Parking: yes", "🚲 by bike",
    ]  # fmt: skip
    assert segment_names(coffee)[:4] == ["👩 Alice", "👨 Bob", "👵 Cathy", "🧔 Dave"]
