"""Part of a log to evaluate."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EventRange:
    """Events by their number in the log, counted from 1, and by their time; ends are included.

    Attributes:
        first, last: numbers; None for the end of the log.
        since, until: times with their zones; None for no limit.
    """

    first: int = 1
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def by_time(self) -> bool:
        """True if the range depends on an event's time."""
        return self.since is not None or self.until is not None

    def contains(self, number: int, time: datetime | None = None) -> bool:
        """Return True if an event is inside; without a time it is outside a range of times."""
        if number < self.first or self.is_past(number):
            return False
        if time is None:
            return not self.by_time
        return (self.since is None or self.since <= time) and (
            self.until is None or time <= self.until
        )

    def is_past(self, number: int) -> bool:
        """Return True if neither this event nor any later event is inside."""
        return self.last is not None and number > self.last

    def mask(
        self, numbers: NDArray[np.int_], times: NDArray[np.datetime64] | None
    ) -> NDArray[np.bool_]:
        """Mask of the events inside, (N,), by their numbers and times in UTC."""
        last = self.last if self.last is not None else np.iinfo(np.int_).max
        inside = (self.first <= numbers) & (numbers <= last)
        if times is not None and self.since is not None:
            inside &= times >= in_utc(self.since)
        if times is not None and self.until is not None:
            inside &= times <= in_utc(self.until)
        return inside


def in_utc(time: datetime) -> np.datetime64:
    """Convert a time with its zone to NumPy's UTC."""
    return np.datetime64(round(time.timestamp() * 1e6), "us")


WHOLE_LOG = EventRange()
"""The whole log."""
