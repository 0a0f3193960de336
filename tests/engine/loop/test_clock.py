"""The clock of a loop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import LearningLoop
from engine.loop.clock import iso, utc_now
from tests.clock import ManualClock
from tests.engine.comparable import state_of
from tests.engine.loop.loops import loop_with_past
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import DRINKS


def test_the_real_clock_knows_its_time_zone() -> None:
    assert utc_now().utcoffset() == timedelta(0)


BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
"""When clocks in Berlin are put forward, and back, by an hour."""


@pytest.mark.parametrize("switch", [SPRING, AUTUMN])
@pytest.mark.parametrize("before", [timedelta(minutes=3), timedelta(minutes=40)])
@pytest.mark.parametrize("minutes", [6, 10, 11, 59, 70])
def test_a_wait_is_as_long_as_ever_when_clocks_are_put_forward_or_back(
    switch: datetime, before: timedelta, minutes: int
) -> None:
    now = switch - before
    loop = LearningLoop(clock=lambda: now.astimezone(BERLIN))
    loop.rank(DRINKS, event_id="e")
    now += timedelta(minutes=minutes)
    if minutes <= 10:
        loop.reward("e", 1)
        assert loop.events["e"].rewards == [1]
    else:
        assert refusal(lambda: loop.reward("e", 1)).code == "InvalidRewardRequest"
        assert loop.events["e"].rewards == [0]
    assert {entry.time.tzinfo for entry in loop.log} == {UTC}
    assert [entry.time for entry in loop.log][-2:] == [switch - before, now]


NO_TIMES = {
    "None": (lambda: None, "the time by the clock is None", "a datetime"),
    "float": (lambda: 1.5, "the time by the clock is 1.5", "a datetime"),
    "naive": (lambda: datetime(2026, 1, 1), "the time by the clock is", "its time zone"),
}


@pytest.mark.parametrize(("clock", "met", "allowed"), NO_TIMES.values(), ids=NO_TIMES)
def test_a_clock_must_tell_the_time_with_its_zone(
    clock: Callable[[], Any], met: str, allowed: str
) -> None:
    error = refusal(lambda: LearningLoop(clock=clock))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "clock")
    assert error.message.startswith(met)
    assert_one_sentence(error, "", allowed)


def test_a_clock_must_be_a_clock() -> None:
    missing: Any = None
    error = refusal(lambda: LearningLoop(clock=missing))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "clock")
    assert_one_sentence(error, "None", "a function that tells the time")


class BreakableClock(ManualClock):
    """A clock that returns any value set by the test."""

    tell: Callable[[], Any] | None = None

    def __call__(self) -> Any:
        return super().__call__() if self.tell is None else self.tell()


@pytest.mark.combinations
@pytest.mark.parametrize("broken", [clock for clock, _, _ in NO_TIMES.values()], ids=NO_TIMES)
@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("rank", (DRINKS,)),
        ("preview", (DRINKS,)),
        ("reward", ("open", 1)),
        ("activate", ("deferred",)),
        ("expire", ("open",)),
        ("undo", ()),
        ("undo_event", ()),
    ],
)
def test_a_clock_that_breaks_later_is_refused_at_the_call_and_nothing_is_changed(
    verb: str, arguments: tuple[Any, ...], broken: Callable[[], Any]
) -> None:
    clock = BreakableClock()
    loop = loop_with_past(clock)
    before = state_of(loop)
    clock.tell = broken
    for call in (
        lambda: getattr(loop, verb)(*arguments),
        lambda: loop.configure(default_reward=0.5),
        lambda: loop.together(lambda: getattr(loop, verb)(*arguments)),
    ):
        assert refusal(call).target == "clock"
    clock.tell = None
    assert state_of(loop) == before


def test_times_are_written_in_utc() -> None:
    assert iso(datetime(2026, 6, 1, 14, tzinfo=BERLIN)) == "2026-06-01T12:00:00Z"
