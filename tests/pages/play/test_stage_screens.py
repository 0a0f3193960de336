"""The talk on the Play page: each step forward has one effect, and each step back undoes it."""

import re
from dataclasses import replace
from typing import Literal
from unittest.mock import patch

import numpy as np
import pytest
import streamlit as st

from engine.simulation.simulated_visitors import crowd
from engine.store import StoredLoop
from engine.worlds import GALLERY
from engine.worlds.success_levels import Level
from pages.parts.play import stage_screens as stage_play
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.learned_panels import earned
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.report import report
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_actions import let_in
from pages.parts.play.stage_content import scene_of
from pages.parts.play.stage_screens import play_show
from pages.parts.play.stage_wording import learned
from pages.parts.scene.part_types import Figure, FigureStyle
from pages.parts.scene.stage_show import SCREEN, advance
from pages.parts.settings.loop_library_access import loop_projections
from pages.parts.text.format import bare, percent
from tests.pages.charts.test_map_axes import with_values


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The query parameters of the address."""
    said: dict[str, str] = {}
    monkeypatch.setattr(st, "query_params", said)
    return said


def step(session: PlaySession, by: Literal[1, -1] = 1) -> str:
    """Take a step, including its crowd; return the resulting sentence."""
    advance(play_show(session), by)
    while session.live.waiting:
        session.advance()
    return play_show(session).screen.say()


def state_of(session: PlaySession) -> tuple[object, ...]:
    """Log, visitor and screen, which a step may change."""
    log = session.open.loop.log
    return [*log], session.open.context, play_show(session).screen.name


def test_every_step_back_leads_to_just_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    session = PlaySession(PlaySetup())
    enqueue = session.live.enqueue
    monkeypatch.setattr(session.live, "enqueue", lambda visitors: enqueue(visitors // 20))
    states = [state_of(session)]
    while play_show(session).next is not None:
        step(session)
        states.append(state_of(session))
    assert len(session.open.loop.events) == 4 + 5 + 50
    for before in reversed(states[:-1]):
        step(session, -1)
        assert state_of(session) == before


def test_an_answer_is_said_with_what_it_moved() -> None:
    session = PlaySession(PlaySetup())
    step(session)
    offer = session.open.ranked
    said = step(session)
    context = session.open.world.context_of(offer.request)
    now = session.open.ranked_for(context)
    assert re.match("Loved it|So-so|Ignored", said)
    assert all(value in said for value in context.values())
    assert percent(offer.probabilities[offer.shown]) in said
    assert percent(now.probabilities[offer.shown]) in said


def test_a_step_back_in_the_middle_of_a_crowd_takes_all_of_it_back(
    address: dict[str, str],
) -> None:
    session = PlaySession(PlaySetup())
    address[SCREEN] = "map"
    before = state_of(session)
    let_in(session, "crowd-100", 100)
    session.advance()
    session.live.waiting = 60  # Other visitors are still waiting.
    address[SCREEN] = "crowd-100"
    assert play_show(session).is_busy
    advance(play_show(session), -1)
    assert state_of(session) == before
    assert not session.live.is_live


def test_what_was_done_before_the_talk_is_not_taken_back_by_it(address: dict[str, str]) -> None:
    session = PlaySession(PlaySetup())
    session.live.step()
    address[SCREEN] = "crowd-100"
    advance(play_show(session), -1)
    assert len(session.open.loop.events) == 1


def test_only_what_was_done_for_a_screen_is_taken_back_from_it(
    monkeypatch: pytest.MonkeyPatch, address: dict[str, str]
) -> None:
    session = PlaySession(PlaySetup())
    session.live.enqueue(10)
    while session.live.waiting:
        session.advance()
    address[SCREEN] = "crowd-100"  # A link to the screen serves no visitors.
    advance(play_show(session), -1)
    monkeypatch.setattr(session.live, "enqueue", lambda visitors: None)  # No visitors yet.
    for by in (1, -1):
        advance(play_show(session), 1 if by > 0 else -1)
    assert len(session.open.loop.events) == 10


def test_if_nobody_comes_the_talk_stays_where_it_is(
    monkeypatch: pytest.MonkeyPatch, address: dict[str, str]
) -> None:
    """The talk would otherwise describe the previous visitor as the present one."""
    session = PlaySession(PlaySetup())
    monkeypatch.setattr(session, "serve", lambda visitors: 0)
    address[SCREEN] = "offer-1"
    advance(play_show(session), 1)
    assert address[SCREEN] == "offer-1"


def test_what_answers_are_worth_is_said_in_the_worlds_own_words() -> None:
    screens = {screen.name: screen for screen in play_show(PlaySession(PlaySetup())).screens}
    assert screens["best"].note == "Rewards of the answers: Loved it 1 · So-so 0.5 · Ignored 0"
    hotel = replace(GALLERY["hotel"].world, levels=(Level(1.0, "Booked"), Level(0.25, "Asked")))
    assert stage_play._worths(hotel) == (
        "Highest rewards of the answers: Booked 60\u00a0€ · Asked 15\u00a0€ · Ignored 0\u00a0€"
    )


def test_a_past_moment_is_shown_and_stays_as_it_is() -> None:
    session = PlaySession(PlaySetup())
    session.live.step()
    session.time_travel.look(0)
    names = [screen.name for screen in play_show(session).screens]
    assert names[:3] == ["visitor-1", "offer-1", "answer"]
    assert all(screen.do is None for screen in play_show(session).screens)
    while play_show(session).next is not None:
        step(session)
    assert len(session.open.loop.events) == 1


def test_every_screen_of_an_untaught_session_of_another_owner_has_a_picture() -> None:
    session = PlaySession(PlaySetup())
    with patch.object(PlaySession, "may_change", False):
        screens = play_show(session).screens
    assert [screen.name for screen in screens] == ["visitor-1", "offer-1", "map"]
    assert all(screen.do is None for screen in screens)


def test_the_talk_and_the_report_show_the_curve_of_the_page_which_is_lower() -> None:
    session = PlaySession(PlaySetup())
    session.live.enqueue(20)
    while session.live.waiting:
        session.advance()
    opened = session.open
    on_page = earned(opened, opened.curve(), truth=False, dark=False).figures["chart-reward"]
    in_talk = scene_of(session, FigureStyle())["rewards"]
    report_made = report(session, "")
    assert report_made is not None
    on_paper = report_made.figures[1]
    assert isinstance(in_talk, Figure)
    assert (in_talk.rows, in_talk.spec) == (on_paper.rows, on_paper.spec)
    for figure in (in_talk, on_paper):
        assert figure.alt == on_page.alt
        assert figure.spec["height"] > on_page.spec["height"]
        lines = (one.rows.select(["line", "visitor", "value"]) for one in (figure, on_page))
        assert len({str(each.to_pylist()) for each in lines}) == 1


def served(visitors: int) -> PlaySession:
    """A session after a crowd."""
    session = PlaySession(PlaySetup())
    session.live.enqueue(visitors)
    while session.live.waiting:
        session.advance()
    return session


def test_for_whom_else_an_answer_counts_is_said_and_drawn(address: dict[str, str]) -> None:
    session = PlaySession(PlaySetup())
    session.live.step()
    scene = scene_of(session, FigureStyle())
    latest, figure = session.open.latest, scene["others"]
    assert latest is not None
    assert isinstance(figure, Figure)
    rows = figure.rows.to_pylist()
    (own,) = (row for row in rows if row["here"])
    means = (latest.means, session.open.ranked_again(latest).means)
    was, now = (each[latest.shown] - max(np.delete(each, latest.shown)) for each in means)
    assert own["change"] == f"{now - was:+.2f}".replace("-", "\N{MINUS SIGN}")
    alike = sum(row["change"].startswith(own["change"][0]) for row in rows) - 1
    assert f"For {alike} of 35 others, " in scene.text("say-others")


def test_regret_is_said_with_the_numbers_of_this_loop() -> None:
    session = served(60)
    last = session.open.curve()[-1]
    scene = scene_of(session, FigureStyle())
    assert f"missed {last['regret']:.0f} rewards" in scene.text("say-missed")
    assert f"miss {last['uniform_regret']:.0f} rewards" in scene.text("say-missed")
    assert isinstance(scene["missed"], Figure)


def test_epsilon_greedy_serves_the_same_crowd_and_its_random_offers_are_counted() -> None:
    session = served(60)
    (waste,) = (screen for screen in play_show(session).screens if screen.name == "waste")
    said = waste.say()
    second = session.open.side_loop
    assert second is not None
    assert second.is_level
    assert 0 < second.random_offers < 60
    own, other = second.regrets()
    assert own == pytest.approx(session.open.curve()[-1]["regret"])
    assert bare(said) == (
        f"Epsilon-greedy: {second.random_offers} of 60 offers at random, "
        f"{other:.0f} rewards missed, not {own:.0f}."
    )


def test_epsilon_greedy_has_a_picture_before_anybody_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alts: list[str] = []
    monkeypatch.setattr(
        "pages.parts.play.second_loop_screens.draw_stage_chart",
        lambda *_, alt, **__: alts.append(alt),
    )
    session = served(0)
    (waste,) = (screen for screen in play_show(session).screens if screen.name == "waste")
    waste.draw()
    assert alts[0].startswith("Two sessions side by side: ")
    assert "at random" not in waste.say()


def test_a_map_without_visible_favourites_says_so() -> None:
    """The map is pale after three answers, and the sentence named a favourite for everybody."""
    session = served(3)
    assert scene_of(session, FigureStyle()).text("say-learned") == (
        "After 3 answers it has no favourites yet."
    )
    assert "it would offer" in scene_of(served(60), FigureStyle()).text("say-learned")


def test_the_fields_that_the_map_holds_fixed_are_named() -> None:
    world = with_values(24, 3, 4)
    stored = StoredLoop.create(None, world=world, seed=1, make_projections=loop_projections)
    list(crowd(stored.loop, world, 1))
    opened = OpenLoop(stored)
    here = opened.context["name"]
    assert bare(learned(opened, truth=True)).endswith(f"Map: visitors with Who: {here}.")
