"""The clock of a loop: any time zone outside, UTC inside."""

from collections.abc import Callable
from datetime import UTC, datetime

from engine.errors import refuse

Clock = Callable[[], datetime]
_CODE = "InvalidServiceConfiguration"


def utc_now() -> datetime:
    """Current time in UTC."""
    return datetime.now(UTC)


def read(clock: Clock) -> datetime:
    """Read a clock as UTC; refuse times without a time zone.

    UTC is needed because Python compares times of the same zone by wall clock, which jumps twice a
    year.
    """
    if not callable(clock):
        refuse(_CODE, "clock", clock, "a function that tells the time")
    time = clock()
    if not isinstance(time, datetime) or time.utcoffset() is None:
        refuse(_CODE, "clock", time, "a datetime that knows its time zone", "the time by the clock")
    return time.astimezone(UTC)


def iso(time: datetime) -> str:
    """A time in ISO 8601, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
