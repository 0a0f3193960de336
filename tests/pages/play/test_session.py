"""A browser session on the Play page, without the page."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

import pytest

from engine import LoopSettings, Thompson
from engine.errors import OvertakenError, UnknownOutcomeError
from engine.evaluation.belief_contributions import changes, summary
from engine.loop.entries import Entry, Undone
from engine.loop.log import Recorder
from engine.pausable_steps import Steps, finish
from engine.policies.base import Decision
from engine.store import Limits, LoopLibrary, Store, StoredLoop, StoreError
from engine.worlds import WORLDS, key_of
from pages.parts.play.clicks import take_clicks
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.refusals import LOST
from pages.parts.play.session import PlaySession
from pages.parts.play.shown_offers import VisitorLeftError
from pages.parts.play.why_subject import WhyQuery, event_of, finding
from pages.parts.settings.loop_library_access import loop_projections
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.job_queue import Job, Jobs
from tests.pages.presses import answer, pressed, wished

PATIENCE = 60.0
"""Seconds after which unfinished threads are considered deadlocked."""


def a_loop(seed: int) -> StoredLoop:
    """A loop in memory that has learned from one visitor."""
    kept = StoredLoop.create(
        None,
        world=WORLDS["coffee"],
        seed=seed,
        settings=LoopSettings(),
        make_projections=loop_projections,
    )
    answer(PlaySession(PlaySetup(), stored=kept), 1.0)
    return kept


def at_once(*works: Callable[[], None]) -> bool:
    """Run several functions in a thread each; return whether all ended in time."""
    threads = [Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Let threads switch as often as possible."""
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


@pytest.mark.slow
@pytest.mark.usefixtures("eager_threads")
def test_nor_does_one_that_undoes_a_reset_while_another_comes_from_there() -> None:
    kept = a_loop(1)
    one, other = PlaySession(PlaySetup(), stored=kept), PlaySession(PlaySetup(), stored=kept)

    def reset_and_undo() -> None:
        for _ in range(500):
            one.reset()
            one.undo()

    def follow_and_return() -> None:
        for _ in range(700):
            other.move_to(one.open.stored)
            other.move_to(kept)

    assert at_once(reset_and_undo, follow_and_return)
    assert one.open.stored is other.open.stored is kept
    assert len(kept.loop.events) == 1


def test_after_a_reset_what_had_been_taken_back_before_it_can_be_brought_back() -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0)
    session.undo()
    session.reset()
    assert not session.can_redo
    session.undo()
    session.redo()
    assert len(session.open.loop.events) == 1


def test_a_second_reset_of_a_loop_that_nobody_met_still_leads_back_to_the_first() -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0)
    session.reset()
    session.reset()
    session.undo()
    assert len(session.open.loop.events) == 1


# -- cost of a click ------------------------------------------------------------------


