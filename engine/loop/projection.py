"""A projection: a fold that follows a log, and begins again where entries were taken back.

Whatever a log tells is one. They agree by construction, and each can be compared with a fold
from scratch. Its state may be written down beside the log, under its own version, so that the
fold need not begin at the start.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from engine.learners.learned_state import size_of
from engine.loop.checkpoints import APART, Checkpoint, Checkpoints
from engine.loop.entries import Entry, OfNoEvent, Ranked
from engine.loop.event import EventState
from engine.loop.event_index import events_of
from engine.loop.log import EventLog
from engine.loop.replay import Replay
from engine.loop.state import State
from engine.steps import Steps, finish

_EACH = 1e-4
"""Seconds that an entry takes to be read from an archive and folded in, roughly."""


class Projection(ABC):
    """A fold over a loop's log that follows it by itself.

    Attributes:
        checkpoints: where it may begin, now and after an undo.
        keeps: whether it keeps more of them in memory, whenever enough was folded.
    """

    VERSION: ClassVar[int]
    """Raised whenever what `state` holds or means changes."""

    def __init__(self) -> None:
        self.checkpoints: Checkpoints[Projection] = Checkpoints()
        self.keeps = False
        self._read, self._kept, self._undos = 0, 0, -1
        self.restart()

    @abstractmethod
    def restart(self) -> None:
        """Be as before the first entry."""

    @abstractmethod
    def apply(self, entry: Entry, event: EventState | None) -> None:
        """Fold in one entry; its event stands as after entries to come, None for `OfNoEvent`."""

    @abstractmethod
    def state(self) -> State:
        """All that was folded in."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Be what a `state` of the same version says."""

    @property
    def version(self) -> str:
        """Of its state: `VERSION`, and what else the state depends on beside the log."""
        return str(self.VERSION)

    def follow(self, loop: Replay) -> None:
        """Fold in the entries that are new; after an undo, from a checkpoint or the start."""
        with loop.log.lock:
            finish(self.following(loop))
            is_far = (self._read - self._kept) * _EACH >= APART
            if self.keeps and is_far and not loop.log.in_transaction:
                self._kept = self._read
                self.checkpoints.add(loop.log, self.checkpoint(loop.log))

    def checkpoint(self, log: EventLog) -> "Checkpoint[Projection]":
        """Where it is at the end of a log that it has followed, kept in memory."""
        state = self.state()

        def restore(other: Projection, _: EventLog) -> bool:
            other.restore(state)
            return True

        return Checkpoint(log.mark, restore, max(size_of(state), 1))

    def following(self, loop: Replay) -> Steps[None]:
        """The same entry by entry, for whoever has the loop alone meanwhile."""
        log = loop.log
        if log.undos != self._undos:
            self._read = self._kept = self.checkpoints.begin(log, self).mark.counting
            self._undos = log.undos
        new: Iterable[Entry] = log.since(self._read)
        events, recent = loop.state.events, dict[str, EventState]()
        if log.is_evicted(self._read):
            # What is new is read once, instead of anew for each of its events.
            new = yield from _read(new)
            before = len(events) - sum(isinstance(entry, Ranked) for entry in new)
            recent = events_of(new, before)
        for entry in new:
            event = None
            if not isinstance(entry, OfNoEvent):
                event = recent.get(entry.event_id) or events[entry.event_id]
            self.apply(entry, event)
            self._read += 1
            yield None


def _read(entries: Iterable[Entry]) -> Steps[list[Entry]]:
    found = []
    for entry in entries:
        found.append(entry)
        yield None
    return found
