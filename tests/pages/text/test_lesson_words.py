"""Texts of the lessons: whole, and with the app's own settings."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import LoopSettings, Thompson
from engine.experiments.race.contenders import EPSILON, TRIAL
from pages.parts.lessons import labs, lessons
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own import own_lesson_lab
from pages.parts.text.format import percent, plain
from pages.parts.text.lesson_words import SETTINGS, filled, settings_of, words
from tests.pages.lessons.own_lessons import TOLD

FILES = sorted(Path(labs.__file__).parent.glob("*.toml"))
WORDS = {part: words(part) for part in ("page", "show", "own")}
WORDS |= {key: lesson.words for key, lesson in LESSONS.items()}


def texts(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{place}{name}", value
        else:
            yield from texts(value, f"{place}{name}.")


@pytest.mark.parametrize("part", WORDS)
def test_no_text_is_empty_or_waits_for_a_setting(part: str) -> None:
    for _, text in texts(WORDS[part].table):
        assert text.strip()
        assert "{set_" not in text


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_each_answer_has_words(lesson: Any) -> None:
    assert len(lesson.options) > 1
    assert all(lesson.words.options("options").values())


def test_names_in_words_are_never_read_as_markdown() -> None:
    sentence = words("page").say("guessed", guess="**7**", truth="<b>1</b>")
    assert "**7**" not in sentence
    assert "<b>" not in sentence


def test_lesson_4_asks_what_its_draws_show_and_not_for_a_chance_of_zero() -> None:
    """A Gaussian bell never gives a chance of exactly zero, so that "none" would be right."""
    own, draws = LESSONS["never_a_hundred"].words, f"{Thompson().draws:,}"
    said = plain(draws)
    assert said in own.say("exit")
    assert said in own.say("answered", impossible="54 %")


def test_texts_tell_the_settings_of_the_app_and_follow_them() -> None:
    others = settings_of(Thompson(floor=0.07, agreement=8, draws=2_048), 0.13, 222)
    named = "{set_floor} {set_agreement} {set_draws} {set_epsilon} {set_trial}"
    assert filled({"a": {"b": named}}, others) == {
        "a": {"b": f"{percent(0.07)} 8 2,048 {percent(0.13)} 222"}
    }
    reward = dict.fromkeys(("mean", "least", "most", "reward", "reward_0", "reward_20"), "1")
    floor = percent(Thompson().floor)
    assert floor in LESSONS["never_a_hundred"].words.say("reveal", **reward)
    assert settings_of(Thompson(), EPSILON, TRIAL) == SETTINGS
    assert LoopSettings().policy == Thompson()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_no_text_repeats_a_number_that_is_a_setting(path: Path) -> None:
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = (read["texts"], read.get("elsewhere", {}))
    said = " ".join(text for table in tables for _, text in texts(table))
    counts = (count for count in read["numbers"].values() if isinstance(count, int))
    literals = [
        r"5 %",
        "4,096",
        r"\bfour samples",
        *(rf"{count:,} (?:visit|read)" for count in counts),
    ]
    assert not re.findall(rf"(?<![\d,])(?:{'|'.join(literals)})", said)


def test_a_lesson_in_the_format_of_a_lecturer_needs_no_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lessons, "_file", lambda key: TOLD)
    monkeypatch.setattr(lessons, "_LABS", {"rain": own_lesson_lab.OwnLessonLab})
    lesson = lessons.lesson_in("rain")
    assert lesson is not None
    assert (lesson.key, lesson.words.say("title")) == ("rain", TOLD["title"])
    assert lessons.lesson_in("rain", lesson.world) is None
