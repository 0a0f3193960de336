"""Windows select events by number and time, ends included, for scalars and arrays."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.evaluation.files.event_range import WHOLE_LOG, EventRange, in_utc

START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = [START + timedelta(days=day) for day in range(9)]


@pytest.mark.parametrize(
    ("event_range", "numbers"),
    [
        (WHOLE_LOG, [*range(1, 10)]),
        (EventRange(3, 5), [3, 4, 5]),
        (EventRange(since=TIMES[6]), [7, 8, 9]),
        (EventRange(until=TIMES[1]), [1, 2]),
        (EventRange(2, None, TIMES[0], TIMES[3]), [2, 3, 4]),
        (EventRange(12), []),
    ],
)
def test_the_same_events_are_in_it_one_by_one_and_together(
    event_range: EventRange, numbers: list[int]
) -> None:
    assert [n for n, time in enumerate(TIMES, 1) if event_range.contains(n, time)] == numbers
    inside = event_range.mask(np.arange(1, 10), np.array([in_utc(time) for time in TIMES]))
    assert (np.flatnonzero(inside) + 1).tolist() == numbers


def test_without_a_time_an_event_is_in_no_window_of_times() -> None:
    assert WHOLE_LOG.contains(1)
    assert not EventRange(since=START).contains(1)
