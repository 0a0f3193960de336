"""Folding a log to the state of its loop from the nearest checkpoint."""

from time import thread_time

from engine.loop.checkpoints import APART, Checkpoints
from engine.loop.entries import Entry
from engine.loop.log import EventLog, Mark
from engine.loop.state import LoopState
from engine.pausable_steps import Steps

_LEAST = 2e-4
"""Least seconds counted for an entry, as learning may be deferred."""


class Folding:
    """Fold of a loop's log from its latest valid checkpoint.

    Attributes:
        checkpoints: of the log.
        keeps: whether to add checkpoints in memory after enough folding.

    Args:
        whole: the whole log, if only a part of it is folded.
    """

    def __init__(
        self,
        checkpoints: Checkpoints[LoopState] | None = None,
        keeps: bool = False,
        whole: EventLog | None = None,
    ) -> None:
        self.checkpoints: Checkpoints[LoopState] = checkpoints or Checkpoints()
        self.keeps, self._whole = keeps, whole
        self._spent = 0.0  # Seconds of folding since the last checkpoint.

    def states(self, log: EventLog) -> Steps[LoopState]:
        """State after a log; each entry is a step."""
        state = LoopState()
        begun = self.checkpoints.begin(log, state)
        self._spent = 0.0
        for entries, entry in enumerate(log.since(begun.mark.counting), begun.mark.counting + 1):
            self.apply(state, entry)
            if self._is_far:
                self._keep(log, state, log.mark_at(entries))
            yield None
        return state

    def apply(self, state: LoopState, entry: Entry) -> None:
        """Apply an entry."""
        if not self.keeps:
            state.apply(entry)
            return
        begun = thread_time()
        state.apply(entry)
        self._spent += max(thread_time() - begun, _LEAST)

    def keep_if_far(self, log: EventLog, state: LoopState) -> None:
        """Add a checkpoint at the end of a log, if enough was folded since the last."""
        if self._is_far and not log.in_transaction:
            self._keep(log, state, log.mark)

    @property
    def _is_far(self) -> bool:
        return self.keeps and self._spent >= APART

    def _keep(self, log: EventLog, state: LoopState, mark: Mark) -> None:
        self._spent = 0.0
        whole = log if self._whole is None else self._whole
        self.checkpoints.add(whole, state.checkpoint(mark))
