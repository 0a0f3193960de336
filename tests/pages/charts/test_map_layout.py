"""Axes of a map on the stage: names of all values and fields."""

import json
from dataclasses import replace
from typing import Any

import altair as alt

from engine.worlds import World
from engine.worlds.coffee import COFFEE
from engine.worlds.fields import Field
from pages.parts.charts.map_axes import Axes
from pages.parts.charts.map_layout import on_stage

EVERYBODY = Axes("name", ("weather", "timeofday"))


def axis(channel: alt.X | alt.Y) -> dict[str, Any]:
    made: Any = channel.to_dict(validate=False)
    of_axis: dict[str, Any] = made["axis"]
    return of_axis


def names(channel: alt.X | alt.Y) -> dict[str, Any]:
    """Labels by key."""
    labels: dict[str, Any] = json.loads(
        axis(channel)["labelExpr"].partition("({")[2].join(["{", ""]).rpartition("})[")[0] + "}"
    )
    return labels


def test_values_have_names_beside_their_pictures_and_fields_are_named() -> None:
    x, y = on_stage(COFFEE, EVERYBODY)
    assert (axis(x)["title"], axis(y)["title"]) == ("Who", "Weather, Time of day")
    assert set(names(x).values()) == {value.label for value in COFFEE.fields[0].values}
    first, second, third, *others = names(y).values()
    assert [first, second] == ["☀️ Sunny · 🌅 Morning", "🌤️ Afternoon"]
    assert third == "🌙 Evening", "the weather is written once for its rows"
    assert len(others) == 6
    assert axis(y)["labelLimit"] == 0


def test_long_names_stand_below_their_pictures() -> None:
    long = Field.of("name", "Who", {f"🙂 Somebody else {n}": 1 for n in "abcd"})
    world: World = replace(COFFEE, fields=(long, *COFFEE.fields[1:]))
    x, _ = on_stage(world, EVERYBODY)
    assert names(x)["Somebody else a"] == ["🙂", "Somebody else a"]
    assert axis(x)["labelPadding"] > axis(on_stage(COFFEE, EVERYBODY)[0])["labelPadding"]
