"""The five-minute show: acts that there are, and steps that lead from page to page."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
import streamlit as st

from pages.parts.charts import curves, forest, in_words
from pages.parts.compare.talk import compare_show
from pages.parts.evaluate.talk import evaluate_show
from pages.parts.lessons.words import LANGUAGES, words
from pages.parts.play.audience_talk import picked
from pages.parts.play.talk import play_show
from pages.parts.race.setup import RaceSetup
from pages.parts.race.talk import race_show
from pages.parts.scene import talk as screens
from pages.parts.scene.phrases import heard, translated
from pages.parts.scene.show_acts import ACTS, MINUTES, neighbour
from pages.parts.show.five_minutes import ShowSetup
from pages.parts.text.format import bare
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
        told = {}
        for language in LANGUAGES:
            link = replace(SETUP, language=language).link_to(page, ACTS[page][0])
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(st, "query_params", dict(link))
                patch.setattr(st, "session_state", {})
                shown = show(app.session).screens
                assert tuple(one.name for one in shown) == ACTS[page]
                told[language] = [(one.say(), one.note) for one in shown]
        assert title.value == told["en"][0][0]
        for english, german in zip(told["en"], told["de"], strict=True):
            assert english[0] != german[0], english
            assert english[1] != german[1], english
        if page in {"evaluate", "race"}:
            assert app.session.setup == getattr(SETUP, {"evaluate": "log"}.get(page, page))


def test_what_is_heard_of_a_picture_is_told_in_another_language() -> None:
    known = words("de", "show")
    said = "Mean reward over the visitors: 0.91 over the last 50"
    assert heard(said, known) == "Mittlere Belohnung über die Gäste: 0,91 über die letzten 50"
    said = "What each would have earned, served to everybody: Latte 0.30 (0.25 to 0.34); Tea, .5"
    assert heard(said, known).endswith(", für alle: Latte 0,30 (0,25 bis 0,34); Tea, .5")
    for said, told in {
        "Map of all contexts: Cold brew in 7 of 36, Tea in 2 of 36": (
            "Karte aller Lagen: Cold brew in 7 von 36, Tea in 2 von 36"
        ),
        "A bell and a bar for each action: Tea, believed to earn 0.50": (
            "Eine Glocke und ein Balken für jedes Angebot: Tea, bringt vermutlich 0,50"
        ),
    }.items():
        assert heard(said, known) == told
    assert translated("Your rule: by weather", known) == "Ihre Regel: nach Wetter"


def test_pictures_and_who_races_are_told_in_the_words_of_the_show() -> None:
    told = words("de", "show")
    marks = (forest.NAIVE, forest.ESTIMATE, forest.TRUTH)
    for spec, names in (
        (forest.forest_spec(False, 2, (0.0, 1.0), marks, (None, 0)), marks),
        (curves.reward_spec(False, True), (curves.LATEST, curves.SO_FAR, curves.BEST)),
    ):
        _, own = in_words.translated(pa.table({}), spec, told.charts)
        assert all(f'"{name}"' in json.dumps(spec) for name in names)
        assert not any(name in json.dumps(own) for name in names)
    for story in RaceSetup().having({"who": "ours,epsilon,ucb,ab"}).stories.values():
        first = story.partition(". ")[0].rstrip(".")
        assert not {"Shows", "Draws", "Adds", "shows"} & set(translated(first, told).split())


def test_a_phrase_is_told_with_what_stands_in_it_and_another_as_it_is() -> None:
    known = words("de", "show")
    said = "Loved it: Cold brew for {Bob}, Sunny rises from 25 % to 61 %."
    assert (
        translated(said, known) == "Geliebt: Cold brew für {Bob}, Sunny steigt von 25 % auf 61 %."
    )
    assert translated("Nobody says this.", known) == "Nobody says this."


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
    assert f"The room: {items[1].label}, reward" in bare(app.text)
    app.at.query_params["screen"] = "room-over"
    app.run()
    own, other = (sum(one) for one in zip(*duel.scores(), strict=True))
    assert app.at.title[0].value == f"After 2 visitors: the room {own:g}, the engine {other:g}."
    assert not app.session.open.loop.events
