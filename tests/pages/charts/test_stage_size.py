"""Charts on the stage: a common minimum type size, and sizes that follow the window."""

from collections.abc import Iterator
from typing import Any

import pytest

from engine.worlds import WORLDS
from pages.parts.charts import comparison, context_map, curves, forest, race, reasons
from pages.parts.charts.base import LESSON, PAGE, STAGE, Size, Spec
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.map_axes import axes_of
from pages.parts.charts.stage_size import staged

ENTRIES = (("ours", "Ours"), ("ab", "A/B test"))


def specs(dark: bool = False) -> Iterator[Spec]:
    """Return specifications of talks in stage size."""
    yield from map(staged, _specs(dark))


def _specs(dark: bool) -> Iterator[Spec]:
    world = WORLDS["movies"]
    yield belief_spec(world, dark, "chance of offer", size=STAGE)
    yield context_map.map_spec(world, dark, next(iter(axes_of(world))), STAGE)
    yield curves.reward_spec(dark, True)
    yield comparison.match_spec(dark, True)
    yield comparison.reward_spec(dark, True, True)
    yield comparison.cost_spec(dark, True, 10)
    yield race.finals_spec(dark, 1.0, ENTRIES)
    yield race.reward_spec(dark, 1_000, 50, ENTRIES, True)
    yield race.regret_spec(dark, 1_000, 10, ENTRIES, True)
    yield forest.forest_spec(dark, 3, (0, 1), (forest.NAIVE, forest.ESTIMATE), (0, 1, None), STAGE)
    yield reasons.gap_spec(dark, 3, 1.0, "Latte", "Tea")


def sizes(spec: Any) -> Iterator[Any]:
    """Yield all type sizes in a specification."""
    if isinstance(spec, list):
        for part in spec:
            yield from sizes(part)
    elif isinstance(spec, dict):
        for name, part in spec.items():
            if name.lower().endswith("fontsize"):
                yield part
            else:
                yield from sizes(part)


def test_all_type_is_28_pixels_of_a_window_of_1280_or_larger() -> None:
    for spec in specs():
        found_sizes = [*sizes(spec)]
        assert found_sizes
        for size in found_sizes:
            assert size["expr"] == "28 * u" or "least" in size["expr"].partition("clamp")[2]
        units = {param["name"]: param.get("expr") for param in spec["params"]}
        assert next(iter(units)) == "u"
        assert units["least"] == units["type"] == "28 * u"


@pytest.mark.parametrize("size", [PAGE, LESSON])
def test_on_a_page_nothing_follows_the_window(size: Size) -> None:
    spec = belief_spec(WORLDS["movies"], False, "chance of offer", size=size)
    assert "windowSize" not in str(spec)


def test_lines_and_dashes_are_twice_as_large_and_bars_stay_within_their_lanes() -> None:
    rule = {"type": "rule", "strokeWidth": 1.5, "strokeDash": [3, 2], "opacity": 0.5}
    widths = {"strokeWidth": {"field": "line", "scale": {"range": [2.4, 9]}}}
    layers = [{"mark": rule, "encoding": widths}, {"mark": {"type": "bar", "height": 14}}]
    line, bar = staged({"layer": layers})["layer"]
    assert line["mark"]["strokeWidth"] == {"expr": "(3 * u)"}
    assert line["mark"]["strokeDash"] == {"expr": "[6 * u, 4 * u]"}
    assert line["mark"]["opacity"] == 0.5
    assert line["encoding"]["strokeWidth"]["scale"]["range"] == [4.8, 18]
    assert bar["mark"]["height"] == {"expr": "min(28 * u, 0.8 * bandwidth('y'))"}


def test_a_legend_that_names_its_columns_keeps_them() -> None:
    own = {"orient": "top", "columns": 0}
    encoding = {"shape": {"legend": own, "scale": {"domain": ["where it was shown", "the truth"]}}}
    (layer,) = staged({"layer": [{"mark": "point", "encoding": encoding}]})["layer"]
    assert layer["encoding"]["shape"]["legend"] == own


@pytest.mark.parametrize("is_switched", [True, False])
def test_the_title_of_an_axis_stands_above_the_name_of_a_change(is_switched: bool) -> None:
    layers = staged(comparison.reward_spec(False, is_switched, False))["layer"]
    axes = [layer["encoding"].get("y", {}).get("axis") or {} for layer in layers]
    heights = {axis["titleY"]["expr"] for axis in axes if "titleY" in axis}
    assert heights == {"(-52 * u)" if is_switched else "(-16 * u)"}
