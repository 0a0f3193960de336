"""The types of a world's JSON: valid values, and one sentence with the position for
invalid ones.
"""

from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.errors import PersonalizerError
from engine.worlds.schema import FieldJson, ItemJson, SumJson, WorldJson, plain_json, read
from tests.engine.worlds.random_worlds import bakery


def test_names_with_a_default_may_be_left_out() -> None:
    item = read({"id": "Tea", "features": {"hot": True}}, ItemJson)
    assert msgspec.structs.astuple(item) == ("Tea", {"hot": True}, "", "", 1.0, "")


def test_json_of_numpy_and_of_other_mappings_becomes_plain() -> None:
    value = MappingProxyType({"a": np.float32(0.5), "b": np.arange(2), "c": (np.bool_(True),)})
    assert plain_json(value) == {"a": 0.5, "b": [0, 1], "c": (True,)}
    with pytest.raises(PersonalizerError, match="but must be JSON"):
        plain_json({"a": object()})


@pytest.mark.parametrize(
    ("value", "kind", "sentence"),
    [
        ([], WorldJson, "the world is [], but must be an object."),
        (
            bakery(version=7, mood="sunny"),
            WorldJson,
            "version is 7, but must be 1 to 6, which this app reads.",
        ),
        (bakery(mood="sunny"), WorldJson, "a name in the world is 'mood', but must be one of "),
        ({}, FieldJson, "name is missing, but must be 1 to 60 letters, digits, spaces, - or _"),
        ({"id": "a", "features": {}, "title": " "}, ItemJson, "title is ' ', but must be a text"),
        (
            {"id": "a", "features": "\ud800"},
            ItemJson,
            "features is '\\ud800', but must be an object.",
        ),
        ({"id": "a", "features": {1: 2}}, ItemJson, "a name in features is 1, but must be text."),
        (
            {"base": 0, "terms": [{"add": 1, "within": {"age": [1, "x"]}}]},
            SumJson,
            "terms[0].within.age[1] is 'x', but must be a number from -1e+300 to 1e+300.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_with_its_place(value: object, kind: Any, sentence: str) -> None:
    with pytest.raises(PersonalizerError) as refused:
        read(value, kind)
    assert refused.value.message.startswith(sentence)