class Counted:
    """A recorder that counts calls and may pretend concurrent writers.

    Attributes:
        asked: number of checks for new entries.
        overtaken: number of further write attempts that come too late.
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
def library(data_folder: Path) -> LoopLibrary:
    data_folder.mkdir()
    return LoopLibrary(Store.open(f"sqlite:///{data_folder}/loops.db", Limits()), loop_projections)


def listen(session: PlaySession) -> Counted:
    """From here on the loop's recorder counts."""
    counted = Counted(session.open.loop.log.recorder)
    session.open.loop.record_to(counted)
    return counted


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Decisions of Thompson sampling so far, one item each."""
    made: list[object] = []
    decide = Thompson.decide

    def counted(*args: Any) -> Decision:
        made.append(args)
        return decide(*args)

    monkeypatch.setattr(Thompson, "decide", counted)
    return made


def test_a_click_decides_once_after_what_was_shown_and_looks_for_no_news(
    library: LoopLibrary, decisions: list[object]
) -> None:
    session = PlaySession(PlaySetup(), library=library)
    answer(session, 1.0)
    counted = listen(session)
    for reward in (0.5, 1.0, 0.0):
        decisions.clear()
        counted.asked = 0
        answer(session, reward)
        assert len(decisions) == 1
        assert counted.asked == 0


def test_with_auto_next_the_visitor_after_takes_one_more(
    library: LoopLibrary, decisions: list[object]
) -> None:
    session = PlaySession(PlaySetup(next=True), library=library)
    answer(session, 1.0)
    counted, taken = listen(session), []
    for _ in range(8):
        decisions.clear()
        counted.asked, left = 0, session.open.context
        answer(session, 1.0)
        taken.append(len(decisions))
        assert len(decisions) == 1 + (session.open.context != left)
        assert counted.asked == 0
    assert 2 in taken


@pytest.mark.parametrize("setup", [PlaySetup(), PlaySetup(mode="apprentice")])
def test_what_a_click_shows_is_what_was_logged_and_what_comes_next(setup: PlaySetup) -> None:
    session = PlaySession(setup)
    for reward in (1.0, 0.0, None, 0.5):
        shown, loop = session.open.ranked, session.open.loop
        parts = loop.contributions(shown)
        answer(session, reward)
        click = session.open.click
        assert click is not None
        *_, logged = loop.events.values()
        assert replace(click.before, time=shown.time) == shown
        assert click.before == logged.ranked
        assert click.after == session.open.ranked
        means = click.before.means[shown.shown], click.after.means[shown.shown]
        explained = finish(finding(session.open, WhyQuery(logged.ranked.event_id)))
        assert explained is not None
        assert explained.changes is not None
        assert explained.changes == summary(changes(parts, loop.contributions(shown)))
        assert sum(explained.changes.values()) == pytest.approx(means[1] - means[0], abs=1e-9)
        assert any(explained.changes.values()) or reward is None
        if previous := event_of(loop, logged.number):
            earlier = finish(finding(session.open, WhyQuery(previous)))
            assert earlier is not None
            assert earlier.changes is None, "another click was the last one"


def test_the_picture_is_of_the_loop_as_it_is() -> None:
    """Every change of the log updates the display."""
    session = PlaySession(PlaySetup())
    opened = session.open

    def fresh() -> bool:
        now = opened.loop.preview(opened.world.actions, opened.world.features(opened.context))
        return replace(opened.ranked, time=now.time) == now

    for change in (
        lambda: answer(session, 1.0),
        lambda: session.adopt(replace(session.setup, policy="greedy")),
        session.live.step,
        session.undo,
        lambda: session.let_pass(opened.arrivals.visit),
        lambda: opened.loop.rank(opened.world.actions),
        lambda: opened.loop.expire(list(opened.loop.events)[-1]),
    ):
        change()
        assert fresh()


# -- other sessions on the same loop --------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        lambda session: answer(session, 1.0),
        lambda session: answer(session, None),
        lambda session: session.live.step(),
        lambda session: session.adopt(replace(session.setup, policy="greedy")),
        lambda session: session.undo(),
    ],
    ids=["reward", "no answer", "step", "settings", "undo"],
)
def test_a_lost_race_is_retried_without_a_message(
    library: LoopLibrary, verb: Callable[[PlaySession], None]
) -> None:
    session, other = (PlaySession(PlaySetup(), library=library) for _ in range(2))
    for each in (session, other):
        answer(each, 1.0)
    verb(other)
    counted = listen(session)
    counted.overtaken = 2
    verb(session)
    assert counted.overtaken == 0
    assert session.refusals.sentences == []
    assert told(session) == told(other)


def told(session: PlaySession) -> list[object]:
    """Logged entries without times, the current visitor, and the effect of the click."""
    opened = session.open
    click = opened.click
    return [
        [replace(entry, time=datetime.min) for entry in opened.loop.log],
        opened.context,
        click and (click.reward, click.answered, click.entries, click.after.probabilities),
    ]


# -- presses of the reward buttons ----------------------------------------------------


def rewards_of(session: PlaySession) -> list[list[float]]:
    """The rewards of all events, in order."""
    return [event.rewards for event in session.open.loop.events.values()]


def two_tabs(library: LoopLibrary) -> tuple[PlaySession, PlaySession]:
    """Two tabs with the same loop, which has learned from one visitor."""
    one = PlaySession(PlaySetup(), library=library)
    answer(one, 1.0)
    return one, PlaySession(PlaySetup(), library=library, stored=one.open.stored)


def test_an_answer_teaches_about_what_was_on_the_screen(library: LoopLibrary) -> None:
    one, other = two_tabs(library)
    seen = one.advance().payload
    answer(other, 0.0)
    take_clicks(one, pressed(one, (seen, 0.5)))
    assert rewards_of(one) == [[1.0], [0.0]]
    assert one.refusals.sentences == [VisitorLeftError().message]
    assert one.open.click != other.open.click
    answer(one, 0.5)
    assert rewards_of(one)[2:] == [[0.5]]


def test_in_live_play_no_answer_goes_to_another_visitor() -> None:
    seconds = [0.0]
    session = PlaySession(PlaySetup(speed=4, next=True), now=lambda: seconds[0])
    session.live.play()
    left = 0
    for number in range(30):
        seen = session.advance()
        if number % 3:  # The crowd is faster than this person every third time.
            seconds[0] += 10
            session.advance()
        before = len(session.open.loop.events)
        take_clicks(session, pressed(session, (seen.payload, 0.125)))
        left += len(session.open.loop.events) == before
    judged = [e.ranked for e in session.open.loop.events.values() if e.rewards == [0.125]]
    assert (len(judged), left) == (10, 20)
    assert session.live.playing


def test_only_the_decision_that_was_shown_is_answered(library: LoopLibrary) -> None:
    one, other = two_tabs(library)
    seen = one.advance().payload
    other.adopt(replace(other.setup, policy="uniform"))
    take_clicks(one, pressed(one, (seen, 1.0)))
    assert rewards_of(one) == [[1.0]]
    assert one.refusals.sentences


def test_a_double_click_counts_once_and_what_follows_counts() -> None:
    session = PlaySession(PlaySetup(next=True))
    seen = session.advance().payload
    take_clicks(session, pressed(session, (seen, 1.0), (seen, 1.0)))
    take_clicks(session, pressed(session, (seen, 0.0)))
    assert rewards_of(session) == [[1.0]]
    answer(session, *[0.5] * 20)
    assert rewards_of(session)[1:] == [[0.5]] * 20
    assert session.refusals.sentences == []


def test_what_is_offered_again_after_an_undo_can_be_answered_again() -> None:
    session = PlaySession(PlaySetup())
    first = session.advance().payload
    take_clicks(session, pressed(session, (first, 1.0)))
    session.advance()
    session.undo()
    again = session.advance().payload
    assert {**again, "position": 0} == {**first, "position": 0}
    take_clicks(session, pressed(session, (first, 1.0)))
    assert rewards_of(session) == []
    take_clicks(session, pressed(session, (again, 0.0)))
    assert rewards_of(session) == [[0.0]]


def test_repeated_presses_are_handled_once() -> None:
    session = PlaySession(PlaySetup())
    told = pressed(session, (session.advance().payload, 1.0))
    for _ in range(3):
        take_clicks(session, told)
        session.advance()
    assert rewards_of(session) == [[1.0]]
    assert session.refusals.sentences == []


NONSENSE: tuple[object, ...] = (
    None, 1, "x", [], {}, {"count": 5}, {"count": "5", "latest": []}, {"count": 2, "latest": {}},
    {"count": 1e9, "latest": [1]}, {"count": 2, "latest": [None, 1]}, {"count": -7, "latest": [1]},
    {"count": 2, "latest": [{"offer": None}, {"reward": 1}]},
    {"count": 3, "latest": [{"offer": [], "reward": "1"}]},
    {"count": 2**80, "latest": [{"offer": {"event": {}}, "reward": 1}] * 2_000},
)  # fmt: skip


@pytest.mark.parametrize("told", NONSENSE, ids=range(len(NONSENSE)))
def test_any_browser_message_gives_one_sentence_or_nothing(told: object) -> None:
    session = PlaySession(PlaySetup())
    session.advance()
    take_clicks(
        session, {**told, "session": session.presses.session} if isinstance(told, dict) else told
    )
    assert rewards_of(session) == []
    assert len(session.refusals.sentences) <= 1


@pytest.mark.parametrize("reward", [7, float("nan"), True, -(10**400)])
def test_a_reward_that_is_none_is_refused_in_one_sentence(reward: object) -> None:
    session = PlaySession(PlaySetup())
    take_clicks(session, pressed(session, (session.advance().payload, reward)))
    assert rewards_of(session) == []
    (sentence,) = session.refusals.sentences
    assert "must be" in sentence


def test_no_more_presses_than_a_browser_keeps_are_looked_at() -> None:
    presses = PlaySession(PlaySetup()).presses
    told = {"offer": None, "reward": 1.0}
    latest = {"session": presses.session, "count": 2_000, "latest": [told] * 2_000}
    assert len(presses.new(latest)) == 100
    assert presses.new(latest) == []


def test_a_full_loop_takes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.play.page_settings.max_visitors", lambda: 2)
    session = PlaySession(PlaySetup())
    answer(session, 1.0, 0.0)
    assert session.is_closed
    answer(session, 1.0)
    assert rewards_of(session) == [[1.0], [0.0]]


# -- failed operations ----------------------------------------------------------------


class Failing(Counted):
    """A recorder that raises an error instead of writing, if one is set.

    Attributes:
        error: the error to raise; None for normal operation.
        writes: true if the entries are written in spite of the error.
        is_away: true if reads fail, too, as after a lost response.
    """

    error: Exception | None = None
    writes = is_away = False

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        real, error = Store.append, self.error

        def failing(*given: Any) -> object:
            written = real(*given) if error is None or self.writes else None
            if error is not None:
                self.is_away = isinstance(error, UnknownOutcomeError)
                raise error
            return written

        with patch.object(Store, "append", failing):
            super().record(position, entries)

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        if self.is_away:
            raise StoreError("The database cannot be reached.")
        return super().read_new(position)


def failing(session: PlaySession) -> Failing:
    """From here on the loop's recorder may fail."""
    recorder = Failing(session.open.loop.log.recorder)
    session.open.loop.record_to(recorder)
    return recorder


