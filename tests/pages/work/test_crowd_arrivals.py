"""Arrival of simulated visitors, for any host."""

from collections.abc import Callable
from itertools import count
from threading import RLock

import pytest

from engine.pausable_steps import Steps
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.crowd_arrivals import PAUSE, TICK, LivePlay, serve_in_time
from pages.parts.work.job_queue import Job, Jobs, jobs


class Counter:
    """A host with room for so many visitors, of whom a frame has time for some."""

    def __init__(self, room: int = 1_000, most: int = 1_000) -> None:
        self.lock, self.seconds, self.speed = RLock(), 0.0, 4
        self.now: Callable[[], float] = lambda: self.seconds
        self.room, self.most, self.served = room, most, 0
        slices = count()
        self.line = Jobs(lambda work: None, lambda: next(slices))

    @property
    def is_full(self) -> bool:
        return self.served >= self.room

    def submit(self, job: Steps[None]) -> Job[None]:
        """Submit to a job queue with manual turns."""
        return self.line.submit(job, BrowserSession("own", ""))

    def serve(self, visitors: int) -> int:
        served = min(visitors, self.most, self.room - self.served)
        self.served += served
        return served


def frames(live: LivePlay, host: Counter, times: int, apart: float = TICK) -> list[int]:
    """Number of visitors served after each of several frames."""
    after = []
    for _ in range(times):
        host.line.turn()
        live.advance()
        after.append(host.served)
        host.seconds += apart
    return after


def test_a_crowd_comes_in_as_fast_as_it_can_be_served() -> None:
    host = Counter(most=40)
    live = LivePlay(host, host.submit)
    assert (live.pace, live.can_start) == (None, True)
    live.enqueue(100)
    assert (live.pace, live.can_start) == (TICK, False)
    assert frames(live, host, 4) == [40, 80, 100, 100]
    assert (live.waiting, live.enqueued, live.pace) == (0, 100, None)


@pytest.mark.parametrize(("speed", "apart", "each"), [(1, 1.0, 1), (4, TICK, 1), (20, TICK, 5)])
def test_played_visitors_come_at_their_speed(speed: int, apart: float, each: int) -> None:
    host = Counter()
    host.speed = speed
    live = LivePlay(host)
    live.play()
    assert live.pace == apart
    assert frames(live, host, 3, apart) == [each, 2 * each, 3 * each]


def test_only_time_lets_visitors_in() -> None:
    host = Counter()
    live = LivePlay(host)
    live.play()
    assert frames(live, host, 5, apart=0.01) == [1] * 5


def test_after_a_click_nobody_comes_for_a_moment() -> None:
    host = Counter()
    live = LivePlay(host)
    live.play()
    live.pause_after_click()
    assert frames(live, host, 2, apart=PAUSE) == [0, 1]


def test_the_last_one_ends_it_and_stop_does_at_once() -> None:
    host = Counter(room=3)
    live = LivePlay(host)
    live.play()
    assert frames(live, host, 5) == [1, 2, 3, 3, 3]
    assert (live.is_live, live.can_start) == (False, False)
    host = Counter(most=1)
    live = LivePlay(host, host.submit)
    live.enqueue(10)
    host.line.turn()
    live.stop()
    assert frames(live, host, 2) == [1, 1]
    live.step()
    assert host.served == 2


def test_a_frame_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.work.crowd_arrivals._BUDGET", 0.0)
    assert serve_in_time(lambda: True, 10) == 0
    monkeypatch.setattr("pages.parts.work.crowd_arrivals._BUDGET", 60.0)
    assert serve_in_time(lambda: True, 10) == 10


def test_who_takes_several_steps_is_served_with_the_last_of_them() -> None:
    steps = iter([False, False, True, False, True, True])
    assert serve_in_time(lambda: next(steps), 3) == 3
    assert next(steps, None) is None


def test_a_frame_ends_when_somebody_clicks_but_one_visitor_is_served() -> None:
    def serve_one() -> bool:
        with jobs().giving_way():
            return True

    assert serve_in_time(serve_one, 10) == 1


def test_who_was_asked_for_together_with_a_new_start_comes_to_it() -> None:
    """Requests that reach a busy server at the same time have no order."""
    host = Counter(most=6)
    live = LivePlay(host, host.submit)
    for before in (0, 1, 2):
        live.enqueue(10)
        for _ in range(before):
            host.line.turn()
        host.served = 0
        live.drop_waiting()
        assert frames(live, host, 3) == [6, 10, 10]
        live.end_concurrent_clicks()
    live.enqueue(10)
    live.end_concurrent_clicks()
    live.drop_waiting()
    assert frames(live, host, 2) == [10, 10]
    assert not live.is_live
