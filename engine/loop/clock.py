"""The clock of a loop: whatever zone it is set to, inside all times are UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

from engine.errors import refuse

Clock = Callable[[], datetime]
_CODE = "InvalidServiceConfiguration"


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def read(clock: Clock) -> datetime:
    """The time by a clock, in UTC, or a refusal if it tells none that knows its zone.

    Times that carry the same zone are compared by its wall clock, which jumps twice a year.
    """
    if not callable(clock):
        refuse(_CODE, "clock", clock, "a function that tells the time")
    time = clock()
    if not isinstance(time, datetime) or time.utcoffset() is None:
        refuse(_CODE, "clock", time, "a datetime that knows its time zone", "the time by the clock")
    return time.astimezone(UTC)