def test_refused_answers_are_counted_and_no_success_wipes_them_away(library: LoopLibrary) -> None:
    session = PlaySession(PlaySetup(), library=library)
    answer(session, 1.0)
    recorder = failing(session)
    for number in range(20):
        recorder.error = StoreError("The disk is full.") if number in {0, 7} else None
        answer(session, 0.5)
        if number in {0, 7}:
            session.let_pass(session.open.arrivals.visit)
    assert len(rewards_of(session)) == 1 + 18
    assert session.refusals.sentences == ["2 of 20 answers were not saved. The disk is full."]
    session.refusals.put_aside()
    assert session.refusals.sentences == []


def test_an_answer_that_is_saved_after_all_was_not_lost(library: LoopLibrary) -> None:
    session = PlaySession(PlaySetup(next=True), library=library)
    answer(session, 1.0)
    recorder, before = failing(session), told(session)
    recorder.error = StoreError("The disk is full.")
    answer(session, 0.5)
    assert (told(session), session.refusals.sentences) == (before, ["The disk is full."])
    recorder.error = None
    answer(session, 0.5)
    assert rewards_of(session) == [[1.0], [0.5]]
    assert session.refusals.sentences == []


def test_a_double_click_is_refused_as_one_answer(library: LoopLibrary) -> None:
    session = PlaySession(PlaySetup(), library=library)
    answer(session, 1.0)
    recorder = failing(session)
    recorder.error = StoreError("The disk is full.")
    seen = session.advance().payload
    take_clicks(session, pressed(session, (seen, 0.5)))
    recorder.error = None
    take_clicks(
        session, pressed(session, *[(seen, 0.5)] * 19)
    )  # before this person could see the change
    assert rewards_of(session) == [[1.0]]
    assert session.refusals.sentences == ["The disk is full."]
    answer(session, 0.5)
    assert rewards_of(session) == [[1.0], [0.5]]
    assert session.refusals.sentences == []


