"""Lessons in another world than their own: all that is said is so there, too."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from engine.worlds import GALLERY, WORLDS, key_of
from pages.parts.lessons import never_a_hundred, racing, table_that_lies
from pages.parts.lessons.chosen import elsewhere, lesson_of, words_of
from pages.parts.lessons.elsewhere import has_room
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.words import LANGUAGES
from tests.pages.conftest import LearnApp

WORLD = "vending"
"""Where everybody has the same tastes: what four of the lessons claim does not hold there."""
ANYWHERE = [key for key, lesson in LESSONS.items() if lesson.elsewhere]


@cache
def done(key: str) -> tuple[Any, Any]:
    """A lesson there, and its lab after all is done, with fewer visitors where that will do."""
    lesson = lesson_of(key, "", WORLD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(never_a_hundred, "SIZES", (20, 100))
        patch.setattr(racing, "VISITORS", 400)
        patch.setattr(table_that_lies, "AGAIN", 2)
        lab = lesson.begin(lesson.place, lesson.seed)
        for _ in lab.work():
            pass
        lab.skip()
        assert lab.is_done
    return lesson, lab


@pytest.mark.parametrize("key", ANYWHERE)
def test_what_a_lesson_says_there_is_whole_in_each_language(key: str) -> None:
    lesson, lab = done(key)
    assert lesson.place is GALLERY[WORLD].world
    answer = lesson.answer(lab)
    assert answer in lesson.options
    for language in LANGUAGES:
        words = words_of(language, key, "", WORLD)
        assert set(words.options("options")) == set(lesson.options)
        for name in ("question", "guess", "opening", "do", "exit", "reveal", "takeaway"):
            assert words.say(name, **lesson.told(lab)), name
        assert words.say(words.first(f"answered_{answer}", "answered"), **lesson.told(lab))
        assert not {"Dave", "Cathy", "drink", "coffee"} & set(words.say("guess").split())


@pytest.mark.parametrize("key", ["one_winner", "watch_first", "table_that_lies"])
def test_what_does_not_hold_there_is_said_not_to(key: str) -> None:
    lesson, lab = done(key)
    assert not lesson.holds(lab)
    for language in LANGUAGES:
        assert words_of(language, key, "", WORLD).say("reveal_not", **lesson.told(lab))


def test_one_winner_is_as_good_where_all_are_alike() -> None:
    _, lab = done("one_winner")
    world = GALLERY[WORLD].world
    assert world.single_value == pytest.approx(world.best_value)
    assert lab.finals["ours"].reward.mean <= lab.finals["ab"].reward.mean


def test_a_lesson_in_its_own_world_is_itself_and_others_stay_at_home() -> None:
    assert elsewhere("one_draw", "coffee") is None
    assert lesson_of("one_draw", "", "coffee") is LESSONS["one_draw"]
    assert lesson_of("barista", "", WORLD) is LESSONS["barista"]
    coffee = WORLDS["coffee"]
    assert not has_room(replace(coffee, items=coffee.items[:1]))


def test_a_link_names_the_world_and_the_person_is_told(open_learn: Callable[..., LearnApp]) -> None:
    app = open_learn(lesson="one_draw", world=WORLD)
    world = GALLERY[WORLD].world
    assert world.contexts[0]["who"] in app.bare
    assert world.title in app.bare
    app.click("lesson-guessed").click("lesson-skip")
    lab: Any = app.run_of("one_draw").lab
    assert lab.world is world
    app.click("lesson-next").click("lesson-option-less").click("lesson-next")
    (link,) = app.at.get("page_link")
    assert f"world={key_of(world)}" in link.proto.query_string
    app.click("lesson-all")
    assert "Given in this world: One draw, " in app.bare
    assert app.at.query_params["world"] in (key_of(world), [key_of(world)])
