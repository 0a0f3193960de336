"""Axes of a map on the stage: names of all values and fields."""

import json
import re
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


def names(channel: alt.X | alt.Y) -> list[dict[str, Any]]:
    """Labels by key: of wide and narrow cells, or of rows."""
    return [json.loads(each) for each in re.findall(r"{[^}]+}", axis(channel)["labelExpr"])]


def test_values_have_names_beside_their_pictures_and_fields_are_named() -> None:
    x, y = on_stage(COFFEE, EVERYBODY)
    assert (axis(x)["title"], axis(y)["title"]) == ("Who", ["Weather,", "Time of day"])
    _, wide = names(x)
    assert set(wide.values()) == {value.label for value in COFFEE.fields[0].values}
    (labels,) = names(y)
    first, second, third, *others = labels.values()
    assert [first, second] == ["☀️ Sunny · 🌅 Morning", "🌤️ Afternoon"]
    assert third == "🌙 Evening", "the weather is written once for its rows"
    assert len(others) == 6
    assert axis(y)["labelLimit"] == 0


def test_names_that_do_not_fit_stand_below_their_pictures() -> None:
    x, y = on_stage(COFFEE, EVERYBODY)
    phone, wide = names(x)
    assert (phone["Alice"], wide["Alice"]) == (["👩", "Alice"], "👩 Alice")
    assert phone["👩 Alice"] == phone["Alice"], "the truth has rows by label"
    assert "? ' · ' :" in axis(y)["labelExpr"], "on a phone, a row has a line for each value"
    long = Field.of("name", "Who", {f"🙂 Somebody else {n}": 1 for n in "abcd"})
    world: World = replace(COFFEE, fields=(long, *COFFEE.fields[1:]))
    phone, wide = names(on_stage(world, EVERYBODY)[0])
    assert wide["Somebody else a"] == phone["Somebody else a"] == ["🙂", "Somebody else a"]
