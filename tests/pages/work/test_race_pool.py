"""Processes for the races, shared by all sessions."""

from concurrent.futures import BrokenExecutor, Executor, Future
from threading import Event

import pytest

from pages.parts.race.finished_races import FinishedRaces
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import progress_of, verdict
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.job_queue import GRACE
from pages.parts.work.race_pool import LANES, TURN, QueuedRace, RaceQueue
from tests.pages.conftest import Here


class Watched(Here):
    """An executor that records a shutdown."""

    def __init__(self) -> None:
        self.was_closed = Event()

    @property
    def closed(self) -> bool:
        return self.was_closed.is_set()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.was_closed.set()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


there = set[str]()
"""Active sessions."""


def new_queue() -> tuple[RaceQueue, list[Watched], Clock]:
    made: list[Watched] = []

    def make() -> Executor:
        made.append(Watched())
        return made[-1]

    clock = Clock()
    there.update(("", *(f"session {number}" for number in range(20))))
    return RaceQueue(make, clock, there.__contains__), made, clock


def enter(queue: RaceQueue, address: str = "here") -> QueuedRace:
    return queue.add(BrowserSession(f"session {len(queue)}", address))


def test_processes_are_there_only_while_somebody_races() -> None:
    queue, made, _ = new_queue()
    assert made == []
    races = [enter(queue) for _ in range(LANES + 1)]
    assert len(made) == 1
    assert [queue.races_ahead(race) for race in races] == [0, 0, 1]
    for race in races:
        assert not made[0].closed
        queue.remove(race)
    assert made[0].closed
    assert enter(queue).executor is made[1]


def test_while_others_wait_a_lane_goes_round() -> None:
    queue, _, clock = new_queue()
    races = [enter(queue) for _ in range(LANES)]
    assert [queue.races_ahead(race) for race in races] == [0, 0]
    clock.now = 2 * TURN
    assert [queue.races_ahead(race) for race in races] == [0, 0]
    races += [enter(queue), enter(queue)]
    assert [queue.races_ahead(race) for race in races] == [1, 2, 0, 0]
    clock.now = 4 * TURN
    assert [queue.races_ahead(race) for race in races] == [0, 0, 1, 2]


def test_one_address_cannot_keep_another_waiting() -> None:
    queue, _, clock = new_queue()
    many = [enter(queue) for _ in range(10)]
    assert [queue.races_ahead(race) for race in many] == [0, 0, *range(1, 9)]
    other = enter(queue, "there")
    seen = 0
    for turn in range(1, 11):
        clock.now = turn * TURN
        seen += queue.races_ahead(other) == 0
    assert seen >= 9


SMALL = RaceSetup(who="ab,uniform", visitors=200, crowds=2)


def test_a_race_waits_for_a_lane_and_says_so() -> None:
    queue, _, _ = new_queue()
    races = [enter(queue) for _ in range(LANES)]
    session = RaceSession(SMALL, queue, FinishedRaces())
    session.start(SMALL, "ab")
    assert session.state == "queued"
    assert session.is_live
    assert "1 other race is ahead of yours" in progress_of(session)
    queue.remove(races[0])
    session.advance()
    assert session.state in {"running", "done"}


def test_results_survive_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.race.session._AHEAD", 1)
    queue, _, clock = new_queue()
    session = RaceSession(SMALL, queue, FinishedRaces())
    session.start(RaceSetup(who="ab,uniform", visitors=200, crowds=50), None)
    found = len(session.known)
    there.clear()
    clock.now = GRACE + 1
    queue.remove_ended()
    session.advance()
    assert session.state == "lost"
    assert len(session.known) == found > 0
    assert "disconnected" in verdict(session)


def test_a_closed_tab_leaves_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session looks in any more, so only a timer can end the race."""
    monkeypatch.setattr("pages.parts.work.race_pool._CHECK_INTERVAL", 0.01)
    monkeypatch.setattr("pages.parts.work.race_pool.GRACE", 0.0)
    made = [Watched()]
    queue = RaceQueue(lambda: made[0], is_connected=lambda session: False)
    race = enter(queue)
    assert made[0].was_closed.wait(10)
    assert queue.races_ahead(race) is None


class Broken(Watched):
    """An executor with dead processes."""

    def submit(self, *args: object, **kwargs: object) -> Future[object]:  # type: ignore[override]
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor())
        return future


def test_a_race_whose_processes_end_says_so_and_the_next_gets_new_ones() -> None:
    made: list[Watched] = [Broken(), Watched()]
    queue = RaceQueue(lambda: made.pop(0))
    session = RaceSession(SMALL, queue, FinishedRaces())
    states: list[str] = []
    for _ in range(2):
        session.start(SMALL, None)
        for _ in range(5):
            session.advance()
        states.append(session.state)
        if session.state == "broken":
            assert "its processes ended" in verdict(session)
    assert states == ["broken", "done"]
