"""Picture files of actions in charts, only for actions with a file."""

import json
from dataclasses import replace

import pytest

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.worlds import World
from engine.worlds.coffee import COFFEE
from engine.worlds.pictures import picture_of
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.context_map import map_rows, map_spec
from pages.parts.charts.item_pictures import emoji_of
from pages.parts.charts.map_axes import axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from tests.engine.worlds.test_pictures import file_of

PICTURE = picture_of(file_of("PNG"))
PICTURED = replace(COFFEE, items=(replace(COFFEE.items[0], picture=PICTURE), *COFFEE.items[1:]))
AXES = next(iter(axes_of(COFFEE)))


def specs(world: World) -> list[str]:
    made = truth_spec(world, False, AXES), map_spec(world, False, AXES)
    return [json.dumps(spec) for spec in (*made, belief_spec(world, False, "chance of offer"))]


@pytest.mark.parametrize("place", range(3))
def test_a_picture_stands_where_its_action_is(place: int) -> None:
    assert PICTURE in specs(PICTURED)[place]
    assert '"image"' not in specs(COFFEE)[place]


def test_it_stands_in_place_of_the_emoji() -> None:
    assert [emoji_of(item) == "" for item in PICTURED.items] == [True, False, False, False]
    rows = truth_rows(PICTURED, AXES, PICTURED.contexts[0]).to_pylist()
    assert {row["emoji"] == "" for row in rows if row["action"] == PICTURED.items[0].id} == {True}


def test_it_stands_in_the_corner_of_a_map_too() -> None:
    cells = favoured_actions(LearningLoop(seed=1), PICTURED)
    rows = map_rows(PICTURED, cells, PICTURED.contexts[0], AXES, True, True).to_pylist()
    marks = {row["best"]: row["mark"] for row in rows}
    assert [marks[item.name] for item in PICTURED.items] == [emoji_of(i) for i in PICTURED.items]
    images = [
        layer["mark"]["url"]["expr"]
        for layer in map_spec(PICTURED, False, AXES)["layer"]
        if layer["mark"]["type"] == "image"
    ]
    assert [url.rpartition(")")[2] for url in images] == ["[datum.action]", "[datum.truth]"]


def test_a_name_stands_where_an_action_has_neither() -> None:
    bare = replace(COFFEE, items=(replace(COFFEE.items[0], emoji=""), *COFFEE.items[1:]))
    for spec, before in zip(specs(bare)[:2], specs(COFFEE)[:2], strict=True):
        assert "datum.action) >= 0" in spec
        assert "datum.action) >= 0" not in before
        (halo, ink) = [
            layer["mark"] for layer in json.loads(spec)["layer"] if "lineHeight" in layer["mark"]
        ]
        assert halo["text"] == ink["text"]
        assert "split(datum.name, ' ') : datum.extent > 0 &&" in ink["text"]["expr"]
        assert "datum.extent > 0 ? 21 : 6" in ink["limit"]["expr"], "room for the triangle"
