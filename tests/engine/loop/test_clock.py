"""The clock of a loop."""

from datetime import datetime, timedelta

from engine import LearningLoop
from engine.loop.clock import utc_now
from tests.engine.helpers import refusal


def test_the_real_clock_knows_its_time_zone() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_a_clock_must_know_its_time_zone() -> None:
    error = refusal(lambda: LearningLoop(clock=lambda: datetime(2026, 1, 1)))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "clock")
