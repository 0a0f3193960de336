"""What a click changed, in words."""

import html

import pytest

from engine.learners.base import Group
from pages.parts.play.beliefs import whom

VALUES = {"user": "Alice", "weather": "<b>Rainy</b>", "age": 31.5, "member": True, "note": ""}


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (None, "whatever is offered"),
        (Group(), "whoever comes"),
        (Group(("user",)), "Alice"),
        (Group(("age", "user")), "Alice and age 31.5"),
        (Group(("member", "note", "user")), 'Alice and member true and note ""'),
        (Group(every=2), "all pairs"),
        (Group(every=3), "all triples"),
        (Group(every=4), "all fours"),
    ],
)
def test_a_group_is_told_by_the_values_of_its_fields(group: Group | None, words: str) -> None:
    assert html.unescape(whom(group, VALUES)).replace("\N{WORD JOINER}", "") == words


def test_a_value_is_never_read_as_html() -> None:
    assert "<" not in whom(Group(("weather",)), VALUES)
