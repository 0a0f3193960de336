"""The features of a value are written as one line and parsed again."""

from dataclasses import replace

import pytest

from engine.worlds.context_feature_text import sent_from_text, why_not_sent
from engine.worlds.draft import Draft
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_rows import ActionRow, ValueRow
from engine.worlds.fields import Field, Value

SMALL = Draft(
    "Small",
    actions=(ActionRow(0, "Tea"),),
    values=(ValueRow(2, "sun", "yes"), ValueRow(3, "", "no")),
)


@pytest.mark.parametrize(
    "sends", [True, "x", {}, ["a", "b"], {"a, b": True}, {"a": 1, "b": True}, {"{": True}]
)
def test_any_features_of_a_value_survive_their_text(sends: object) -> None:
    value = Value("yes", "", 1.0, sends)
    world = replace(world_of(SMALL), fields=(Field("sun", "sun", (value, Value("no", ""))),))
    assert world_of(draft_of(world)).fields[0].values[0].sends == sends


def test_a_line_is_a_number_tags_or_json() -> None:
    values = {"": None, "24": 24, "a, b": {"a": True, "b": True}, '{"x": 1}': {"x": 1}}
    assert {line: sent_from_text(line) for line in values} == values
    assert why_not_sent({"x": {"y": [{"z": 1}]}}).startswith("x.y[0] is")
    assert why_not_sent({"x": 1}) == ""
