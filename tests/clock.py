"""A clock under manual control."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that stands still until `advance` is called."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)
