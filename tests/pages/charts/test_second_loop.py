"""Two loops side by side: rows and fields."""

from dataclasses import replace
from typing import Any

import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.favoured_actions import favoured_actions
from engine.policies.greedy import Greedy
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, World
from pages.parts.charts.second_loop import MOST, Half, beside_rows, beside_spec
from pages.parts.text.theme import theme
from tests.pages.charts.specs import THEMES, fields_in

EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


def halves(world: World, visitors: int = 12) -> list[Half]:
    made = []
    for settings in (LoopSettings(), LoopSettings(policy=Greedy())):
        loop = LearningLoop(settings, seed=3)
        list(crowd(loop, world, visitors))
        ranked = loop.preview(world.actions, world.features(world.contexts[1]))
        made.append(Half(settings.policy.label, 0.5, ranked, favoured_actions(loop, world)))
    return made


def rows_of(world: World, of: list[Half], dark: bool = False) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = beside_rows(world, dark, world.contexts[1], of).to_pylist()
    return rows


@EVERY_WORLD
def test_each_half_says_what_its_loop_believes(world: World) -> None:
    both = halves(world)
    rows = rows_of(world, both)
    for side, half in enumerate(both):
        own = [row for row in rows if row["half"] == side]
        actions = [row for row in own if row["kind"] == "action"]
        assert len(actions) == min(len(world.items), MOST)
        for row in actions:
            i = [item.name for item in world.items].index(row["action"])
            assert row["chance"] == half.ranked.probabilities[i]
            assert (row["mean"], row["sd"]) == (half.ranked.means[i], half.ranked.sds[i])
            assert row["lit"] == (i == half.ranked.shown)
        cells = [row for row in own if row["kind"] == "cell"]
        assert len(cells) == len(world.contexts)
        assert len({(row["line"], row["column"]) for row in cells}) == len(cells)
        assert [row["here"] for row in cells].index(True) == 1
        head = next(row for row in own if row["kind"] == "half")
        assert (head["name"], head["earned"]) == (half.name, "0.50 each")


@EVERY_WORLD
def test_both_halves_have_the_same_rows_and_the_likeliest_are_among_them(world: World) -> None:
    both = halves(world)
    named = [
        [
            row["action"]
            for row in rows_of(world, both)
            if (row["kind"], row["half"]) == ("action", s)
        ]
        for s in (0, 1)
    ]
    assert named[0] == named[1]
    for half in both:
        best = max(range(len(world.items)), key=lambda i: half.ranked.probabilities[i])
        assert world.items[best].name in named[0]


@EVERY_WORLD
def test_what_either_offers_has_a_row_however_unlikely_and_how_many_have_none_is_said(
    world: World,
) -> None:
    both = halves(world)
    by_chance = [
        replace(
            half,
            ranked=replace(
                half.ranked,
                shown=min(range(len(world.items)), key=lambda i: half.ranked.probabilities[i]),
            ),
        )
        for half in both
    ]
    rows = rows_of(world, by_chance)
    assert [row["half"] for row in rows if row["kind"] == "action" and row["lit"]] == [0, 1]
    caption = next(row["caption"] for row in rows if row["kind"] == "half")
    more = len(world.items) - MOST
    assert caption.startswith(f"{more} more. Map: ") if more > 0 else caption.startswith("Map: ")
    assert world.fields[0].label in caption


def test_before_anybody_has_answered_no_reward_is_said() -> None:
    world = WORLDS["coffee"]
    both = [Half(h.name, None, h.ranked, h.favoured) for h in halves(world, 0)]
    heads = [row for row in rows_of(world, both) if row["kind"] == "half"]
    assert [head["earned"] for head in heads] == ["", ""]


@THEMES
def test_the_picture_reads_what_its_rows_have_in_the_colours_of_the_theme(dark: bool) -> None:
    world = WORLDS["coffee"]
    spec = beside_spec(world, dark)
    rows = rows_of(world, halves(world), dark)
    assert "data" not in spec
    assert fields_in(spec) <= {name for row in rows for name in row}
    inks = {row["colour"] for row in rows if row["kind"] == "half"}
    assert inks == {theme(dark).accent, theme(dark).other}


@EVERY_WORLD
def test_no_word_is_smaller_than_is_read_from_the_last_row(world: World) -> None:
    """At 1280 x 720 and 1024 x 768, within the space that the stage leaves for the chart."""
    spec = beside_spec(world, dark=False)
    signals = {param["name"]: param["expr"] for param in spec["params"]}
    for width, height, least in ((1174, 475, 28), (947, 600, 20)):
        u = max(0.6, min(width / 1184, height / 496))
        # Both are wide enough for two halves beside each other, each as high as the picture.
        scope = {"u": u, "max": max, "min": min, "room": height}
        size = eval(signals["type"], {}, scope)
        scope["map"] = eval(signals["map"], {}, scope)
        assert size >= least
        assert eval(signals["lane"], {}, scope) >= size  # So that rows do not touch.
