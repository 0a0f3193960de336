"""The words of the lessons: the same in each language, and whole."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine import LoopSettings, Thompson
from engine.experiments.exploration import Certainty
from pages.parts.lessons import never_a_hundred
from pages.parts.lessons import words as words_of_lessons
from pages.parts.lessons.lesson import Pick, Slider
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own import lesson as own_lesson
from pages.parts.lessons.pictures import written
from pages.parts.lessons.words import LANGUAGES, Set, Words, words
from pages.parts.text.format import percent, plain
from pages.parts.text.glossary import named_in

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
    asked = words("de", "one_draw").say("exit", second="12.5")
    assert plain("12.5") in asked
    own = replace(page, table={"guesses": {"item-0": "1,000"}})
    said = written(Pick(("item-0",)), "item-0", own)
    assert plain("1,000") in page.say("not_guessed", truth=said)
    assert written(Slider(0, 20, 0.5), 12.5, page) == "12,5"


@pytest.mark.parametrize("language", LANGUAGES)
def test_lesson_4_asks_what_its_draws_show_and_not_for_a_chance_of_zero(language: str) -> None:
    """A Gaussian bell never gives a chance of exactly zero, so that "none" would be right."""
    own, draws = words(language, "never_a_hundred"), f"{Thompson().draws:,}"
    said = plain(own.numeral(draws))
    assert said in own.say("exit")
    assert said in own.say("answered", impossible="54 %")


def test_counts_of_visitors_below_a_chart_are_written_as_the_language_writes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[tuple[list[str], str]] = []

    def drawn(words: Words, rows: pa.Table, spec: object, key: str, alt: str) -> None:
        shown.append((rows.column(0).to_pylist(), alt))

    for module in (never_a_hundred, own_lesson):
        monkeypatch.setattr(module, "drawn", drawn)
        monkeypatch.setattr(module, "is_dark", bool)
    found = [Certainty(1_000, np.eye(2), np.array([0.5, 0.5]), 0.5)]
    lab: Any = SimpleNamespace(usual=found, quarters=[(751, 1_000, 0.5)])
    never_a_hundred._bars(lab, words("de", "never_a_hundred"), 1)
    own_lesson._quarters(lab, words("de", "own"))
    (bars, told), (quarters, _) = shown
    assert bars == ["1.000"]
    assert "1.000 Gäste" in told
    assert quarters == ["751–1.000"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_tell_the_settings_of_the_app_and_follow_them(language: str) -> None:
    path = Path(words_of_lessons.__file__).with_name(f"{language}.toml")
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    numbers = read.get("numbers", {})
    others = Set(Thompson(floor=0.07, agreement=8, draws=2_048), 0.13, 222, 333, 44, 555)
    usual, other = (dict(texts(one.fill(read, numbers))) for one in (Set(), others))
    assert {name for name, text in texts(read) if "{set_" in text} == {
        name for name, text in usual.items() if text != other[name]
    }
    told = " ".join(text for name, text in other.items() if text != usual[name])
    many = "2.048" if language == "de" else "2,048"
    for setting in (percent(0.07), "8 ", many, percent(0.13), "222", "333", "44", "377", "555"):
        assert setting in told
    floor, policy = percent(Thompson().floor), LoopSettings().policy
    assert floor in words(language, "never_a_hundred").say(
        "reveal", **dict.fromkeys(("mean", "least", "most", "reward", "reward_0", "reward_20"), "1")
    )
    assert policy == Set().policy
    literal = re.compile(r"(?<!\d)5 %|4[,.]096|\bfour draws|vier Ziehungen|\b200 (visitors|Gäste)")
    lessons = {name: text for name, text in texts(read) if name.partition(".")[0] in LESSONS}
    assert not [name for name, text in lessons.items() if literal.search(text)]
