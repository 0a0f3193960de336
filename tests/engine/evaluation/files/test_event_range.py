"""Windows select events by number and time, ends included, for scalars and arrays."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.evaluation.files.event_range import ALL, Window, in_utc

START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = [START + timedelta(days=day) for day in range(9)]


@pytest.mark.parametrize(
    ("window", "numbers"),
    [
        (ALL, [*range(1, 10)]),
        (Window(3, 5), [3, 4, 5]),
        (Window(since=TIMES[6]), [7, 8, 9]),
        (Window(until=TIMES[1]), [1, 2]),
        (Window(2, None, TIMES[0], TIMES[3]), [2, 3, 4]),
        (Window(12), []),
    ],
)
def test_the_same_events_are_in_it_one_by_one_and_together(
    window: Window, numbers: list[int]
) -> None:
    assert [n for n, time in enumerate(TIMES, 1) if window.holds(n, time)] == numbers
    inside = window.mask(np.arange(1, 10), np.array([in_utc(time) for time in TIMES]))
    assert (np.flatnonzero(inside) + 1).tolist() == numbers


def test_without_a_time_an_event_is_in_no_window_of_times() -> None:
    assert ALL.holds(1)
    assert not Window(since=START).holds(1)
