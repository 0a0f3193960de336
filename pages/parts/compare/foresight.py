"""What is known of going online: computed beside the scripts, and seldom while a crowd comes in."""

from engine.evaluation.switch_value import SwitchValue, assessing
from engine.experiments.comparison import Comparison
from engine.steps import Steps, finish
from pages.parts.work.jobs import Job, Submit, submit

_STALE = 0.1
"""Share of the visitors after whom it is computed anew, while more come in."""


class Foresight:
    """The outlook of a comparison.

    Attributes:
        came: visitors whom it rests on.
        value: what it is; None before the first visitor.

    Args:
        submit: stands in line for the work.
    """

    def __init__(self, comparison: Comparison, submit: Submit = submit) -> None:
        self._comparison, self._submit = comparison, submit
        self._job: Job[None] | None = None
        self.came = 0
        self.value: SwitchValue | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether it is being computed."""
        return self._job is not None and not self._job.done()

    def follow(self, is_live: bool) -> None:
        """See that it is not old; whoever calls this holds the comparison still.

        A background job computes it, except for a click without exploration, whose page would
        have to be drawn again; with exploration there are two more models.

        Args:
            is_live: whether more visitors come by themselves.
        """
        apprentice, came = self._comparison.apprentice, len(self._comparison)
        is_due = came - self.came > (_STALE * came if is_live else 0)
        if not is_due or not self._comparison.is_apprentice or self.is_at_work:
            return
        work = self._steps(came, assessing(apprentice))
        if is_live or apprentice.settings.apprentice_exploration:
            self._job = self._submit(work)
        else:
            finish(work)

    def _steps(self, came: int, work: Steps[SwitchValue | None]) -> Steps[None]:
        self.value = yield from work
        self.came = came
