"""The words of the lessons: the same in each language, and whole."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pages.parts.glossary import named_in
from pages.parts.lessons.lesson import Pick
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.words import LANGUAGES, words
from pages.parts.text import plain

PARTS = ("page", "show", "own", *LESSONS)


def texts(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{place}{name}", value
        else:
            yield from texts(value, f"{place}{name}.")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_texts_with_the_same_numbers_and_terms(
    language: str, part: str
) -> None:
    own, english = dict(texts(words(language, part).table)), dict(texts(words("en", part).table))
    assert own.keys() == english.keys()
    for name, text in own.items():
        assert text.strip()
        numbers, theirs = (set(re.findall(r"{(\w+)}", one)) for one in (text, english[name]))
        # Why something is refused the engine says in English alone.
        assert numbers == theirs - (set() if language == "en" else {"why"}), name
        said, meant = (re.sub(r"{\w+}", "", one) for one in (text, english[name]))
        assert set(named_in(said, language)) == set(named_in(meant)), name


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_each_answer_has_words(lesson: Any) -> None:
    table = words("en", lesson.key)
    assert set(table.options("options")) == set(lesson.options)
    if isinstance(lesson.guess, Pick):
        assert set(table.options("guesses")) == set(lesson.guess.options)


def test_names_in_words_are_never_read_as_markdown() -> None:
    told = words("en", "page").say("guessed", guess="**7**", truth="<b>1</b>")
    assert "**7**" not in told
    assert "<b>" not in told


def test_numbers_are_written_as_the_language_writes_them() -> None:
    told = words("de", "page")
    assert [told.numeral(one) for one in ("1,000", "+0.58", "7", "1.5 l")] == [
        *("1.000", "+0,58", "7", "1.5 l")
    ]
    assert words("en", "page").numeral("1,000.5") == "1,000.5"
    spec = {"config": {"locale": {"number": {"decimal": ".", "percent": "%"}}}}
    number = told.written(spec)["config"]["locale"]["number"]
    assert (number["decimal"], number["thousands"], number["percent"]) == (",", ".", "%")
    assert words("en", "page").written(spec) == spec


def test_a_name_that_looks_like_a_number_stands_as_it_was_typed() -> None:
    page = words("de", "page")
    assert plain("12.345") in page.say("your_code", student="12.345", code="x")
    assert plain("6.000") in page.say("money", money="6,000")
