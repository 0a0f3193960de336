"""A lesson on the stage: its screens, and its pictures in the stage's type."""

import json
from collections.abc import Callable
from typing import Any

from pages.parts.charts.on_stage import staged
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.words import words
from tests.pages.conftest import LearnApp

Open = Callable[..., LearnApp]


def go_to(app: LearnApp, screen: str) -> LearnApp:
    app.at.query_params["screen"] = screen
    app.run()
    return app


def test_a_lesson_goes_from_the_question_to_the_answer(open_learn: Open) -> None:
    app = open_learn(stage="1", lesson="one_draw", language="de")
    own = words("de", "one_draw")
    run = app.run_of("one_draw")
    assert own.say("question") in app.text
    go_to(app, "guess")
    (chart,) = app.at.get("vega_lite_chart")
    spec = chart.proto.spec
    assert "was sie glaubt" in spec
    assert "28 * u" in spec
    go_to(app, "reveal")
    assert run.lab.is_done
    answer = LESSONS["one_draw"].answer(run.lab)
    go_to(app, "answer")
    assert own.options("options")[answer] in app.text
    assert own.say("answered", **run.lesson.told(run.lab)) in app.text


def test_all_lessons_are_named_on_the_stage(open_learn: Open) -> None:
    app = open_learn(stage="1")
    for number, key in enumerate(LESSONS, 1):
        assert f"{number}. {words('en', key).say('title')}" in app.text


def test_type_and_marks_of_a_page_are_in_the_stages_unit() -> None:
    layers: list[Any] = [
        {"mark": {"type": "point", "size": 100, "opacity": 1}},
        {"mark": {"type": "bar", "size": 10}, "encoding": {"x": {"axis": {"labelFontSize": 14}}}},
    ]
    found = staged({"layer": layers, "height": 200})
    (point, bar), (unit,) = found["layer"], found["params"]
    assert unit["name"] == "u"
    assert point["mark"] == {"type": "point", "size": {"expr": "400 * u * u"}, "opacity": 1}
    assert bar["mark"]["size"] == {"expr": "(20 * u)"}
    assert bar["encoding"]["x"]["axis"]["labelFontSize"] == {"expr": "28 * u"}
    assert json.loads(json.dumps(staged(found))) == found
