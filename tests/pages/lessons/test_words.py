"""Texts of the lessons: whole, and with the app's own settings."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import LoopSettings, Thompson
from pages.parts.lessons import words as words_of_lessons
from pages.parts.lessons.lesson import Pick
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.words import Set, words
from pages.parts.text.format import percent, plain

PARTS = ("page", "show", "own", *LESSONS)


def texts(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{place}{name}", value
        else:
            yield from texts(value, f"{place}{name}.")


@pytest.mark.parametrize("part", PARTS)
def test_no_text_is_empty(part: str) -> None:
    assert all(text.strip() for _, text in texts(words(part).table))


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_each_answer_has_words(lesson: Any) -> None:
    table = words(lesson.key)
    assert set(table.options("options")) == set(lesson.options)
    if isinstance(lesson.guess, Pick):
        assert set(table.options("guesses")) == set(lesson.guess.options)


def test_names_in_words_are_never_read_as_markdown() -> None:
    told = words("page").say("guessed", guess="**7**", truth="<b>1</b>")
    assert "**7**" not in told
    assert "<b>" not in told


def test_lesson_4_asks_what_its_draws_show_and_not_for_a_chance_of_zero() -> None:
    """A Gaussian bell never gives a chance of exactly zero, so that "none" would be right."""
    own, draws = words("never_a_hundred"), f"{Thompson().draws:,}"
    said = plain(draws)
    assert said in own.say("exit")
    assert said in own.say("answered", impossible="54 %")


def test_texts_tell_the_settings_of_the_app_and_follow_them() -> None:
    path = Path(words_of_lessons.__file__).with_name("en.toml")
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    others = Set(Thompson(floor=0.07, agreement=8, draws=2_048), 0.13, 222, 333, 44, 555)
    usual, other = (dict(texts(one.fill(read))) for one in (Set(), others))
    assert {name for name, text in texts(read) if "{set_" in text} == {
        name for name, text in usual.items() if text != other[name]
    }
    told = " ".join(text for name, text in other.items() if text != usual[name])
    for setting in (percent(0.07), "8 ", "2,048", percent(0.13), "222", "333", "44", "377", "555"):
        assert setting in told
    floor, policy = percent(Thompson().floor), LoopSettings().policy
    assert floor in words("never_a_hundred").say(
        "reveal", **dict.fromkeys(("mean", "least", "most", "reward", "reward_0", "reward_20"), "1")
    )
    assert policy == Set().policy
    literal = re.compile(r"(?<!\d)5 %|4,096|\bfour draws|\b200 visitors")
    lessons = {name: text for name, text in texts(read) if name.partition(".")[0] in LESSONS}
    assert not [name for name, text in lessons.items() if literal.search(text)]
