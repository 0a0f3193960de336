"""Features in a line of text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worlds import WORLDS
from engine.worlds.action_feature_text import features_from_text, features_to_text


def test_a_line_is_read_as_people_write_it() -> None:
    line = ' roast: dark,milk:true, price: 3.5, note: at 8:30, ids: [1, 2], zip: "07000" ,'
    assert features_from_text(line) == {
        "roast": "dark", "milk": True, "price": 3.5, "note": "at 8:30", "ids": [1, 2],
        "zip": "07000",
    }  # fmt: skip
    assert features_from_text("") == {}
    assert features_from_text('{"drink": {"hot": true}}') == {"drink": {"hot": True}}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dark", "has 'dark', but must be like"),
        ("roast:", "has 'roast:', but must"),
        (": dark", "has ': dark'"),
        ("a: 1, a: 2", "has 'a' twice"),
        ("{1}", "not a valid JSON object"),
    ],
)
def test_unreadable_features_are_reported(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("{", r"\{")):
        features_from_text(line)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=3))
def test_any_features_come_back(features: dict[str, object]) -> None:
    back = features_from_text(features_to_text(features))
    assert json.dumps(back) == json.dumps(features)


def test_the_app_s_worlds_read_well() -> None:
    lines = [features_to_text(item.features) for w in WORLDS.values() for item in w.items]
    assert not [line for line in lines if "{" in line]
