"""A log and the state that it makes, kept in step: what a learning loop stands on.

Nothing is applied that is not in the log, and replaying the log gives the same state, bit
for bit.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from engine.errors import OvertakenError, StoreError
from engine.loop.checkpoints import Checkpoint
from engine.loop.entries import Entry, Expired, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.folding import Folding
from engine.loop.lock import locked
from engine.loop.log import Archive, EventLog, Recorder
from engine.loop.state import LoopState
from engine.steps import finish

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


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back.

    Attributes:
        state: as it was with them; None where that is folded again.
    """

    entries: tuple[Entry, ...]
    state: LoopState | None


MOST_TAKEN, WITH_STATE = 20, 3
"""How many of the latest undos can be redone, and of how many the state is kept, which is as large
as the loop's own."""


class Replay:
    """A log with the fold over it.

    Attributes:
        log: everything that happened; iterable, with ``len``.
        state: what that makes; to read, not to change.
        folding: makes it, and past ones.

    Args:
        folding: where the fold may begin.
        state: what the log makes, if that was folded already.
    """

    def __init__(
        self, log: EventLog, folding: Folding | None = None, state: LoopState | None = None
    ) -> None:
        self.log, self.folding = log, folding or Folding()
        self.state = state or self._fold()
        self._taken: deque[Taken] = deque(maxlen=MOST_TAKEN)
        self._taken_at = -1
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
                self.folding.apply(self.state, entry)
        self.folding.keep_if_far(self.log, self.state)
        if news:
            self._taken.clear()
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
            undos, begun = self.log.undos, self.log.position
            try:
                with self.log.transaction():
                    result = work()
                if self.log.position != begun:
                    self._taken.clear()
                self.folding.keep_if_far(self.log, self.state)
                return result
            except BaseException as error:
                if self.log.undos != undos:
                    self.state = self._fold()
                if not isinstance(error, OvertakenError):
                    raise
        raise StoreError(_NO_NEWS)

    @locked
    def evict(self, archive: Archive, restore: Callable[[LoopState, EventLog], bool]) -> None:
        """Keep in memory only what comes from here on; an archive has all up to here.

        Args:
            restore: brings a state to the present one, should an undo reach back to here.
        """
        self._foreseen, mark = None, self.log.mark
        self.folding.checkpoints.add(self.log, Checkpoint(mark, restore))
        self.state.events = EventIndex(ArchivedEvents(archive, mark, self.state.events.digests))
        self.log.evict(archive)

    # -- one step ---------------------------------------------------------------------

    def _append(self, entry: Entry) -> None:
        """Append an entry and apply it, unless the log refuses: then nothing happened."""
        self._foreseen = None
        self.log.append(entry)
        if not self.log.in_transaction:
            self._taken.clear()
        self.folding.apply(self.state, entry)
        self.folding.keep_if_far(self.log, self.state)

    def _take_back(self, entries: int, now: datetime) -> None:
        """Let the last entries that count not count any more."""
        taken = Taken(tuple(self.log.since(len(self.log) - entries)), self.state)
        is_next = self.can_bring_back
        self.log.append(Undone(now, entries))
        self.state = self._fold()
        if not is_next:
            self._taken.clear()
        self._taken.append(taken)
        if len(self._taken) > WITH_STATE:
            self._taken[-WITH_STATE - 1] = replace(self._taken[-WITH_STATE - 1], state=None)
        self._taken_at = self.log.position

    @property
    def can_bring_back(self) -> bool:
        """Whether entries were taken back, and nothing else was done since."""
        is_last = self.log.position == self._taken_at and not self.log.in_transaction
        return bool(self._taken) and is_last

    def _bring_back(self) -> None:
        """Append again what was taken back last: then all is as it was."""
        taken = self._taken[-1]
        with self.log.transaction():
            for entry in taken.entries:
                self.log.append(entry)
        self._taken.pop()
        self._foreseen, self.state = None, taken.state or self._fold()
        self._taken_at = self.log.position

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
        return finish(self.folding.states(self.log))
