"""Processes for the races, shared by all sessions."""

import time
from concurrent.futures import BrokenExecutor, Executor, Future

import pytest

from pages.parts.race.pool import GRACE, LANES, Lane, Track
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.race.wording import verdict
from tests.pages.conftest import Here


class Watched(Here):
    """An executor that says whether it was shut down."""

    def __init__(self) -> None:
        self.closed = False

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.closed = True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_track() -> tuple[Track, list[Watched], Clock]:
    made: list[Watched] = []

    def make() -> Executor:
        made.append(Watched())
        return made[-1]

    clock = Clock()
    return Track(make, clock), made, clock


def enter(track: Track) -> Lane:
    lane = track.enter()
    assert lane is not None
    return lane


def test_processes_are_there_only_while_somebody_races() -> None:
    track, made, _ = a_track()
    assert made == []
    lanes = [enter(track) for _ in range(LANES)]
    assert len(made) == 1
    assert track.enter() is None
    for lane in lanes:
        assert not made[0].closed
        track.leave(lane)
    assert made[0].closed
    assert enter(track).executor is made[1]


def test_a_lane_that_nobody_looks_after_goes_to_who_waits() -> None:
    track, _, clock = a_track()
    lanes = [enter(track) for _ in range(LANES)]
    clock.now = GRACE - 1
    assert track.keep(lanes[1])
    assert track.enter() is None
    clock.now = GRACE
    taken = enter(track)
    assert not track.keep(lanes[0])
    assert track.keep(taken)
    assert track.keep(lanes[1])


SMALL = RaceSetup(who="ab,uniform", visitors=200, crowds=2)


def test_a_race_waits_for_a_lane_and_says_so() -> None:
    track, _, _ = a_track()
    lanes = [enter(track) for _ in range(LANES)]
    session = RaceSession(SMALL, track)
    session.start(SMALL, "ab")
    assert session.state == "queued"
    assert session.is_live
    track.leave(lanes[0])
    session.advance()
    assert session.state in {"running", "done"}


def test_who_lost_the_lane_keeps_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.race.session._AHEAD", 1)
    track, _, clock = a_track()
    session = RaceSession(SMALL, track)
    session.start(RaceSetup(who="ab,uniform", visitors=200, crowds=50), None)
    found = len(session.known)
    clock.now = GRACE
    for _ in range(LANES):
        enter(track)
    session.advance()
    assert session.state == "lost"
    assert len(session.known) == found > 0
    assert "out of sight" in verdict(session)


def test_a_closed_tab_leaves_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks in any more, and nobody else comes: a timer alone takes the lane back."""
    monkeypatch.setattr("pages.parts.race.pool.PATIENCE", 0.3)
    made = [Watched()]
    track = Track(lambda: made[0])
    kept = enter(track)
    enter(track)
    for _ in range(10):
        time.sleep(0.1)
        assert track.keep(kept)
    assert track.enter() is not None  # the other lane's
    assert not made[0].closed
    until = time.monotonic() + 10
    while not made[0].closed and time.monotonic() < until:
        time.sleep(0.05)
    assert made[0].closed
    assert not track.keep(kept)


class Broken(Watched):
    """An executor whose processes have ended."""

    def submit(self, *args: object, **kwargs: object) -> Future[object]:  # type: ignore[override]
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor())
        return future


def test_a_race_whose_processes_end_says_so_and_the_next_gets_new_ones() -> None:
    made: list[Watched] = [Broken(), Watched()]
    track = Track(lambda: made.pop(0))
    session = RaceSession(SMALL, track)
    states: list[str] = []
    for _ in range(2):
        session.start(SMALL, None)
        for _ in range(5):
            session.advance()
        states.append(session.state)
        if session.state == "broken":
            assert "processes that raced have ended" in verdict(session)
    assert states == ["broken", "done"]
