"""The five-minute demo: existing acts, and steps from page to page."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import streamlit as st

from pages.parts.compare.stage_screens import compare_show
from pages.parts.evaluate.stage_screens import evaluate_show
from pages.parts.play.audience_vote import picked
from pages.parts.play.stage_screens import play_show
from pages.parts.race.stage_screens import race_show
from pages.parts.scene import stage_show as screens
from pages.parts.scene.show_acts import ACTS, MINUTES, neighbour
from pages.parts.show.show_link import ShowSetup
from pages.parts.text.format import bare
from pages.parts.text.lesson_words import words
from tests.pages.conftest import App, CompareApp, EvaluateApp, RaceApp

SETUP = ShowSetup(world="movies", seed=3)


def test_each_minute_begins_at_a_screen_of_its_act_and_has_words() -> None:
    said = words("show")
    for minute in MINUTES:
        assert minute.screen in ACTS[minute.page]
        assert said.say(minute.key)
    assert [minute.at for minute in MINUTES] == sorted(minute.at for minute in MINUTES)


def test_acts_follow_each_other_and_end() -> None:
    acts = list(ACTS)
    for one, other in pairwise(acts):
        assert neighbour(one, 1) == (other, ACTS[other][0])
        assert neighbour(other, -1) == (one, ACTS[one][-1])
    assert neighbour(acts[0], -1) is neighbour(acts[-1], 1) is None


def test_a_step_beyond_the_screens_leads_to_the_next_act_in_a_show_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = {"stage": "1", "screen": "truth"}
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "query_params", address)
    monkeypatch.setattr(st, "session_state", state)
    screen = screens.Screen("truth", str, lambda: None, "")
    screens.advance(screens.Show.of([screen]), 1)
    assert state.get(screens.LEADS) is None
    address["show"] = "evaluate"
    screens.advance(screens.Show.of([screen]), 1)
    assert state[screens.LEADS] == ("compare", "watching")


def test_every_page_has_the_screens_of_its_act_and_is_computed_in_advance(
    open_app: Callable[..., App],
    open_compare: Callable[..., CompareApp],
    open_evaluate: Callable[..., EvaluateApp],
    open_race: Callable[..., RaceApp],
) -> None:
    pages: list[tuple[str, Any, Any]] = [
        ("play", open_app, play_show),
        ("compare", open_compare, compare_show),
        ("evaluate", open_evaluate, evaluate_show),
        ("race", open_race, race_show),
    ]
    for page, opens, show in pages:
        app = opens(**SETUP.link_to(page, ACTS[page][0]))
        (title,) = app.at.title
        link = SETUP.link_to(page, ACTS[page][0])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(st, "query_params", dict(link))
            patch.setattr(st, "session_state", {})
            shown = show(app.session).screens
            assert tuple(one.name for one in shown) == ACTS[page]
            assert title.value == shown[0].say()
        if page in {"evaluate", "race"}:
            assert app.session.setup == getattr(SETUP, {"evaluate": "log"}.get(page, page))


def test_the_room_offers_what_most_are_for_and_a_link_brings_its_picks_back(
    open_app: Callable[..., App],
) -> None:
    assert (picked([0, 2, 5, 0]), picked([3, 3]), picked([])) == (2, 0, 0)
    app = open_app(**SETUP.link_to("play", "room-3"), picks="01")
    (title,) = app.at.title
    assert title.value.startswith("Visitor 3 of 6: ")
    duel = app.at.session_state["stage-room"]
    assert duel.choices == (0, 1)
    items = duel.world.items
    assert f"The audience: {items[1].label}, reward" in bare(app.text)
    app.at.query_params["screen"] = "room-over"
    app.run()
    own, other = (sum(one) for one in zip(*duel.scores(), strict=True))
    assert app.at.title[0].value == f"After 2 visitors: the audience {own:g}, the engine {other:g}."
    assert not app.session.open.loop.events
