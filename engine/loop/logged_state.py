"""A log and its state, kept in step: the base of the learning loop.

Only logged entries are applied, and replaying the log gives the same state, bit for bit.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from engine.errors import OvertakenError, PersonalizerError, StoreError
from engine.loop.checkpoints import Checkpoint
from engine.loop.entries import Entry, Expired, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.folding import Folding
from engine.loop.lock import locked
from engine.loop.log import Archive, EventLog, Recorder
from engine.loop.state import LoopState
from engine.pausable_steps import finish

R = TypeVar("R", bound="Replay")
T = TypeVar("T")
P = ParamSpec("P")

ATTEMPTS = 200
"""Number of attempts when other processes keep appending first."""
NO_NEWS = "Others are said to be faster with this loop, but nothing comes of them: not saved."


def in_turn(verb: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """Decorate a method to act on the whole log, with the entries of other processes.

    An entry is refused by the recorder unless the loop knows all entries before it. So a loop that
    nobody else writes to looks for news only after a call that appended nothing or was refused;
    any other loop before each call. The call is repeated if there is news, or if it was overtaken.
    A look before each call would be one more round trip to the database.
    """

    @wraps(verb)
    def attempt(loop: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with loop.lock:
            idle, looks = 0, not loop.is_alone
            while idle < ATTEMPTS:
                # However many are faster, one of them gets on each time.
                idle = 0 if looks and loop.catch_up() else idle + 1
                begun = loop.log.position
                try:
                    result = verb(loop, *args, **kwargs)
                    if looks or loop.log.position > begun or not loop.catch_up():
                        return result
                except OvertakenError:
                    if loop.log.in_transaction:
                        raise
                except StoreError:
                    loop.is_alone = False
                    raise
                except PersonalizerError:
                    if looks or not loop.catch_up():
                        raise
                looks = True
            raise StoreError(NO_NEWS)

    return attempt


@dataclass(frozen=True, slots=True)
class Taken:
    """An undo.

    Attributes:
        state: before the undo; None if it has to be folded again.
    """

    entries: tuple[Entry, ...]
    state: LoopState | None


MOST_TAKEN, WITH_STATE = 20, 3
"""Number of latest undos that can be redone, and number of those with a stored state, as large as
the loop's own."""


class Replay:
    """A log with the fold over it.

    Attributes:
        log: all entries; iterable, with ``len``.
        state: of the log; read only.
        folding: makes present and past states.
        is_alone: whether the last look for entries of other processes succeeded without any.

    Args:
        folding: with checkpoints to start from.
        state: of the log, if already folded.
    """

    def __init__(
        self, log: EventLog, folding: Folding | None = None, state: LoopState | None = None
    ) -> None:
        self.log, self.folding, self.is_alone = log, folding or Folding(), True
        self.state = state or self._fold()
        self._taken: deque[Taken] = deque(maxlen=MOST_TAKEN)
        self._taken_at = -1
        self._foreseen: tuple[LoopState, tuple[object, ...], LoopState] | None = None

    @property
    def lock(self) -> RLock:
        """Held by each call; reentrant."""
        return self.log.lock

    # -- with others, and over time ---------------------------------------------------

    @locked
    def record_to(self, recorder: Recorder | None) -> None:
        """Send every entry to a recorder before it counts."""
        self.log.recorder = recorder

    @locked
    def catch_up(self) -> bool:
        """Apply entries of other processes, or fail as the recorder; return whether there were
        any."""
        if self.log.recorder is None or self.log.in_transaction:
            return False
        news = self.log.recorder.read_new(self.log.position)
        self.is_alone = not news
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

    @in_turn
    def together(self, work: Callable[[], T]) -> T:
        """Run work as one transaction: its entries are recorded together or not at all.

        The work is repeated if overtaken. Nested calls are part of the outer one; undo is not
        possible within. After an error of the work or the recorder, nothing has happened.
        """
        if self.log.in_transaction:
            return work()
        undos, begun = self.log.undos, self.log.position
        try:
            with self.log.transaction():
                result = work()
        except BaseException:
            if self.log.undos != undos:
                self.state = self._fold()
            raise
        if self.log.position != begun:
            self._taken.clear()
        self.folding.keep_if_far(self.log, self.state)
        return result

    @locked
    def evict(self, archive: Archive, restore: Callable[[LoopState, EventLog], bool]) -> None:
        """Drop the entries so far from memory; an archive has them.

        Args:
            restore: brings a state to the present one, for an undo back to here.
        """
        self._foreseen, mark = None, self.log.mark
        self.folding.checkpoints.add(self.log, Checkpoint(mark, restore))
        self.state.events = EventIndex(ArchivedEvents(archive, mark, self.state.events.digests))
        self.log.evict(archive)

    # -- one step ---------------------------------------------------------------------

    def _append(self, entry: Entry) -> None:
        """Append an entry to the log and apply it; a refused entry changes nothing."""
        self._foreseen = None
        self.log.append(entry)
        if not self.log.in_transaction:
            self._taken.clear()
        self.folding.apply(self.state, entry)
        self.folding.keep_if_far(self.log, self.state)

    def _take_back(self, entries: int, now: datetime) -> None:
        """Undo the last counting entries."""
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
        """True if the latest change was an undo."""
        is_last = self.log.position == self._taken_at and not self.log.in_transaction
        return bool(self._taken) and is_last

    def _bring_back(self) -> None:
        """Append the undone entries again: everything is as before the undo."""
        taken = self._taken[-1]
        with self.log.transaction():
            for entry in taken.entries:
                self.log.append(entry)
        self._taken.pop()
        self._foreseen, self.state = None, taken.state or self._fold()
        self._taken_at = self.log.position

    def _foresee(self, expired: Sequence[Expired]) -> LoopState:
        """State after the oldest waits have ended, computed once; read only."""
        if not expired:
            return self.state
        place = self.log.position, len(expired), self.state.updated(expired[0].time)
        if self._foreseen is None or self._foreseen[:2] != (self.state, place):
            state = self.state.fork()
            for entry in expired:
                state.apply(entry)
            self._foreseen = self.state, place, state
        return self._foreseen[2]

    def _fold(self) -> LoopState:
        return finish(self.folding.states(self.log))
