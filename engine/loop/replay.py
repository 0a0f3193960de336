"""A log and the state that it makes, kept in step.

Nothing is applied that is not in the log, and replaying the log gives the same state, bit
for bit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from engine.errors import OvertakenError
from engine.loop.entries import Entry, Expired, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.log import Archive, EventLog
from engine.loop.projection import Checkpoint, Checkpoints
from engine.loop.state import LoopState

T = TypeVar("T")


class Replay:
    """A log with the fold over it.

    Attributes:
        log: everything that happened.
        state: what that makes.

    Args:
        checkpoints: where the fold may begin, oldest first.
    """

    def __init__(self, log: EventLog, checkpoints: Sequence[Checkpoint[LoopState]] = ()) -> None:
        self.log, self._checkpoints = log, Checkpoints(checkpoints)
        self.state = self._fold()
        self._foreseen: tuple[LoopState, tuple[int, int], LoopState] | None = None

    def foresee(self, expired: Sequence[Expired]) -> LoopState:
        """The state as it will be once the oldest waits have ended, made once; to read."""
        if not expired:
            return self.state
        place = self.log.position, len(expired)
        if self._foreseen is None or self._foreseen[:2] != (self.state, place):
            state = self.state.fork()
            for entry in expired:
                state.apply(entry)
            self._foreseen = self.state, place, state
        return self._foreseen[2]

    def append(self, entry: Entry) -> None:
        """Append an entry and apply it.

        Raises:
            OvertakenError, PersonalizerError: as the log; then nothing happened.
        """
        self._foreseen = None
        self.log.append(entry)
        self.state.apply(entry)

    def take_back(self, entries: int, now: datetime) -> None:
        """Let the last entries that count not count any more."""
        self.log.append(Undone(now, entries))
        self.state = self._fold()

    def catch_up(self) -> bool:
        """Take over what others appended to the same log; whether there was anything."""
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
        """Let all entries that some work appends count or none: see `LearningLoop.together`."""
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

    def evict(self, archive: Archive, restore: Callable[[LoopState], bool]) -> None:
        """Keep in memory only what comes from here on: see `LearningLoop.evict`."""
        self._foreseen, mark = None, self.log.mark
        self._checkpoints.add(self.log, Checkpoint(mark, restore))
        self.state.events = EventIndex(ArchivedEvents(archive, mark, self.state.events.digests))
        self.log.evict(archive)

    def _fold(self) -> LoopState:
        """The state as the log has it, from the latest checkpoint that it still goes through."""
        state = LoopState()
        for entry in self.log.since(self._checkpoints.begin(self.log, state)):
            state.apply(entry)
        return state
