"""A log and the state that it makes, kept in step.

Nothing is applied that is not in the log, and replaying the log gives the same state, bit
for bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from engine.errors import OvertakenError
from engine.loop.entries import Entry, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.log import Archive, EventLog, Mark
from engine.loop.state import LoopState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loop's state at an earlier place of its log, so that a fold may begin there.

    Attributes:
        mark: the place.
        state: makes the state anew; None if it cannot be had any more.
    """

    mark: Mark
    state: Callable[[], LoopState | None]


class Replay:
    """A log with the fold over it.

    Attributes:
        log: everything that happened.
        state: what that makes.

    Args:
        checkpoints: where the fold may begin, oldest first.
    """

    def __init__(self, log: EventLog, checkpoints: Sequence[Checkpoint] = ()) -> None:
        self.log, self._checkpoints = log, tuple(checkpoints)
        self.state = self._fold()

    def append(self, entry: Entry) -> None:
        """Append an entry and apply it.

        Raises:
            OvertakenError, PersonalizerError: as the log; then nothing happened.
        """
        self.log.append(entry)
        self.state.apply(entry)

    def take_back(self, entries: int, now: datetime) -> None:
        """Let the last entries that count not count any more."""
        self.log.append(Undone(now, entries))
        self.state = self._fold()

    def catch_up(self) -> bool:
        """Take over what others appended to the same log.

        Returns:
            whether there was anything.

        Raises:
            PersonalizerError: if the recorder cannot tell.
        """
        if self.log.recorder is None or self.log.in_transaction:
            return False
        news = self.log.recorder.read_new(self.log.position)
        for entry in news:
            self.log.extend(entry)
            if isinstance(entry, Undone):
                self.state = self._fold()
            else:
                self.state.apply(entry)
        return bool(news)

    def together(self, work: Callable[[], T]) -> T:
        """Let all entries that some work appends count, and be written down at once, or none.

        Args:
            work: done again if others were faster; work within it is a part of it.

        Raises:
            PersonalizerError: as the work or the recorder; then nothing of it happened.
        """
        if self.log.in_transaction:
            return work()
        while True:
            self.catch_up()
            self.log.begin()
            try:
                result = work()
                self.log.commit()
            except BaseException as error:
                if self.log.rollback():
                    self.state = self._fold()
                if not isinstance(error, OvertakenError):
                    raise
            else:
                return result

    def evict(self, archive: Archive, state: Callable[[], LoopState | None]) -> None:
        """Keep in memory only what comes from here on.

        Args:
            archive: where all entries up to here can be read.
            state: makes the present state anew, should an undo reach back to here.
        """
        mark = self.log.mark
        still = [point for point in self._checkpoints if self.log.counted_at(point.mark)]
        self._checkpoints = (*still[-1:], Checkpoint(mark, state))
        self.state.events = EventIndex(ArchivedEvents(archive, mark, self.state.events.digests))
        self.log.evict(archive)

    def _fold(self) -> LoopState:
        """The state as the log has it, from the latest checkpoint that it still goes through."""
        for point in reversed(self._checkpoints):
            state = point.state() if self.log.counted_at(point.mark) else None
            if state is not None:
                done = point.mark.counting
                break
        else:
            state, done = LoopState(), 0
        for entry in self.log.since(done):
            state.apply(entry)
        return state
