"""A lesson on the stage: its screens, and its charts in the stage's type size."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from pages.parts.charts.stage_size import staged
from pages.parts.lessons.lesson import Cells, Pick
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own.codec import MAX_LINK, from_text, key_in_links, pack
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.session import LessonRun, outcome
from pages.parts.lessons.stage_screens import answers_to, guessed_by, lesson_show
from pages.parts.scene.stage_show import Stage
from pages.parts.text.format import percent
from tests.engine.worlds.random_worlds import bakery
from tests.pages.conftest import LearnApp
from tests.pages.lessons.own_lessons import told

Open = Callable[..., LearnApp]


def go_to(app: LearnApp, screen: str) -> LearnApp:
    app.at.query_params["screen"] = screen
    app.run()
    return app


def test_a_lesson_goes_from_the_question_to_the_answer(open_learn: Open) -> None:
    app = open_learn(stage="1", lesson="one_draw", guess="9")
    own = LESSONS["one_draw"].words
    run = app.run_of("one_draw")
    assert own.say("question") in app.text
    assert run.guess == 9.0
    assert "lesson=one_draw" in app.remote.link
    assert "guess" not in app.remote.link, "the room's phones begin with nothing guessed"
    go_to(app, "guess")
    (chart,) = app.at.get("vega_lite_chart")
    spec = chart.proto.spec
    assert "datum.draw" in spec, "a chart of bells"
    assert "28 * u" in spec
    lab: Any = run.lab
    drawn = lab.offer.offers[0]
    assert percent(drawn.probabilities[drawn.best]) not in app.bare
    run.guess = 4.0
    go_to(app, "reveal")
    assert run.lab.is_done
    guess, _ = app.at.get("vega_lite_chart")
    assert "28 * u" in guess.proto.spec
    assert "your guess 4, the truth" in app.bare
    answer = run.lab.answer
    go_to(app, "answer")
    said = own.options("options")[answer]
    assert said[:1].upper() + said[1:] in app.text
    assert own.say("answered", **run.lab.numbers) in app.text


def test_a_lesson_leads_to_no_page_that_the_stage_has_not(
    open_learn: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LESSONS["careful"].numbers, "visitors", 60)
    app = open_learn(stage="1", lesson="careful", screen="reveal")
    assert app.at.get("vega_lite_chart")
    assert not app.at.get("page_link")


def test_on_the_stage_each_picture_of_a_lesson_has_a_screen(
    open_learn: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LESSONS["table_that_lies"].numbers, "visitors", 100)
    monkeypatch.setitem(LESSONS["table_that_lies"].numbers, "logs", 3)
    app = open_learn(stage="1", lesson="table_that_lies")
    own = LESSONS["table_that_lies"].words
    for screen, charts, said in (
        ("reveal", 2, "intervals"),
        ("further", 1, "further"),
        ("answer", 1, "answered"),
    ):
        go_to(app, screen)
        assert len(app.at.get("vega_lite_chart")) == charts
        assert own.say(said, **app.run_of("table_that_lies").lab.numbers) in app.text
    run = app.run_of("table_that_lies")
    assert own.say(outcome(run, own), **run.lab.numbers) in go_to(app, "why").text
    assert len(app.at.get("vega_lite_chart")) == 1


def test_whoever_comes_back_to_a_later_screen_waits_there(monkeypatch: pytest.MonkeyPatch) -> None:
    line: Any = SimpleNamespace(done=lambda: False)
    lab: Any = SimpleNamespace(progress=0.3)
    monkeypatch.setattr(Stage, "in_link", classmethod(lambda cls: cls(True, "why")))
    setup = LearnSetup(lesson="exam_week")
    show = lesson_show(LessonRun(setup.chosen, lab, line), setup)
    assert (show.screen.name, show.next) == ("why", None)


def test_without_barista_visits_the_belief_about_the_first_is_displayed(open_learn: Open) -> None:
    app = open_learn(stage="1", lesson="barista", screen="reveal")
    assert LESSONS["barista"].words.say("nobody") in app.text
    (chart,) = app.at.get("vega_lite_chart")
    assert "28 * u" in chart.proto.spec


def test_a_lesson_of_ones_own_goes_there_too_however_long(open_learn: Open) -> None:
    """Charts in the stage's type size, names unchanged, no accidental code formatting."""
    letters = random.Random(1)  # All different, so that they cannot be compressed.
    note = "".join(chr(letters.randrange(0x4E00, 0x9F00)) for _ in range(1_000))
    names = ("Chef's knife", "Late check-out", "Tea")
    items = [{"id": name, "features": {name: True}} for name in names]
    asked = {"kind": "favourite", "visitors": 4, "context": {"weather": "Rainy", "hurry": "no"}}
    loop = {"world": bakery(items=items), "seed": 1, "settings": {}, "played": [{"crowd": 3}]}
    more = {"loop": loop, "guess": asked, "check": asked}
    own = from_text(json.dumps(told() | {"note": note, "reveal": note[:500]} | more))
    assert 2_953 < len(pack(own)) <= MAX_LINK
    app = open_learn(stage="1", lesson="own", own=pack(own))
    assert "The engine has served 3 visitors here." in app.text
    assert not app.at.get("imgs")
    hands = go_to(app, "guess").at.get("bidi_component")
    assert any('"Chef\'s knife", "Late check-out", "Tea"' in one.proto.json for one in hands)
    run = app.run_of(key_in_links(own))
    run.guess = "item-0"
    go_to(app, "reveal")
    (chart,) = app.at.get("vega_lite_chart")
    assert "28 * u" in chart.proto.spec
    assert "Chef's knife" in app.bare
    assert "&#" not in app.bare
    go_to(app, "answer")
    assert "most often" in app.bare


