"""Background work of the Evaluate page."""

from collections.abc import Callable
from threading import RLock

from engine.loop.lock import locked
from engine.steps import Steps
from pages.parts.work.frames import pace
from pages.parts.work.heavy_work import Ticket, submit_here

PACE = 0.7
"""Seconds between frames during background work."""


class Background:
    """Heavy work, of which at most one job runs at a time.

    Attributes:
        drawn: True if the page was drawn with the work under way.

    Args:
        submit: queues heavy work.
    """

    def __init__(self, submit: Callable[[Steps[None]], Ticket[None]] = submit_here) -> None:
        self.lock, self._submit = RLock(), submit
        self.drawn = False
        self._ticket: Ticket[None] | None = None

    @property
    def is_live(self) -> bool:
        """True if work is under way."""
        return self._ticket is not None and not self._ticket.done()

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None if no work is under way."""
        return pace(PACE) if self.is_live else None

    @locked
    def stop(self) -> None:
        """Cancel the work; results so far stay."""
        if self._ticket is not None:
            self._ticket.cancel()
