"""A background job of the Evaluate page that can be stopped."""

from threading import RLock

from engine.loop.lock import locked
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import Job, Submit, submit

PACE = 0.7
"""Seconds from one frame to the next while the job runs."""


class Background:
    """State of a page with at most one job at a time.

    Attributes:
        drawn: True if the page as it was drawn last shows a job that runs.

    Args:
        submit: queues a job.
    """

    def __init__(self, submit: Submit = submit) -> None:
        self.lock, self._submit = RLock(), submit
        self.drawn = False
        self._job: Job[None] | None = None

    @property
    def is_live(self) -> bool:
        """True while the job runs or waits for its turn."""
        return self._job is not None and not self._job.done()

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while no job runs."""
        return pace(PACE) if self.is_live else None

    @locked
    def stop(self) -> None:
        """Cancel the job; its results so far stay."""
        if self._job is not None:
            self._job.cancel()
