"""Worlds as JSON and back, unchanged; invalid JSON is refused with the position of the fault."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import PersonalizerError
from engine.worlds import WORLDS, TasteWeights, World, key_of, world_from_json, world_from_text
from engine.worlds.limits import MAX_TERMS
from tests.engine.worlds.random_worlds import bakery, worlds
from tests.engine.worlds.ready import every_world


def bits(world: World) -> tuple[object, ...]:
    """All observable parts of a world, every number to the last bit."""
    rng = np.random.default_rng(3)
    visitors = [world.visitor(rng) for _ in range(20)]
    return (
        world.fields,
        world.items,
        world.actions,
        world.contexts,
        world.frequencies.tobytes(),
        world.outcomes.tobytes(),
        world.expected.tobytes(),
        (world.uniform_value, world.single_value, world.best_value),
        visitors,
        [world.answer(v, item.id, rng.random()) for v in visitors for item in world.items],
    )


# -- round trip -----------------------------------------------------------------------


@every_world
def test_every_world_comes_back_from_json_as_it_was(world: World) -> None:
    again = world_from_json(json.loads(json.dumps(world.to_json())))
    assert (again, again.text) == (world, world.text)
    assert bits(again) == bits(world)
    assert key_of(again) == key_of(world)


@given(worlds())
def test_any_world_does(told: dict[str, Any]) -> None:
    world = world_from_json(told)
    for cell, context in enumerate(world.contexts):
        assert world.context_of(world.request(cell)) == context
    again = world_from_json(json.loads(json.dumps(world.to_json())))
    assert (again, again.digest) == (world, world.digest)
    assert bits(again) == bits(world)


@given(worlds())
def test_a_world_travels_as_text_and_is_made_once(told: dict[str, Any]) -> None:
    world = world_from_json(told)
    first, second = (pickle.loads(pickle.dumps(world)) for _ in range(2))
    assert first is second is world_from_text(world.text)
    assert (first, hash(first)) == (world, hash(world))
    assert bits(first) == bits(world)


def test_a_world_of_python_functions_travels_too() -> None:
    coffee = WORLDS["coffee"]
    assert bits(pickle.loads(pickle.dumps(coffee))) == bits(coffee)


def test_optional_parts_have_defaults() -> None:
    world = world_from_json(bakery(story=""))
    hurry, tea = world.fields[1], world.items[2]
    assert (hurry.label, hurry.values[0].emoji, hurry.values[0].share) == ("hurry", "", 1.0)
    assert (tea.label, world.story) == ("Tea", "")
    data = bakery()
    del data["emoji"], data["story"]
    assert world_from_json(data).emoji == world_from_json(data).story == ""


def test_weights_say_the_truth_where_a_table_would_be_too_large() -> None:
    values = [{"name": str(i)} for i in range(10)]
    data = bakery(
        fields=[{"name": name, "values": values} for name in ("a", "b", "c")],
        items=[{"id": str(i), "features": {"odd": i % 2 == 1, "size": i}} for i in range(50)],
        truth={
            "base": 0.25,
            "whole": 0.5,
            "terms": [
                {"add": 0.5, "when": {"a": "3"}, "features": {"odd": True}},
                {"add": -0.125, "item": "7"},
            ],
        },
    )
    world = world_from_json(data)
    assert isinstance(world.taste, TasteWeights)
    assert len(world.text) < 10_000
    row = world.expected[world.cell({"a": "3", "b": "1", "c": "9"})]
    assert (row[0], row[1], row[7]) == (0.25 * 0.75, 0.75 * 0.75, 0.625 * 0.75)
    assert bits(world_from_json(world.to_json())) == bits(world)


def test_a_world_of_one_context_and_one_item_is_one() -> None:
    data = bakery(
        fields=[{"name": "who", "values": [{"name": "Ann"}]}],
        items=[{"id": "Tea", "features": {"hot": True}}],
        truth={"table": [[0.5]]},
    )
    assert world_from_json(data).best_value == 0.5


# -- refusals -------------------------------------------------------------------------


def at(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    """Puts a value at a place of the bakery's JSON."""

    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


def value(name: str, **more: object) -> dict[str, object]:
    return {"name": name, **more}


TEN = [value(str(i)) for i in range(10)]
SUM: dict[str, Any] = {"base": 0.1, "terms": []}

FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another format": (at("format", value="x"), "format is 'x', but must be 'personal"),
    "a later version": (at("version", value=7), "version is 7, but must be 1 to 6, which this"),
    "an unknown name": (at("colour", value=1), "a name in the world is 'colour', but must be one"),
    "no title": (at("title", value=" "), "title is ' ', but must be a text of 1 to 40"),
    "a title of two lines": (at("title", value="a\nb"), "title is 'a\\nb', but must be a text"),
    "a title that is no text": (at("title", value=7), "title is 7, but must be a text"),
    "half a character": (at("title", value="\ud800"), "title is '\\ud800', but must be a text"),
    "a long story": (at("story", value="x" * 501), "story is 'xxx"),
    "a picture like a novel": (at("emoji", value="x" * 17), "emoji is 'xxx"),
    "no fields": (at("fields", value=[]), "the length of fields is 0, but must be 1 to 20."),
    "too many fields": (
        at("fields", value=[{}] * 21), "the length of fields is 21, but must be 1 to 20.",
    ),
    "fields that are none": (at("fields", value=4), "fields is 4, but must be a list of 1 to 20"),
    "a field that is none": (at("fields", 1, value="x"), "fields[1] is 'x', but must be an object"),
    "a field without a name": (
        at("fields", 1, value={"values": []}), "fields[1].name is missing, but must be 1 to 60 ",
    ),
    "a field with a hidden name": (
        at("fields", 0, "name", value="_x"), "fields[0].name is '_x', but must be 1 to 60 letters",
    ),
    "a field with a dot": (at("fields", 0, "name", value="a.b"), "fields[0].name is 'a.b', but"),
    "a field named as a column": (
        at("fields", 0, "name", value="reward"), "fields[0].name is 'reward', but must be 1 to",
    ),
    "two fields of one name": (
        at("fields", 1, "name", value="weather"), "fields[1].name is 'weather', but must be diff",
    ),
    "two fields of one label": (
        at("fields", 1, "label", value="Weather"), "fields[1].label is 'Weather', but must be di",
    ),
    "no values": (
        at("fields", 1, "values", value=[]),
        "the length of fields[1].values is 0, but must be 1 to 50.",
    ),
    "two values of one name": (
        at("fields", 1, "values", 1, "name", value="yes"),
        "fields[1].values[1].name is 'yes', but must be different from those before it.",
    ),
    "a share of nothing": (
        at("fields", 0, "values", 1, "share", value=0),
        "fields[0].values[1].share is 0, but must be a number from 1e-06 to 1e+06.",
    ),
    "a share that is no number": (
        at("fields", 0, "values", 1, "share", value=float("nan")),
        "fields[0].values[1].share is nan, but must be a number",
    ),
    "a value that sends what no request says": (
        at("fields", 1, "values", 0, "sends", value=["a", 1]),
        "fields[1].values[0].sends is ['a', 1], but must be a number, a text, true or false, an",
    ),
    "two values that send the same": (
        at("fields", 1, "values", 0, "sends", value="no"),
        "the data sent for fields[1].values[1] is 'no', but must be different from the others.",
    ),
    "too many contexts": (
        at("fields", value=[{"name": name, "values": TEN} for name in "abcdefgh"]),
        "the number of contexts is 100000000, but must be at most 10,000,000.",
    ),
    "no items": (at("items", value=[]), "the length of items is 0, but must be 1 to 50."),
    "too many items": (at("items", value=[{}] * 51), "the length of items is 51, but must be 1"),
    "two items of one id": (
        at("items", 1, "id", value="Roll"), "items[1].id is 'Roll', but must be different",
    ),
    "an item without an id": (at("items", 1, "id", value=""), "items[1].id is '', but must be a"),
    "a value below nothing": (
        at("items", 1, "value", value=-1), "items[1].value is -1, but must be a number from 0 to",
    ),
    "a long unit": (at("unit", value="x" * 13), "unit is 'xxxxxxxxxxxxx', but must be a text of 0"),
    "features that are a list": (
        at("items", 1, "features", value=[{"a": 1}]),
        "items[1].features is [{'a': 1}], but must be an object.",
    ),
    "features that say nothing": (
        at("items", 2, "features", value={}), "items[2].features is [{}], but must be objects with",
    ),
    "a feature that is no number": (
        at("items", 2, "features", value={"a": float("inf")}),
        "items[2].features.a is inf, but must be a finite number.",
    ),
    "features in a list": (
        at("items", 2, "features", value={"a": {"b": [{"c": 1}]}}),
        "items[2].features.a.b[0] is {'c': 1}, but must be a number",
    ),
    "too many columns": (
        at("items", 0, "features", value={str(i): i + 1 for i in range(2_001)}),
        "the number of columns that items[0].features makes is 2001, but must be at most 2000.",
    ),
    "no truth": (at("truth", value=None), "truth is None, but must be an object."),
    "two truths": (
        at("truth", "base", value=1), "a name in truth is 'base', but must be one of table.",
    ),
    "a row too few": (
        at("truth", "table", value=[[0, 0, 0]] * 3),
        "the length of truth.table is 3, but must be 4.",
    ),
    "an entry too many": (
        at("truth", "table", 2, value=[0, 0, 0, 0]),
        "the length of truth.table[2] is 4, but must be 3.",
    ),
    "a chance above 1": (
        at("truth", "table", 2, 1, value=1.5),
        "truth.table[2][1] is 1.5, but must be a number from 0 to 1.",
    ),
    "a chance that is text": (at("truth", "table", 2, 1, value="1"), "truth.table[2][1] is '1', b"),
    "a chance that is true": (at("truth", "table", 2, 1, value=True), "truth.table[2][1] is True"),
    "three chances": (
        at("truth", "table", 2, 1, value=[0, 0, 0]),
        "the length of truth.table[2][1] is 3, but must be 2.",
    ),
    "chances that leave none for 0": (
        at("truth", "table", 2, 1, value=[0.7, 0.4]),
        "truth.table[2][1] is [0.7, 0.4], but must be two chances that add up to 1 at most.",
    ),
    "half a chance below 0": (
        at("truth", "table", 2, 1, value=[-0.1, 0.4]),
        "truth.table[2][1][0] is -0.1, but must be a number from 0 to 1.",
    ),
    "no base": (
        at("truth", value={"terms": []}), "truth.base is missing, but must be a number from 0 to",
    ),
    "terms that are none": (at("truth", value={"base": 0}), "truth.terms is missing, but must be"),
    "a share of whole rewards beyond 1": (
        at("truth", value=SUM | {"whole": 2}), "truth.whole is 2, but must be a number from 0 to",
    ),
    "too many terms": (
        at("truth", value=SUM | {"terms": [{}] * (MAX_TERMS + 1)}),
        "the length of truth.terms is 1001, but must be 0 to 1,000.",
    ),
    "a term that adds nothing": (
        at("truth", value=SUM | {"terms": [{"item": "Tea"}]}),
        "truth.terms[0].add is missing, but must be a number from -1 to 1.",
    ),
    "a term of an unknown field": (
        at("truth", value=SUM | {"terms": [{"add": 1, "when": {"age": "4"}}]}),
        "a name in truth.terms[0].when is 'age', but must be one of hurry, weather.",
    ),
    "a term of an unknown value": (
        at("truth", value=SUM | {"terms": [{"add": 1, "when": {"hurry": True}}]}),
        "truth.terms[0].when.hurry is True, but must be one of yes, no.",
    ),
    "a term of an unknown item": (
        at("truth", value=SUM | {"terms": [{"add": 1}, {"add": 1, "item": "Pie"}]}),
        "truth.terms[1].item is 'Pie', but must be one of Roll, Cake, Tea.",
    ),
    "a term of an unknown feature": (
        at("truth", value=SUM | {"terms": [{"add": 1, "features": {"hot": 1}}]}),
        "a name in truth.terms[0].features is 'hot', but must be one of price, sweet.",
    ),
    "a term of features that no item has": (
        at("truth", value=SUM | {"terms": [{"add": 1, "item": "Tea", "features": {"price": 3}}]}),
        "truth.terms[0].features is {'price': 3}, but must be features that an item has.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_sentence_with_its_place(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    data = bakery()
    change(data)
    with pytest.raises(PersonalizerError) as refused:
        world_from_json(data)
    assert refused.value.message.startswith(sentence)
    assert refused.value.message.endswith(".")
    assert refused.value.code == "BadRequest"


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000, "NaN", '"coffee"'])
def test_text_that_is_no_world_is_refused(text: str) -> None:
    with pytest.raises(PersonalizerError, match="the world is"):
        world_from_text(text)


def test_the_given_json_may_change_afterwards() -> None:
    data = bakery()
    data["items"][0]["features"]["sizes"] = [1, 2]
    world = world_from_json(data)
    data["items"][0]["features"]["sizes"].append(3)
    data["items"][0]["features"]["price"] = 9
    assert world.items[0].features == {"sweet": False, "price": 1.2, "sizes": [1, 2]}


def test_an_item_may_be_worth_nothing_if_another_pays() -> None:
    data = bakery()
    data["items"][1]["value"] = 0
    assert world_from_json(data).items[1].value == 0
    for item in data["items"]:
        item["value"] = 0
    with pytest.raises(PersonalizerError, match="the largest value of an item is 0"):
        world_from_json(data)