@pytest.mark.parametrize("is_saved", [True, False])
def test_unknown_outcomes_are_reported_and_checked_until_known(
    library: LoopLibrary, is_saved: bool
) -> None:
    session = PlaySession(PlaySetup(), library=library)
    answer(session, 1.0)
    recorder = failing(session)
    recorder.error, recorder.writes = UnknownOutcomeError(), is_saved
    answer(session, 0.5, 0.5)
    (sentence,) = session.refusals.sentences
    assert sentence.startswith(UnknownOutcomeError().message)
    assert sentence.endswith("The page keeps asking until it is known.")
    assert session.pace is not None
    session.refusals.put_aside()
    assert session.refusals.sentences
    recorder.error, recorder.is_away = None, False
    session.advance()
    assert session.pace is None
    assert rewards_of(session) == [[1.0], [0.5]][: 1 + is_saved]
    assert session.refusals.sentences == ([] if is_saved else [LOST])
    answer(session, 0.0)
    assert rewards_of(session)[-1] == [0.0]


def test_two_stale_tabs_that_undo_take_back_one_visitor(library: LoopLibrary) -> None:
    one, other = two_tabs(library)
    answer(one, 0.0, 0.5)
    one.advance()
    other.advance()
    one.undo()
    other.undo()
    assert rewards_of(one) == [[1.0], [0.0]]
    (sentence,) = other.refusals.sentences
    assert "nothing was undone" in sentence
    other.advance()
    other.undo()
    assert rewards_of(one) == [[1.0]]
    assert other.refusals.sentences == []


