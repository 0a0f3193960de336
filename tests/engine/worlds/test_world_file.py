"""A world in a file, and refusals of other files."""

import json
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from hypothesis import given

from engine import PersonalizerError
from engine.worlds import WORLDS, world_from_json
from engine.worlds.world_file import MAX_FILE, world_from_file, world_to_file
from tests.engine.worlds.random_worlds import bakery, worlds


@given(worlds())
def test_a_world_comes_back_bit_for_bit(told: dict[str, object]) -> None:
    world = world_from_json(told)
    for data in (world_to_file(world), world_to_file(world).encode()):
        back = world_from_file(data)
        assert back.text == world.text
        assert (back.outcomes == world.outcomes).all()
        assert back.ceilings == world.ceilings


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    news = WORLDS["news"]
    assert world_from_file(b"\xef\xbb\xbf" + world_to_file(news).encode()) == news


def changed(change: Callable[[Any], object]) -> str:
    changed_data = bakery()
    change(changed_data)
    return json.dumps(changed_data)


def field(**changes: object) -> str:
    return changed(lambda told: told["fields"][0].update(changes))


def item(**changes: object) -> str:
    return changed(lambda told: told["items"][0].update(changes))


def truth(value: object) -> str:
    return changed(lambda told: told["truth"]["table"].__setitem__(0, value))


