"""Lessons in other worlds: all statements hold there, too."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from engine.worlds import GALLERY, WORLDS, World, key_of, world_from_json
from pages.parts.lessons.lecturers import show_sheet
from pages.parts.lessons.lesson import Lesson, Slider
from pages.parts.lessons.lesson_lookup import elsewhere, lesson_of
from pages.parts.lessons.lessons import LESSONS, lesson_in
from pages.parts.lessons.other_worlds import has_room, regulars
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.session import LessonRun
from pages.parts.settings.known_worlds import keep_at_hand
from tests.engine.worlds.random_worlds import BAKERY, large
from tests.pages.conftest import LearnApp

WORLD = "vending"
"""A world with equal tastes for all visitors: the claims of four lessons do not hold there."""
AT_HOME = {"dave", "cathy", "drink", "drinks", "coffee"}
"""Words that lessons use in their own world only."""
ANYWHERE = [key for key in LESSONS if elsewhere(key, WORLD)]


FEWER: dict[str, dict[str, Any]] = {
    "never_a_hundred": {"looks": [20], "visitors": 100},
    "never_tried": {"visitors": 80, "step": 20},
    "one_winner": {"visitors": 400},
    "exam_week": {"visitors": 400},
    "table_that_lies": {"logs": 2},
    "ask_the_log": {"visitors": 120, "logs": 2},
    "what_95_promises": {"shops": 4},
}
"""Reduced numbers for lessons."""


@cache
def done(key: str) -> tuple[Lesson, Any]:
    """Return a lesson in the world and its finished lab, with fewer visitors where possible."""
    lesson = lesson_of(key, "", WORLD)
    lesson = replace(lesson, numbers={**lesson.numbers, **FEWER.get(key, {})})
    lab: Any = lesson.begin(lesson.seed)
    for _ in lab.work():
        pass
    lab.skip()
    if key == "barista":
        for visit in range(20):
            lab.duel.choose(lab.duel.world.items[visit % 5].id)
    assert lab.is_done
    return lesson, lab


@pytest.mark.parametrize("key", ANYWHERE)
def test_what_a_lesson_says_there_is_whole(key: str) -> None:
    lesson, lab = done(key)
    assert lesson.world is GALLERY[WORLD].world
    answer, guess = lab.answer, lesson.guess
    assert answer in lesson.options
    truth = lab.truth
    assert not isinstance(guess, Slider) or guess.low <= truth <= guess.high
    told = lab.numbers | {"number": "1", "who": "Lea"}
    words = lesson.words
    assert set(words.options("options")) == set(lesson.options)
    for name in ("question", "guess", "opening", "do", "exit", "reveal", "takeaway"):
        assert words.say(name, **told), name
    if "reveal_not" in words.table:
        assert words.say("reveal_not", **told)
    assert words.say(words.first(f"answered_{answer}", "answered"), **told)
    for name in ("guess", "question", "do", "reveal"):
        said = set(re.findall(r"\w+", words.say(name, **told).casefold()))
        assert not AT_HOME & said, name


@pytest.mark.parametrize("key", ["one_winner", "watch_first", "table_that_lies"])
def test_lessons_that_do_not_hold_in_a_world_say_so(key: str) -> None:
    lesson, lab = done(key)
    assert not lab.holds
    assert lesson.words.say("reveal_not", **lab.numbers)


def test_a_teachers_sheet_has_the_goal_that_holds_there(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, lab = done("one_winner")
    line: Any = SimpleNamespace(done=lambda: True, cancelled=lambda: False, result=lambda: None)
    session: Any = SimpleNamespace(run=lambda setup: LessonRun(lesson, lab, line))
    setup, said = LearnSetup(lesson="one_winner", world=WORLD), list[str]()
    monkeypatch.setattr(st, "markdown", lambda text, **more: said.append(text))
    show_sheet(session, setup)
    assert setup.chosen.words.say("takeaway_not") in said
    assert setup.chosen.words.say("takeaway") not in said


def test_one_winner_is_as_good_where_all_are_alike() -> None:
    _, lab = done("one_winner")
    world = GALLERY[WORLD].world
    assert world.single_value == pytest.approx(world.best_value)
    assert lab.finals["ours"].reward.mean <= lab.finals["ab"].reward.mean


def test_a_lesson_in_its_own_world_is_itself_and_others_stay_at_home() -> None:
    assert elsewhere("one_draw", "coffee") is None
    assert lesson_of("one_draw", "", "coffee") is LESSONS["one_draw"]
    assert lesson_of("careful", "", WORLD) is LESSONS["careful"]
    coffee = WORLDS["coffee"]
    assert not has_room(replace(coffee, items=coffee.items[:1]))


def test_those_who_come_twenty_times_are_the_most_frequent_or_the_lessons_stay_at_home() -> None:
    coffee = WORLDS["coffee"]
    name, *others = coffee.fields

    def with_shares(*shares: float) -> World:
        values = zip(name.values, shares, strict=True)
        known = tuple(replace(value, share=share) for value, share in values)
        return replace(coffee, fields=(replace(name, values=known), *others))

    names = [value.name for value in name.values]
    assert [value.name for value in regulars(with_shares(1e-6, 2, 3, 2))] == [names[2], names[1]]
    assert has_room(with_shares(1e-6, 3, 97, 1e-6))
    assert not has_room(with_shares(1e6, 1e-6, 1e-6, 1e-6))
    there: Any = lesson_in("barista", with_shares(1e-6, 2, 3, 2))
    lab = there.begin(7)
    assert [visitor.context["name"] for visitor in lab.duel.visitors[::20]] == [names[2], names[1]]


def test_where_the_map_has_everybody_the_guess_is_a_whole_sentence() -> None:
    there: Any = lesson_in("one_winner", world_from_json(BAKERY))
    assert there.words.say("guess").endswith(".")


def test_a_world_without_room_is_called_as_it_is_written(
    open_learn: Callable[..., LearnApp],
) -> None:
    world = world_from_json(large(fields=5, values=5, items=3) | {"title": "Tom's & *more*"})
    app = open_learn(world=keep_at_hand(world))
    assert f"{world.label} does not suit the lessons" in app.bare
    assert world.label in app.widget("learn-world").options
    assert f"the world chosen above: {world.label}" in app.bare


def test_a_link_names_the_world_and_the_person_is_told(open_learn: Callable[..., LearnApp]) -> None:
    app = open_learn(lesson="one_draw", world=WORLD)
    world = GALLERY[WORLD].world
    assert world.contexts[0]["who"] in app.bare
    assert world.title in app.bare
    app.guess("one_draw").click("lesson-skip")
    lab: Any = app.run_of("one_draw").lab
    assert lab.world is world
    app.click("lesson-next").click("lesson-option-less").click("lesson-next")
    (link,) = app.at.get("page_link")
    assert f"world={key_of(world)}" in link.proto.query_string
    app.click("lesson-all")
    titles = ", ".join(LESSONS[key].words.say("title") for key in ("barista", "one_draw"))
    assert f"Available in this world: {titles}, " in app.bare
    assert app.at.query_params["world"] in (key_of(world), [key_of(world)])