def test_a_click_undone_in_another_tab_is_no_longer_described(library: LoopLibrary) -> None:
    one, other = two_tabs(library)
    answer(one, 0.5)
    one.advance()
    assert one.open.click is not None
    other.catch_up()
    other.advance()
    other.undo()
    one.catch_up()
    one.advance()
    assert one.open.click is None


def test_nor_is_somebody_taken_back_who_came_since(library: LoopLibrary) -> None:
    one, other = two_tabs(library)
    one.advance()
    other.advance()
    other.undo()
    answer(other, 0.5)  # with the id of the undone event
    one.undo()
    assert rewards_of(one) == [[0.5]]


# -- read-only guests -----------------------------------------------------------------


@pytest.fixture
def guest(library: LoopLibrary) -> PlaySession:
    """A session that views another owner's loop with one answer."""
    host = PlaySession(PlaySetup(), library=library, owner="host")
    answer(host, 1.0)
    return PlaySession(PlaySetup(), library=library, owner="guest", stored=host.open.stored)


@pytest.mark.parametrize(
    "verb",
    [
        lambda guest: answer(guest, 0.0),
        lambda guest: guest.adopt(replace(guest.setup, policy="greedy")),
        lambda guest: guest.undo(),
        lambda guest: guest.live.step(),
        lambda guest: (guest.live.play(), guest.advance()),
        lambda guest: (guest.live.enqueue(10), guest.advance()),
    ],
    ids=["answer", "settings", "undo", "step", "play", "crowd"],
)
def test_read_only_guests_change_nothing(
    guest: PlaySession, verb: Callable[[PlaySession], object]
) -> None:
    position = guest.open.loop.log.position
    verb(guest)
    assert guest.open.loop.log.position == position
    assert "belongs to somebody else" in " ".join(guest.refusals.sentences)
    assert not guest.live.is_live


def test_whoever_may_only_look_is_offered_no_button_that_changes_it(guest: PlaySession) -> None:
    assert guest.is_closed
    assert not guest.can_undo
    assert not guest.live.can_start
    guest.adopt(replace(guest.setup, truth=True, speed=20))
    guest.ask("weather", "Rainy", guest.open.arrivals.visit)
    guest.advance()
    assert guest.refusals.sentences == []


