"""From a log to the state of its loop, the shortest way, and what makes later ways short."""

from time import thread_time

from engine.loop.checkpoints import APART, Checkpoints
from engine.loop.entries import Entry
from engine.loop.log import EventLog, Mark
from engine.loop.state import LoopState
from engine.steps import Steps

_LEAST = 2e-4
"""Seconds that an entry counts for at least: what it teaches may be learned later."""


class Folding:
    """Folds a loop's log from the latest checkpoint that it still goes through.

    Attributes:
        checkpoints: where it may begin.
        keeps: whether it keeps more of them in memory, whenever enough was folded.

    Args:
        whole: the log that they are of, where a part of it is folded.
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
        """The state as a log has it; each entry is a step."""
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
        """Fold in one entry."""
        if not self.keeps:
            state.apply(entry)
            return
        begun = thread_time()
        state.apply(entry)
        self._spent += max(thread_time() - begun, _LEAST)

    def keep_if_far(self, log: EventLog, state: LoopState) -> None:
        """A checkpoint at the end of a log, if much was folded since the last."""
        if self._is_far and not log.in_transaction:
            self._keep(log, state, log.mark)

    @property
    def _is_far(self) -> bool:
        return self.keeps and self._spent >= APART

    def _keep(self, log: EventLog, state: LoopState, mark: Mark) -> None:
        self._spent = 0.0
        whole = log if self._whole is None else self._whole
        self.checkpoints.add(whole, state.checkpoint(mark))
