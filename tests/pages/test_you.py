"""A person chooses on Play and races with the choices: user actions and their effects."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from engine.worlds import key_of
from engine.worlds.coffee import COFFEE
from pages.parts.components import browser_id
from pages.parts.lessons.session import LearnSession
from pages.parts.race.person_choices import LEAST
from pages.parts.work.job_queue import submit
from tests.pages.conftest import App, RaceApp

Open = Callable[..., App]
STEP = re.compile(r"[123]/3\b")


def said(app: App) -> dict[str, str]:
    """Query parameters of the address."""
    told = {name: app.at.query_params[name] for name in app.at.query_params}
    return {name: v[0] if isinstance(v, list) else v for name, v in told.items()}


def opened(app: App) -> dict[str, str]:
    """Query parameters of the link to the race."""
    (link,) = (one for one in app.at.get("page_link") if one.proto.label == "Race against this")
    return dict(parse_qsl(link.proto.query_string))


def test_a_person_chooses_beside_the_engine_and_the_loop_stays_as_it_was(open_app: Open) -> None:
    app = open_app().answer(1.0)
    entries = len(app.session.open.loop.log)
    app.set("play-you", True)
    assert "What do you offer?" in app.text
    for position in (0, 3):
        app.click(f"choice-{position}")
    duel = app.session.duel_session.duel
    assert said(app)["picks"] == "03"
    (own, other), items = duel.scores()[-1], COFFEE.items
    assert f"You: {items[3].label}, reward **{own:g}**" in app.text
    engine = items[duel.engine_choices[-1]].label
    assert f"The engine: {engine}, reward **{other:g}**" in app.text
    app.click("undo")
    assert said(app)["picks"] == "0"
    assert said(app.click("redo"))["picks"] == "03"
    app.set("play-truth", True)
    assert f"missed {duel.regrets()[0]:.1f}" in app.text
    app.click("reset")
    assert "picks" not in said(app)
    assert said(app.click("undo"))["picks"] == "03"
    app.set("play-you", False)
    assert len(app.session.open.loop.log) == entries
    assert "picks" not in said(app)
    assert app.metric("Visitors") == "1"


@pytest.mark.parametrize(("world", "above"), [("coffee", False), ("movies", True)])
def test_the_result_of_a_choice_is_displayed_above_the_buttons(
    open_app: Open, world: str, above: bool
) -> None:
    app = open_app(world=world, you="1").click("choice-0")
    drawn = [each.key or str(getattr(each, "value", "")) for each in app.at.main]
    (told,) = (place for place, each in enumerate(drawn) if each.startswith("You: "))
    assert (told < drawn.index("choice-0")) == above


def test_of_a_world_that_nobody_keeps_it_is_said_whom_the_race_is_for(open_app: Open) -> None:
    app = open_app()
    app.session.change_tastes()  # As by others: not by this session's run.
    app.run().set("play-you", True)
    for served in range(LEAST):
        app.session.duel_session.choose(0, served)
    app.run()
    assert opened(app)["world"] == key_of(app.session.open.world)
    assert "This world is not saved" in app.text


def test_a_link_brings_the_choices_back_and_what_is_none_is_said(open_app: Open) -> None:
    app = open_app(seed="5", you="1", picks="0123012301", policy="greedy")
    duel = app.session.duel_session.duel
    assert (duel.choices, duel.settings.policy.key) == ((0, 1, 2, 3, 0, 1, 2, 3, 0, 1), "greedy")
    link = opened(app)
    assert (link["record"], link["seed"]) == ("coffee.5.0123012301", "5")
    assert "you" in link["who"].split(",")
    faulty = App(you="1", picks="0129")
    assert faulty.session.duel_session.text == ""
    assert "visitor 4 of choices" in faulty.at.toast[0].value


def test_a_race_with_what_was_chosen_says_that_it_is_one_run(
    open_app: Open, open_race: Callable[..., RaceApp]
) -> None:
    app = open_app(seed="5", you="1", picks="0123012301")
    earned = [sum(one) for one in zip(*app.session.duel_session.duel.scores(), strict=True)]
    quick = {"who": "present,uniform,you", "visitors": "200", "crowds": "1"}
    race = open_race(**opened(app) | quick)
    assert "With you in it, all serve your visitors, once." in race.text
    race.click("start").finish_the_race()
    finals = {final.contender: final for final in race.session.known.finals()}
    assert finals["you"].reward.mean * 10 == pytest.approx(earned[0])
    assert "In this one run of 10 visitors" in race.text
    assert "One run has no interval" in race.text
    assert not any("interval" in c.proto.alt for c in race.at.get("vega_lite_chart"))
    again = RaceApp(**said(race))
    assert again.session.state == "done"
    again.click("start")  # Without the person: the next seed has other visitors.
    assert (again.session.setup.seed, "you" in again.session.setup.keys) == (6, False)
    assert "One repetition, random seed 6, is luck" in again.finish_the_race().text
    assert "95 % interval:" not in again.text


# -- the first minute -----------------------------------------------------------------


@pytest.fixture
def new_browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Data sent to the browser component; the browser reports no earlier visits."""
    asked: dict[str, Any] = {}
    ask = browser_id._component

    def component(**given: Any) -> None:
        asked.update(given["data"], told=given["on_first_change"])
        ask(**given)

    monkeypatch.setattr(browser_id, "_component", component)
    return asked


def test_a_first_minute_has_three_steps_and_is_over(
    open_app: Open, new_browser: dict[str, Any]
) -> None:
    app = open_app()
    assert new_browser["once"] == "first-minute"
    assert "1/3" not in app.text
    app.session.first_minute.begin()
    assert "1/3 How" in app.run().text
    assert "2/3 Answer" in app.answer(1.0).text
    assert "**3/3**" in app.answer(0.0).run().text
    app.click("let-in-100").finish_the_crowd()
    assert not STEP.search(app.text)
    assert not STEP.search(app.click("reset").text)


def test_a_first_minute_is_skipped_with_one_click(open_app: Open) -> None:
    app = open_app()
    app.session.first_minute.begin()
    assert not STEP.search(app.run().click("skip-first-minute").text)


def test_no_introduction_after_a_link_or_a_lesson(
    open_app: Open, new_browser: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = said(open_app().answer(1.0))["loop"]
    for query in ({"loop": loop}, {"world": "coffee", "seed": "7"}, {"stage": "1"}):
        App(**query)
        assert new_browser["once"] == ""
    run = AppTest.run
    lessons = LearnSession(submit)

    def after_a_lesson(at: AppTest, **more: Any) -> AppTest:
        at.session_state["LearnSession"] = lessons
        return run(at, **more)

    monkeypatch.setattr(AppTest, "run", after_a_lesson)
    App()
    assert new_browser["once"] == ""