def test_whoever_knows_the_id_may_answer(guest: PlaySession) -> None:
    guest.keys = {guest.open.stored.id}
    assert not guest.is_closed
    answer(guest, 0.0)
    assert rewards_of(guest) == [[1.0], [0.0]]


def test_a_copy_is_ones_own_and_goes_its_own_way(guest: PlaySession) -> None:
    theirs, before = guest.open.stored, guest.open.show().ranked
    guest.make_own()
    mine = guest.open.stored
    assert (mine.owner, guest.may_answer) == ("guest", True)
    assert mine.view not in {theirs.view, theirs.id}
    assert guest.open.ranked_for(guest.open.context).probabilities == before.probabilities
    answer(guest, 0.0)
    assert rewards_of(guest) == [[1.0], [0.0]]
    assert len(theirs.loop.events) == 1


def test_a_copy_stands_in_line_and_keeps_nobody_from_the_session(
    guest: PlaySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, asked = Jobs(lambda work: None), Event()

    def submit(job: Steps[StoredLoop]) -> Job[StoredLoop]:
        ticket = line.submit(job, BrowserSession("guest", ""))
        asked.set()
        return ticket

    monkeypatch.setattr("pages.parts.play.session.submit", submit)
    theirs, copying = guest.open.stored, Thread(target=guest.make_own)
    copying.start()
    assert asked.wait(10)
    assert guest.lock.acquire(timeout=10)
    guest.lock.release()
    assert guest.open.stored is theirs
    while line.turn():
        pass
    copying.join(10)
    assert guest.open.stored.owner == "guest"


def test_of_a_copy_that_cannot_be_made_it_is_said_why(guest: PlaySession) -> None:
    assert guest.library is not None
    guest.library.store.limits = Limits(max_loops=1)
    theirs = guest.open.stored
    guest.make_own()
    guest.move_to(theirs)
    guest.make_own()
    assert guest.open.stored is theirs
    assert "the most it may" in guest.refusals.sentences[0]


def test_an_identified_browser_owns_nothing_of_others(guest: PlaySession) -> None:
    assert guest.library is not None
    guest.library.hand_over("guest", "known")
    guest.owner = "known"
    assert not guest.may_answer


def test_whoever_belongs_to_a_cell_of_the_map_stands_there_and_nothing_is_logged() -> None:
    session = PlaySession(PlaySetup())
    turn = session.open.arrivals.turn
    session.stand(35)
    assert session.open.context == WORLDS["coffee"].contexts[35]
    assert session.open.arrivals.turn > turn
    assert not session.open.loop.events


@pytest.mark.parametrize("cell", [-1, 36, "3", None, True, 1.5])
def test_a_cell_that_is_not_on_the_map_changes_nothing(cell: object) -> None:
    session = PlaySession(PlaySetup())
    before = session.open.context
    session.stand(cell)
    assert session.open.context == before


# -- another world --------------------------------------------------------------------


def test_tastes_change_from_now_on_and_are_taken_back_with_undo() -> None:
    session = PlaySession(PlaySetup(seed=7))
    session.open.serve(20)
    coffee, curve = session.open.world, session.open.curve()
    session.change_tastes()
    opened = session.open
    assert opened.world != coffee == opened.home
    assert session.setup.world == "coffee"
    assert [act.kind for act in opened.undo_stack.done] == ["answer", "world"]
    opened.serve(20)
    assert opened.changed_before == (20,)
    told = {row["best"] for row in opened.curve()}
    assert told == {coffee.best_value, opened.world.best_value}
    session.undo()
    session.undo()
    assert (opened.world, opened.curve(), len(opened.changed_before)) == (coffee, curve, 0)
    session.redo()
    assert opened.world != coffee
    came_back = replace(session.setup, world=key_of(opened.world))
    session.adopt(came_back)  # From a page that showed the current world.
    assert (session.open, session.setup.world) == (opened, "coffee")
    session.reset()
    assert session.open.world == coffee


def test_whoever_cannot_come_any_more_leaves_and_a_past_moment_has_its_own_world() -> None:
    session = PlaySession(PlaySetup())
    answer(session, 1.0)
    assert session.open.click is not None
    session.change_world(WORLDS["news"])
    assert session.open.click is None
    assert set(session.open.context) == {"reader", "time", "place"}
    assert session.advance().ranked.request.actions[0].id == WORLDS["news"].items[0].id
    session.open.serve(3)
    assert session.open.latest is not None
    for visitors, world in ((0, "coffee"), (2, "news")):
        session.time_travel.look(visitors)
        finish(session.time_travel.going())
        assert session.displayed.world == WORLDS[world]
        session.advance()
        session.stand(5)
        assert session.displayed.context == WORLDS[world].contexts[5]
    session.time_travel.look(None)
    for _ in range(5):
        session.undo()
    assert (session.open.world, len(session.open.loop.events)) == (WORLDS["coffee"], 0)


def test_another_process_meets_a_world_that_was_changed_elsewhere(data_folder: Path) -> None:
    data_folder.mkdir()
    store = Store.open(f"sqlite:///{data_folder}/loops.db", Limits())
    here, there = LoopLibrary(store, loop_projections), LoopLibrary(store, loop_projections)
    one = PlaySession(PlaySetup(), library=here)
    answer(one, 1.0)
    other = PlaySession(PlaySetup(), library=there, stored=there.open(one.open.stored.id))
    one.change_world(WORLDS["news"])
    other.catch_up()
    assert other.open.world == WORLDS["news"]
    other.advance()
    assert set(other.open.context) == {"reader", "time", "place"}
    third = LoopLibrary(store, loop_projections).open(one.open.stored.id)
    assert (third.world, third.world_now) == (WORLDS["coffee"], WORLDS["news"])


def test_requests_for_a_departed_visitor_are_reported_as_ignored() -> None:
    session = PlaySession(PlaySetup())
    visit = session.open.arrivals.visit
    session.let_pass(visit)
    here = session.open.context
    session.ask("name", "Bob" if here["name"] != "Bob" else "Dave", visit)
    assert session.is_unheard
    assert session.open.context == here
    session.let_pass(visit)  # Sent twice, but a single request.
    assert session.open.context == here


@pytest.mark.parametrize(
    "wish",
    [
        None, [], "stand", {}, {"stand": 3}, {"stand": "x", "world": "coffee"},
        {"stand": -1, "world": "coffee"}, {"pass": "1"}, {"pass": None},
        {"field": "name", "value": "Nobody", "visit": 0}, {"field": "x", "value": "y", "visit": 0},
        {"field": "name", "value": 3, "visit": 0}, {"field": [], "value": {}, "visit": "0"},
    ],
)  # fmt: skip
def test_a_wish_that_is_none_changes_nothing(wish: object) -> None:
    session = PlaySession(PlaySetup())
    before = session.open.context
    if isinstance(wish, dict) and wish.get("visit") == 0:
        wish = wish | {"visit": session.open.arrivals.visit}
    take_clicks(session, wished(session, wish))  # type: ignore[arg-type]
    assert session.open.context == before


def test_a_wish_of_another_session_is_nobodys() -> None:
    """After a restart, a browser repeats its last message to the previous server."""
    session = PlaySession(PlaySetup())
    before = session.open.context
    wish = {"stand": 35, "world": "coffee"}
    take_clicks(session, {**wished(session, wish), "session": "another"})
    assert session.open.context == before
    take_clicks(session, wished(session, wish))
    assert session.open.context == WORLDS["coffee"].contexts[35]


def test_a_cell_is_one_of_the_world_on_whose_map_it_was() -> None:
    session = PlaySession(PlaySetup())
    before = session.open.context
    take_clicks(session, wished(session, {"stand": 35, "world": "news"}))
    assert session.open.context == before
