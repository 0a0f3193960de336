"""Forecast of the reward after going online, computed in the background as visitors arrive."""

from engine.evaluation.switch_value import SwitchValue, switch_value_steps
from engine.experiments.apprentice_comparison import Comparison
from engine.pausable_steps import Steps, finish
from pages.parts.work.job_queue import Job, Submit, submit

_STALE = 0.1
"""Share of new visitors after which the forecast is recomputed while a crowd is arriving."""


class SwitchForecast:
    """Forecast of a comparison's reward after going online, cached between updates.

    Attributes:
        came: number of visitors that the forecast is based on.
        value: the latest forecast; None before the first visitor.

    Args:
        submit: queues the computation.
    """

    def __init__(self, comparison: Comparison, submit: Submit = submit) -> None:
        self._comparison, self._submit = comparison, submit
        self._job: Job[None] | None = None
        self.came = 0
        self.value: SwitchValue | None = None

    @property
    def is_at_work(self) -> bool:
        """Return whether the forecast is being computed."""
        return self._job is not None and not self._job.done()

    def follow(self, is_live: bool) -> None:
        """Recompute the forecast if it is out of date; the caller holds the session's lock.

        A background job computes it, except for a click without exploration, whose page would
        have to be drawn again; with exploration there are two more models.

        Args:
            is_live: whether more visitors arrive by themselves.
        """
        apprentice, came = self._comparison.apprentice, len(self._comparison)
        is_due = came - self.came > (_STALE * came if is_live else 0)
        if not is_due or not self._comparison.is_apprentice or self.is_at_work:
            return
        work = self._steps(came, switch_value_steps(apprentice))
        if is_live or apprentice.settings.apprentice_exploration:
            self._job = self._submit(work)
        else:
            finish(work)

    def _steps(self, came: int, work: Steps[SwitchValue | None]) -> Steps[None]:
        self.value = yield from work
        self.came = came
