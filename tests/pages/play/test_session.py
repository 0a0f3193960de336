"""A browser session on the Play page, without the page."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from engine import LoopSettings, Thompson
from engine.errors import OvertakenError
from engine.evaluation.explanation import largest_changes
from engine.loop.entries import Entry, Undone
from engine.loop.log import Recorder
from engine.policies.base import Decision
from engine.store import Library, Limits, Store, StoredLoop, StoreError
from engine.worlds import WORLDS
from pages.parts.library import followers
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup

PATIENCE = 60.0
"""Seconds after which threads that have not ended are taken to wait for each other."""


def a_loop(seed: int) -> StoredLoop:
    """A loop in memory that has learned from one visitor."""
    kept = StoredLoop.create(
        None, world=WORLDS["coffee"], seed=seed, settings=LoopSettings(), followers=followers
    )
    PlaySession(PlaySetup(), stored=kept).send_reward(1.0)
    return kept


def at_once(*works: Callable[[], None]) -> bool:
    """Do several things, each in a thread of its own; whether all came to their end."""
    threads = [Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


# -- two sessions, two loops ----------------------------------------------------------


@pytest.mark.usefixtures("eager_threads")
def test_sessions_that_swap_their_loops_do_not_wait_for_each_other() -> None:
    loops = (a_loop(1), a_loop(2))
    sessions = [PlaySession(PlaySetup(), stored=kept) for kept in loops]

    def swap(place: int) -> None:
        for turn in range(1, 2_001):
            sessions[place].move_to(loops[(place + turn) % 2])

    assert at_once(lambda: swap(0), lambda: swap(1))
    assert [session.open.stored for session in sessions] == list(loops)


@pytest.mark.usefixtures("eager_threads")
def test_nor_does_one_that_undoes_a_reset_while_another_comes_from_there() -> None:
    kept = a_loop(1)
    one, other = PlaySession(PlaySetup(), stored=kept), PlaySession(PlaySetup(), stored=kept)

    def reset_and_undo() -> None:
        for _ in range(1_500):
            one.reset()
            one.undo()

    def follow_and_return() -> None:
        for _ in range(2_000):
            other.move_to(one.open.stored)
            other.move_to(kept)

    assert at_once(reset_and_undo, follow_and_return)
    assert one.open.stored is other.open.stored is kept
    assert len(kept.loop.events) == 1


# -- what a click costs ---------------------------------------------------------------


class Counted:
    """A recorder that counts how often it is asked for news, and may find others faster.

    Attributes:
        asked: how often.
        overtaken: how many attempts to write come too late from here on.
    """

    def __init__(self, recorder: Recorder | None) -> None:
        assert recorder is not None
        self._recorder = recorder
        self.asked = self.overtaken = 0

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        if self.overtaken:
            self.overtaken -= 1
            raise OvertakenError
        self._recorder.record(position, entries)

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        self.asked += 1
        return self._recorder.read_new(position)


@pytest.fixture
def library(data_folder: Path) -> Library:
    data_folder.mkdir()
    return Library(
        Store.open(f"sqlite:///{data_folder}/loops.db", Limits()), lambda: 0.0, followers
    )


def listen(session: PlaySession) -> Counted:
    """From here on the loop's recorder counts."""
    counted = Counted(session.open.loop.log.recorder)
    session.open.loop.record_to(counted)
    return counted


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows by one with every decision of Thompson sampling."""
    made: list[object] = []
    decide = Thompson.decide

    def counted(*args: Any) -> Decision:
        made.append(args)
        return decide(*args)

    monkeypatch.setattr(Thompson, "decide", counted)
    return made


def send(session: PlaySession, *rewards: float) -> None:
    """Presses that arrive together, and the ranking of the next frame."""
    session.take(session.presses.taken + len(rewards), rewards)
    assert session.open.ranked


def test_a_click_decides_once_before_and_once_after_and_asks_for_news_once(
    library: Library, decisions: list[object]
) -> None:
    session = PlaySession(PlaySetup(), library=library)
    send(session, 1.0)
    counted = listen(session)
    for reward in (0.5, 1.0, 0.0):
        decisions.clear()
        counted.asked = 0
        send(session, reward)
        assert len(decisions) == 2
        assert counted.asked == 1


def test_with_auto_next_the_visitor_after_takes_one_more(
    library: Library, decisions: list[object]
) -> None:
    session = PlaySession(PlaySetup(next=True), library=library)
    send(session, 1.0)
    counted, taken = listen(session), []
    for _ in range(8):
        decisions.clear()
        counted.asked, left = 0, session.open.context
        send(session, 1.0)
        taken.append(len(decisions))
        assert len(decisions) == 2 + (session.open.context != left)
        assert counted.asked == 1
    assert 3 in taken


@pytest.mark.parametrize("calls_next", [False, True])
def test_of_presses_that_came_together_only_the_last_is_looked_at_before_and_after(
    library: Library, decisions: list[object], calls_next: bool
) -> None:
    session = PlaySession(PlaySetup(next=calls_next), library=library)
    send(session, 1.0)
    decisions.clear()
    send(session, *[1.0, 0.0] * 10)
    assert len(session.open.loop.events) == 21
    assert len(decisions) <= 20 + 1 + 1 + calls_next
    click, last = session.open.click, list(session.open.loop.events.values())[-1]
    assert click is not None
    assert (click.before, click.reward) == (last.ranked, 0.0)


@pytest.mark.parametrize("setup", [PlaySetup(), PlaySetup(mode="apprentice")])
def test_what_a_click_shows_is_what_was_logged_and_what_comes_next(setup: PlaySetup) -> None:
    session = PlaySession(setup)
    for reward in (1.0, 0.0, None, 0.5):
        shown, loop = session.open.ranked, session.open.loop
        parts = loop.contributions(shown)
        session.send_reward(reward)
        click = session.open.click
        assert click is not None
        *_, logged = loop.events.values()
        assert replace(click.before, time=shown.time) == shown
        assert click.before == logged.ranked
        assert click.after == session.open.ranked
        means = click.before.means[shown.shown], click.after.means[shown.shown]
        assert list(click.changes) == largest_changes(parts, loop.contributions(shown), means)
        assert any(part.change for part in click.changes) or reward is None


def test_the_picture_is_of_the_loop_as_it_is() -> None:
    """Whatever changes the log changes what is shown."""
    session = PlaySession(PlaySetup())
    opened = session.open

    def fresh() -> bool:
        now = opened.loop.preview(opened.world.actions, opened.world.features(opened.context))
        return replace(opened.ranked, time=now.time) == now

    for change in (
        lambda: session.send_reward(1.0),
        lambda: session.adopt(replace(session.setup, policy="greedy")),
        session.live.step,
        session.undo,
        session.let_pass,
        lambda: opened.loop.rank(opened.world.actions),
        lambda: opened.loop.expire(list(opened.loop.events)[-1]),
    ):
        change()
        assert fresh()


# -- others who do something to the same loop -----------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        lambda session: session.send_reward(1.0),
        lambda session: session.send_reward(None),
        lambda session: session.take(session.presses.taken + 3, [1.0, 0.0, 1.0]),
        lambda session: session.live.step(),
        lambda session: session.adopt(replace(session.setup, policy="greedy")),
        lambda session: session.undo(),
    ],
    ids=["reward", "no answer", "presses", "step", "settings", "undo"],
)
def test_who_is_overtaken_does_it_again_and_nothing_is_said(
    library: Library, verb: Callable[[PlaySession], None]
) -> None:
    session, other = (PlaySession(PlaySetup(), library=library) for _ in range(2))
    for each in (session, other):
        each.send_reward(1.0)
    verb(other)
    counted = listen(session)
    counted.overtaken = 2
    verb(session)
    assert counted.overtaken == 0
    assert session.trouble is None
    assert told(session) == told(other)


def told(session: PlaySession) -> list[object]:
    """What is logged but for the times, who stands there, and what the click says."""
    opened = session.open
    click = opened.click
    return [
        [replace(entry, time=datetime.min) for entry in opened.loop.log],
        opened.context,
        click and (click.reward, click.answered, click.changes, click.after.probabilities),
    ]


# -- presses of the reward buttons ----------------------------------------------------


def test_a_full_loop_takes_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.play.setup.MAX_VISITORS", 4)
    session = PlaySession(PlaySetup())
    send(session, 1.0)
    send(session, *[1.0, 0.0, 0.5, 1.0, 1.0])
    assert [state.rewards for state in session.open.loop.events.values()] == [
        [1.0], [1.0], [0.0], [0.5],
    ]  # fmt: skip
    assert (session.presses.taken, session.is_closed, session.trouble) == (6, True, None)


def test_presses_that_cannot_be_written_change_nothing_and_are_said(library: Library) -> None:
    session = PlaySession(PlaySetup(next=True), library=library)
    send(session, 1.0)
    before = told(session)

    class Full(Counted):
        def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
            raise StoreError("The disk is full.")

    session.open.loop.record_to(Full(session.open.loop.log.recorder))
    send(session, 0.5, 0.0)
    assert session.trouble == "The disk is full."
    assert told(session) == before
