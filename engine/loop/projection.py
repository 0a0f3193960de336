"""Projections: folds that follow a log, and restart after an undo.

All information from a log comes from projections. They agree by construction, and each can be
compared with a fold from scratch. A state may be stored beside the log, under a version, so that
the fold need not start at the beginning.
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
from engine.loop.logged_state import Replay
from engine.loop.state import State
from engine.pausable_steps import Steps, finish

_EACH = 1e-4
"""Approximate seconds to read an entry from an archive and apply it."""


class Projection(ABC):
    """A fold that follows a loop's log.

    Attributes:
        checkpoints: places to start from, at first and after an undo.
        keeps: whether to add checkpoints in memory after enough folding.
    """

    VERSION: ClassVar[int]
    """Increased with each change of the content or meaning of `state`."""

    def __init__(self) -> None:
        self.checkpoints: Checkpoints[Projection] = Checkpoints()
        self.keeps = False
        self._read, self._kept, self._undos = 0, 0, -1
        self.restart()

    @abstractmethod
    def restart(self) -> None:
        """Reset to the state before the first entry."""

    @abstractmethod
    def apply(self, entry: Entry, event: EventState | None) -> None:
        """Apply an entry. Its event is in a state that may be later; None for `OfNoEvent`."""

    @abstractmethod
    def state(self) -> State:
        """The state as arrays and JSON."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Restore a `state` of the same version."""

    @property
    def version(self) -> str:
        """Version of the state: `VERSION`, and other inputs beside the log."""
        return str(self.VERSION)

    def follow(self, loop: Replay) -> None:
        """Apply new entries; after an undo, from a checkpoint or the start."""
        with loop.log.lock:
            finish(self.following(loop))
            is_far = (self._read - self._kept) * _EACH >= APART
            if self.keeps and is_far and not loop.log.in_transaction:
                self._kept = self._read
                self.checkpoints.add(loop.log, self.checkpoint(loop.log))

    def checkpoint(self, log: EventLog) -> "Checkpoint[Projection]":
        """Checkpoint in memory at the end of a followed log."""
        state = self.state()

        def restore(other: Projection, _: EventLog) -> bool:
            other.restore(state)
            return True

        return Checkpoint(log.mark, restore, max(size_of(state), 1))

    def following(self, loop: Replay) -> Steps[None]:
        """`follow` in steps, one an entry, for a caller with exclusive access."""
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
    read = []
    for entry in entries:
        read.append(entry)
        yield None
    return read