MALFORMED: dict[str, tuple[bytes | str, str]] = {
    "empty": ("", "line 1, column 1"),
    "no JSON": ("a,b\n1,2", "line 1, column 1"),
    "cut": (changed(lambda told: None)[:-3], "JSON is faulty at line 1"),
    "a comma too many": ('{"format": "x",}', "line 1, column"),
    "not UTF-8": (b'{"title": "caf\xe9"}', "not text in UTF-8, at byte 15"),
    "NaN": (truth([float("nan"), 0, 0]), "has NaN"),
    "Infinity": (field(values=[{"name": "a", "share": float("inf")}]), "has Infinity"),
    "too large": (b" " * (MAX_FILE + 1), "file is larger than 2,400,000 bytes"),
    "deep": ("[" * 100_000, "too deeply"),
    "a name twice": ('{"format": 1, "format": 2}', "'format' twice"),
    "a list": ("[]", "the world is"),
    "another format": (json.dumps(bakery(format="x")), "format is 'x'"),
    "a newer version": (json.dumps(bakery(version=7)), "version is 7"),
    "a version that is none": (json.dumps(bakery(version=True)), "version is True"),
    "an infinite share": (
        changed(lambda told: None).replace('"share": 2', '"share": 1e999'), "share is inf",
    ),
    "a title that turns letters": (json.dumps(bakery(title="a\u202eb")), "title is"),
    "items that look alike": (
        changed(lambda told: [one.update(id=("\u00e9", "e\u0301")[at])
                              for at, one in enumerate(told["items"][:2])]),
        "items[1].id is",
    ),
    "an unknown name": (json.dumps(bakery(x=1)), "a name in the world is 'x'"),
    "no title": (json.dumps(bakery(title="")), "title is ''"),
    "a title of lines": (json.dumps(bakery(title="a\nb")), "title is"),
    "a long story": (json.dumps(bakery(story="x" * 501)), "story is"),
    "a combination too few": (
        json.dumps(bakery(together=[1, 1, 1])), "length of together is 3, but must be 4"
    ),
    "a combination of nobody": (json.dumps(bakery(together=[1, 1, 1, 0])), "together[3] is 0"),
    "combinations of too many": (
        json.dumps(bakery(together=[1], fields=[
            {"name": f"f{n}", "values": [{"name": "a"}, {"name": "b"}]} for n in range(10)
        ], truth={"base": 0.1, "terms": []})),
        "the number of contexts is 1024, but must be at most 1,000 with a list, and with more an",
    ),
    "combinations of fields in another order": (
        json.dumps(bakery(together={"fields": ["hurry", "weather"], "times": [1, 2, 1, 2]})),
        "together.fields is ['hurry', 'weather'], but must be each field once, in the order",
    ),
    "combinations of a field that is none": (
        json.dumps(bakery(together={"fields": ["moon"], "times": [1]})),
        "together.fields[0] is 'moon', but must be one of weather, hurry",
    ),
    "more combinations than there is room for": (
        json.dumps(bakery(together={"fields": [f"f{n}" for n in range(14)], "times": [1]}, fields=[
            {"name": f"f{n}", "values": [{"name": "a"}, {"name": "b"}]} for n in range(14)
        ], truth={"base": 0.1, "terms": []})),
        "the number of combinations is 16384, but must be at most 10,000",
    ),
    "a drift that is none": (json.dumps(bakery(drift="fast")), "drift is 'fast', but must be one"),
    "no fields": (json.dumps(bakery(fields=[])), "length of fields is 0"),
    "a field twice": (
        changed(lambda told: told["fields"].append(told["fields"][0])), "fields[2].name"
    ),
    "a field with HTML": (field(name="<b>"), "fields[0].name is '<b>'"),
    "a field that is taken": (field(name="reward"), "fields[0].name is 'reward'"),
    "a field without values": (field(values=[]), "length of fields[0].values is 0"),
    "a value twice": (
        field(values=[{"name": "a"}, {"name": "a"}]), "fields[0].values[1].name is 'a'"
    ),
    "a value without a name": (field(values=[{"name": ""}]), "fields[0].values[0].name is ''"),
    "a share of 0": (field(values=[{"name": "a", "share": 0}]), "values[0].share is 0"),
    "a share in words": (field(values=[{"name": "a", "share": "x"}]), "values[0].share is 'x'"),
    "an emoji of sentences": (item(emoji="x" * 17), "items[0].emoji is"),
    "no items": (json.dumps(bakery(items=[])), "length of items is 0"),
    "51 items": (
        json.dumps(bakery(items=[{"id": f"{n}", "features": {"a": n}} for n in range(51)])),
        "length of items is 51",
    ),
    "an item twice": (item(id="Cake"), "items[1].id is 'Cake'"),
    "an item without a name": (item(id=" "), "items[0].id is ' '"),
    "features in a list": (item(features=[1]), "items[0].features is [1]"),
    "no features": (item(features={}), "items[0].features is"),
    "features of nothing": (item(features={"a": None}), "items[0].features"),
    "no truth": (changed(lambda told: told.pop("truth")), "truth is None"),
    "a row too few": (changed(lambda told: told["truth"]["table"].pop()), "truth.table is 3"),
    "an entry too few": (truth([0.1, 0.2]), "truth.table[0] is 2"),
    "an entry in words": (truth(["=1+1", 0, 0]), "truth.table[0][0] is '=1+1'"),
    "more than certain": (truth([0, 1.1, 0]), "truth.table[0][1] is 1.1"),
    "less than never": (truth([0, 0, -0.1]), "truth.table[0][2] is -0.1"),
    "two chances above 1": (truth([[0.6, 0.6], 0, 0]), "truth.table[0][0] is [0.6, 0.6]"),
    "a term of nobody": (
        json.dumps(bakery(truth={"base": 0, "terms": [{"add": 1, "item": "X"}]})),
        "truth.terms[0].item is 'X'",
    ),
}  # fmt: skip


def test_a_name_twice_is_found_as_fast_among_many() -> None:
    names = ", ".join(f'"{n}": 1' for n in range(20_000))
    began = process_time()
    with pytest.raises(PersonalizerError, match="'x' twice"):
        world_from_file(f'{{{names}, "x": 1, "x": 2}}')
    assert process_time() - began < 1


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_world_is_refused_with_its_place(name: str) -> None:
    data, says = MALFORMED[name]
    with pytest.raises(PersonalizerError) as refused:
        world_from_file(data)
    assert says in refused.value.message
    assert refused.value.message.count("\n") == 0
