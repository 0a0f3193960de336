"""The demos of 5 and 15 minutes: existing acts, and steps from page to page."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal

import pytest
import streamlit as st

from pages.parts.compare.stage_screens import compare_show
from pages.parts.evaluate.stage_screens import evaluate_show
from pages.parts.play.audience_vote import picked
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_actions import visitors_until
from pages.parts.play.stage_screens import play_show
from pages.parts.race.stage_screens import race_show
from pages.parts.scene import stage_show as screens
from pages.parts.scene.show_acts import ACTS, BOOKMARKS, SCRIPTS, neighbour, way_before
from pages.parts.show.show_link import ShowSetup
from pages.parts.text.format import bare
from pages.parts.text.lesson_words import words
from pages.parts.work.stage_remotes import Remote
from tests.pages.conftest import App, CompareApp, EvaluateApp, RaceApp

SETUP = ShowSetup(world="movies", seed=3)
LONG = ShowSetup(world="coffee", seed=7, length=15)


def test_each_bookmark_begins_at_a_screen_of_its_act_and_has_words() -> None:
    said = words("show")
    for minutes, bookmarks in BOOKMARKS.items():
        for one in bookmarks:
            assert one.screen in SCRIPTS[minutes][one.act].screens
            assert said.say(one.key)
        times = [
            int(at) * 60 + int(rest) for at, _, rest in (one.at.partition(":") for one in bookmarks)
        ]
        assert times == sorted(times)
        assert times[-1] < minutes * 60
        first = bookmarks[0]
        assert SCRIPTS[minutes][first.act].screens[0] == first.screen


def test_acts_follow_each_other_and_end() -> None:
    for script in SCRIPTS.values():
        acts = list(script)
        for one, other in pairwise(acts):
            assert neighbour(one, 1) == (other, ACTS[other].screens[0])
            assert neighbour(other, -1) == (one, ACTS[one].screens[-1])
        assert neighbour(acts[0], -1) is neighbour(acts[-1], 1) is None
        at, of = way_before(acts[-1])
        assert at + len(ACTS[acts[-1]].screens) == of
    assert len(ACTS) == sum(map(len, SCRIPTS.values())), "a name belongs to one talk"


def test_every_screen_of_the_long_talk_has_a_note_of_one_to_three_sentences() -> None:
    for name, act in SCRIPTS[15].items():
        notes = screens.notes_of(name)
        assert {*notes} == {*act.screens}
        for note in notes.values():
            assert 1 <= len(re.findall(r"[.?](?: |$)", note)) <= 3


def test_the_speaker_reads_the_notes_of_the_talk_and_what_the_next_act_begins_with(
    open_compare: Callable[..., CompareApp],
) -> None:
    app = open_compare(**LONG.link_to("long-compare", "gains"))
    told = app.remote.state
    assert told["say"] == screens.notes_of("long-compare")["gains"]
    assert told["following"] == screens.notes_of("long-evaluate")["report"]
    assert (told["at"], told["of"]) == (23, 27)


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


@pytest.mark.parametrize("setup", [SETUP, LONG])
def test_every_page_has_the_screens_of_its_act_and_is_computed_in_advance(
    setup: ShowSetup,
    open_app: Callable[..., App],
    open_compare: Callable[..., CompareApp],
    open_evaluate: Callable[..., EvaluateApp],
    open_race: Callable[..., RaceApp],
) -> None:
    pages: dict[str, tuple[Any, Any]] = {
        "play": (open_app, play_show),
        "compare": (open_compare, compare_show),
        "evaluate": (open_evaluate, evaluate_show),
        "race": (open_race, race_show),
    }
    for name, act in SCRIPTS[setup.length].items():
        if act.page not in pages:
            continue
        opens, show = pages[act.page]
        link = setup.link_to(name, act.screens[0])
        app = opens(**link)
        (title,) = app.at.title
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(st, "query_params", dict(link))
            patch.setattr(st, "session_state", {})
            shown = [one.name for one in show(app.session).screens]
            assert [name for name in act.screens if name in shown] == shown
            missing = {*act.screens} - {*shown}
            assert all(name.startswith("room-") for name in missing), "as far as hands are counted"
            assert title.value == show(app.session).screens[0].say()
        if act.page in {"evaluate", "race"}:
            assert app.session.setup == getattr(setup, {"evaluate": "log"}.get(act.page, act.page))


def test_an_act_that_is_opened_at_a_later_screen_has_the_visitors_of_the_earlier_ones(
    open_app: Callable[..., App], open_compare: Callable[..., CompareApp]
) -> None:
    """A bookmark in mid-talk led to a stage without a visitor."""
    assert visitors_until(ACTS["long-play"].screens, "offer-4") == 101
    assert visitors_until(ACTS["long-play"].screens, "visitor-1") == 0
    app = open_app(**LONG.link_to("long-play", "visitor-4"))
    app.finish_the_crowd()
    assert len(app.session.open.loop.events) == 101
    app.open(**LONG.link_to("long-play", "waste"))
    assert app.at.title[0].value
    compare = open_compare(**LONG.link_to("long-compare", "watching"))
    compare.finish_the_crowd()
    assert len(compare.session.comparison) == 100


def test_the_room_offers_what_most_are_for_and_a_link_brings_its_picks_back(
    open_app: Callable[..., App],
) -> None:
    assert (picked([0, 2, 5, 0]), picked([3, 3])) == (2, 0)
    app = open_app(**SETUP.link_to("play", "room-3"), picks="01")
    (title,) = app.at.title
    assert title.value.startswith("Visitor 3 of 6: ")
    assert [chart.proto.alt for chart in app.at.get("vega_lite_chart")] == [
        "A bell for each action"
    ]
    duel = app.at.session_state["stage-room"]
    assert duel.choices == (0, 1)
    own, other = (sum(one) for one in zip(*duel.scores(), strict=True))
    if own or other:
        assert f"the audience {own:g}, the engine {other:g}" in bare(title.value)
    app.at.query_params["screen"] = "room-over"
    app.run()
    assert app.at.title[0].value == f"After 2 visitors: the audience {own:g}, the engine {other:g}."
    assert not app.session.open.loop.events


def test_a_vote_without_rewards_is_said_in_a_sentence(open_app: Callable[..., App]) -> None:
    app = open_app(**SETUP.link_to("play", "room-over"), picks="2")
    (title,) = app.at.title
    assert (
        title.value == "After 1 visitor, neither the audience nor the engine has earned a reward."
    )


def test_without_counted_hands_a_step_ends_the_vote_and_offers_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = dict(SETUP.link_to("play", "room-1"))
    monkeypatch.setattr(st, "query_params", address)
    monkeypatch.setattr(st, "session_state", {})
    remote = Remote()
    monkeypatch.setattr("pages.parts.play.audience_vote.this_remote", lambda: remote)
    session = PlaySession(PlaySetup())

    def step(hands: Sequence[int] = (), by: Literal[1, -1] = 1) -> str:
        remote.hand_counts = hands
        screens.advance(play_show(session), by)
        return address["screen"]

    assert step() == "visitor-1"
    assert step(by=-1) == "room-1"
    assert step([0, 0, 0, 0]) == "visitor-1", "hands were taken back"
    step(by=-1)
    assert step([0, 3, 1, 0]) == "room-2"
    assert step([0, 0, 2, 0]) == "room-3"
    assert address["picks"] == "12"
    assert step() == "room-over"
    assert step() == "visitor-1"
    assert [step(by=-1) for _ in range(4)] == ["room-over", "room-3", "room-2", "room-1"]
    assert "picks" not in address
    for number in range(2, 7):
        assert step([1, 0, 0, 0]) == f"room-{number}"
    assert step([1, 0, 0, 0]) == "room-over"
    assert address["picks"] == "000000"
    assert step(by=-1) == "room-6"
    assert address["picks"] == "00000"
    remote.leave()
