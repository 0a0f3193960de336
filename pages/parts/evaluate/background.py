"""What goes on in the background of the Evaluate page until it is done or stopped."""

from threading import RLock

from engine.loop.lock import locked
from pages.parts.work.frames import pace
from pages.parts.work.jobs import Job, Submit, submit

PACE = 0.7
"""Seconds from one frame to the next meanwhile."""


class Background:
    """One piece of heavy work at a time.

    Attributes:
        drawn: whether it was under way as the page shows it.

    Args:
        submit: stands in line for heavy work.
    """

    def __init__(self, submit: Submit = submit) -> None:
        self.lock, self._submit = RLock(), submit
        self.drawn = False
        self._job: Job[None] | None = None

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""
        return self._job is not None and not self._job.done()

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing comes about by itself."""
        return pace(PACE) if self.is_live else None

    @locked
    def stop(self) -> None:
        """Go on no further; what was found stays."""
        if self._job is not None:
            self._job.cancel()