@pytest.mark.parametrize("world", ["", "vending"])
def test_what_opens_a_lesson_tells_of_nothing_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    said = list[str]()
    monkeypatch.setattr(st, "markdown", said.append)
    line: Any = SimpleNamespace(done=lambda: False)
    lab: Any = None  # Still at work.
    for key in LESSONS:
        setup = LearnSetup(lesson=key, world=world)
        lesson_show(LessonRun(setup.chosen, lab, line), setup).screens[0].draw()
    assert len(said) == len(LESSONS)
    here = "above|press|write|this (is|log)"
    assert not [text for text in said if re.search(rf"\b({here})\b", text.casefold())]


def test_hands_are_a_guess_numbers_by_their_mean() -> None:
    lesson = LESSONS["barista"]
    assert list(answers_to(lesson)) == [0, 5, 10, 15, 20]
    assert guessed_by([0, 3, 1, 0, 0], lesson) == 6.0
    assert guessed_by([0, 0, 0, 0, 0], lesson) is None
    assert guessed_by([1, 2], lesson) is None
    of_few = replace(lesson, guess=Pick(("up", "down")))
    assert guessed_by([1, 2], of_few) == "down"


def test_of_a_map_the_cells_that_most_hands_are_for() -> None:
    lesson = LESSONS["one_winner"]
    assert answers_to(lesson) == [frozenset({cell}) for cell in range(9)]
    assert guessed_by([0, 8, 4, 3, 0, 0, 0, 5, 0], lesson) == frozenset({1, 2, 7})
    wide = replace(lesson, guess=Cells(("a", "b"), tuple("12345")))
    assert answers_to(wide) == [frozenset(range(5)), frozenset(range(5, 10))]
    assert guessed_by([0, 2], wide) == frozenset(range(5, 10))


def test_all_lessons_are_named_on_the_stage(open_learn: Open) -> None:
    app = open_learn(stage="1")
    for number, key in enumerate(LESSONS, 1):
        assert f"{number}. {LESSONS[key].words.say('title')}" in app.text


def test_type_and_marks_of_a_page_are_in_the_stages_unit() -> None:
    layers: list[Any] = [
        {"mark": {"type": "point", "size": 100, "opacity": 1}},
        {"mark": {"type": "bar", "size": 10}, "encoding": {"x": {"axis": {"labelFontSize": 14}}}},
    ]
    found = staged({"layer": layers, "height": 200})
    (point, bar), (unit, *_) = found["layer"], found["params"]
    assert unit["name"] == "u"
    assert point["mark"] == {"type": "point", "size": {"expr": "400 * u * u"}, "opacity": 1}
    assert bar["mark"]["size"] == {"expr": "(20 * u)"}
    assert bar["encoding"]["x"]["axis"]["labelFontSize"] == {"expr": "28 * u"}
    assert json.loads(json.dumps(staged(found))) == found


def test_a_legend_is_laid_out_anew_with_the_window_and_no_title_stands_upright() -> None:
    colour = {"legend": {"orient": "top", "columnPadding": 4}}
    y = {"axis": {"title": "chance of the favourite", "format": "%"}}
    found = staged({"layer": [{"mark": "bar", "encoding": {"color": colour, "y": y}}]})
    (layer,) = found["layer"]
    assert "u" in layer["encoding"]["color"]["legend"]["columnPadding"]["expr"]
    assert layer["encoding"]["y"]["axis"]["titleAngle"] == 0
    assert layer["encoding"]["y"]["axis"]["format"] == "%"
