"""The five-minute show: acts that there are, and steps that lead from page to page."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import streamlit as st

from pages.parts.lessons.words import words
from pages.parts.stage import screens
from pages.parts.stage.acts import ACTS, MINUTES, neighbour
from pages.parts.stage.compare import compare_show
from pages.parts.stage.evaluate import evaluate_show
from pages.parts.stage.five_minutes import ShowSetup
from pages.parts.stage.play import play_show
from pages.parts.stage.race import race_show
from tests.pages.conftest import App, CompareApp, EvaluateApp, RaceApp

SETUP = ShowSetup(world="movies", seed=3)


def test_each_minute_begins_at_a_screen_of_its_act_and_has_words() -> None:
    said = words("en", "show")
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
        found = {one.name: one for one in show(app.session).screens}
        assert set(ACTS[page]) <= found.keys(), page
        assert title.value == found[ACTS[page][0]].say()
        if page in {"evaluate", "race"}:
            assert app.session.setup == getattr(SETUP, {"evaluate": "log"}.get(page, page))
