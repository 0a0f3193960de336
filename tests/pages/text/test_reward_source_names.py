"""Names of the sources of an expected reward."""

import html

import pytest

from engine.learners.base import Group, Source
from pages.parts.text.format import plain
from pages.parts.text.reward_source_names import names_of

VALUES = {"user": "Alice", "weather": "<b>Rainy</b>", "age": 31.5, "member": True, "note": ""}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("everything", "any offer"),
        ("imitation", "today's rules"),
        (Group(), "any visitor"),
        (Group(("user",)), "Alice"),
        (Group(("age", "user")), "Alice and age 31.5"),
        (Group(("member", "note", "user")), 'Alice, member true and note ""'),
        (Group(("member", "tags.calm")), "member true and no tags.calm"),
        (Group(every=1), "all fields on their own"),
        (Group(every=2), "all pairs of fields"),
        (Group(every=3), "all triples of fields"),
        (Group(every=4), "all quadruples of fields"),
    ],
)
def test_a_source_is_named_by_the_values_of_its_fields(source: Source, words: str) -> None:
    assert names_of([source], VALUES) == {source: words}


def test_several_groups_beside_one_of_as_many_fields_are_the_others() -> None:
    pair, pairs = Group(("age", "user")), Group(every=2)
    assert names_of([pairs, pair], VALUES)[pairs] == "other pairs of fields"
    assert names_of([pairs, Group(("user",))], VALUES)[pairs] == "all pairs of fields"


def test_equal_values_are_named_with_their_fields() -> None:
    groups = [Group(("here",)), Group(("there",))]
    names = names_of(groups, {"here": "London", "there": "London"})
    assert [*names.values()] == ["London: here", "London: there"]


def test_a_value_is_never_read_as_html() -> None:
    (name,) = names_of([Group(("weather",))], VALUES).values()
    assert "<" not in plain(name)
    assert html.unescape(plain(name)).replace("\N{WORD JOINER}", "") == "<b>Rainy</b>"
