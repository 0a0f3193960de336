"""A log and the state that it makes, kept in step: what a learning loop stands on.

Nothing is applied that is not in the log, and replaying the log gives the same state, bit
for bit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from engine.errors import OvertakenError, StoreError
from engine.loop.entries import Entry, Expired, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.lock import locked
from engine.loop.log import Archive, Checkpoint, Checkpoints, EventLog, Recorder
from engine.loop.state import LoopState
from engine.steps import Steps, finish

R = TypeVar("R", bound="Replay")
T = TypeVar("T")
P = ParamSpec("P")

ATTEMPTS = 200
"""How often something is done again because others were faster, while nothing comes of them."""
_NO_NEWS = "Others are said to be faster with this loop, but nothing comes of them: not saved."


def in_turn(verb: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """Take over what others did to the same log first; again, whenever they were faster."""

    @wraps(verb)
    def attempt(loop: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with loop.lock:
            idle = 0
            while idle < ATTEMPTS:
                # However many are faster, one of them gets on each time.
                idle = 0 if loop.log.recorder is not None and loop.catch_up() else idle + 1
                try:
                    return verb(loop, *args, **kwargs)
                except OvertakenError:
                    if loop.log.in_transaction:
                        raise
            raise StoreError(_NO_NEWS)

    return attempt


def folding(log: EventLog, checkpoints: Checkpoints[LoopState]) -> Steps[LoopState]:
    """The state as a log has it, from the latest checkpoint that it still goes through."""
    state = LoopState()
    for entry in log.since(checkpoints.begin(log, state)):
        state.apply(entry)
        yield None
    return state


class Replay:
    """A log with the fold over it.

    Attributes:
        log: everything that happened; iterable, with ``len``.
        state: what that makes; to read, not to change.

    Args:
        checkpoints: where the fold may begin, oldest first.
        state: what the log makes, if that was folded already.
    """

    def __init__(
        self,
        log: EventLog,
        checkpoints: Sequence[Checkpoint[LoopState]] = (),
        state: LoopState | None = None,
    ) -> None:
        self.log, self._checkpoints = log, Checkpoints(checkpoints)
        self.state = state or self._fold()
        self._foreseen: tuple[LoopState, tuple[int, int], LoopState] | None = None

    @property
    def lock(self) -> RLock:
        """Held by each call, to be taken again by whoever holds it."""
        return self.log.lock

    # -- with others, and over time ---------------------------------------------------

    @locked
    def record_to(self, recorder: Recorder | None) -> None:
        """Let every entry be offered to a recorder before it counts."""
        self.log.recorder = recorder

    @locked
    def catch_up(self) -> bool:
        """Take over what others appended, or fail as the recorder; whether there was anything."""
        if self.log.recorder is None or self.log.in_transaction:
            return False
        news = self.log.recorder.read_new(self.log.position)
        for entry in news:
            self.log.append(entry, recorded=True)
            if isinstance(entry, Undone):
                self.state = self._fold()
            else:
                self.state.apply(entry)
        return bool(news)

    @locked
    def together(self, work: Callable[[], T]) -> T:
        """Let all entries that some work appends count, and be written down at once, or none.

        It is done again if others were faster; work within it is a part of it, and cannot take
        back. If it or the recorder raises an error, nothing of it happened.
        """
        if self.log.in_transaction:
            return work()
        idle = 0
        while idle < ATTEMPTS:
            idle = 0 if self.catch_up() else idle + 1
            undos = self.log.undos
            try:
                with self.log.transaction():
                    return work()
            except BaseException as error:
                if self.log.undos != undos:
                    self.state = self._fold()
                if not isinstance(error, OvertakenError):
                    raise
        raise StoreError(_NO_NEWS)

    @locked
    def evict(self, archive: Archive, restore: Callable[[LoopState], bool]) -> None:
        """Keep in memory only what comes from here on; an archive has all up to here.

        Args:
            restore: brings a state to the present one, should an undo reach back to here.
        """
        self._foreseen, mark = None, self.log.mark
        self._checkpoints.add(self.log, Checkpoint(mark, restore))
        self.state.events = EventIndex(ArchivedEvents(archive, mark, self.state.events.digests))
        self.log.evict(archive)

    # -- one step ---------------------------------------------------------------------

    def _append(self, entry: Entry) -> None:
        """Append an entry and apply it, unless the log refuses: then nothing happened."""
        self._foreseen = None
        self.log.append(entry)
        self.state.apply(entry)

    def _take_back(self, entries: int, now: datetime) -> None:
        """Let the last entries that count not count any more."""
        self.log.append(Undone(now, entries))
        self.state = self._fold()

    def _foresee(self, expired: Sequence[Expired]) -> LoopState:
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

    def _fold(self) -> LoopState:
        return finish(folding(self.log, self._checkpoints))
