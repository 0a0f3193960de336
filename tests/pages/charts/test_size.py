"""Charts on the stage: no type is smaller than the rest, and all follows the window."""

from collections.abc import Iterator
from typing import Any

from engine.worlds import WORLDS
from pages.parts.charts import comparison, context_map, curves, race
from pages.parts.charts.base import LESSON, STAGE, Spec
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.map_axes import axes_of

ENTRIES = (("ours", "Ours"), ("ab", "A/B test"))


def specs(dark: bool = False) -> Iterator[Spec]:
    world = WORLDS["movies"]
    yield belief_spec(world, dark, "so it offers", size=STAGE)
    yield context_map.map_spec(world, dark, next(iter(axes_of(world))), STAGE)
    yield curves.reward_spec(dark, True, STAGE)
    yield comparison.match_spec(dark, 100, True, STAGE)
    yield comparison.reward_spec(dark, 100, True, True, STAGE)
    yield comparison.cost_spec(dark, 100, True, 10, STAGE)
    yield race.finals_spec(dark, 1.0, ENTRIES, STAGE)
    yield race.reward_spec(dark, 1_000, 50, ENTRIES, True, STAGE)
    yield race.regret_spec(dark, 1_000, 10, ENTRIES, True, STAGE)


def sizes(spec: Any) -> Iterator[Any]:
    """All sizes of type in a specification."""
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
        found = [*sizes(spec)]
        assert found
        for size in found:
            assert size["expr"] == "28 * u" or "28 * u" in size["expr"].partition("clamp")[2]
        assert spec["params"][0]["name"] == "u"


def test_on_a_page_nothing_follows_the_window_but_which_row_comes_first_in_a_small_one() -> None:
    spec = belief_spec(WORLDS["movies"], False, "so it offers")
    follows = [one for one in spec["params"] if "windowSize" in one["expr"]]
    assert [one["name"] for one in follows] == ["low"]
    assert str(spec).count("windowSize") == 1
    other = belief_spec(WORLDS["movies"], False, "so it offers", size=LESSON)
    assert "windowSize" not in str(other)
