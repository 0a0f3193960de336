"""A projection: a fold that follows a log, and begins again where entries were taken back.

The state of a loop is one; so is whatever else a log tells. They agree by construction, and
each can be compared with a fold from scratch. A projection's state may be written down beside
the log, under its own version, so that the fold need not begin at the start.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from engine.loop.entries import Configured, Entry
from engine.loop.event import EventState
from engine.loop.event_index import events_of
from engine.loop.log import EventLog, Mark

State = Mapping[str, Any]
"""A projection's state as arrays and JSON."""


class Restartable(Protocol):
    """What folds from the start."""

    def restart(self) -> None:
        """Be as before the first entry."""


P = TypeVar("P", bound=Restartable)


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[P]):
    """An earlier place of a log, so that a fold may begin there.

    Attributes:
        mark: the place.
        restore: brings a projection to its state there; False if that cannot be had any more.
    """

    mark: Mark
    restore: Callable[[P], bool]


class Checkpoints(Generic[P]):
    """Where a fold may begin, oldest first."""

    def __init__(self, points: Sequence[Checkpoint[P]] = ()) -> None:
        self._points = list(points)

    def add(self, log: EventLog, point: Checkpoint[P]) -> None:
        """One more place; of the earlier ones only the latest that still counts is kept."""
        still = [known for known in self._points if log.counted_at(known.mark)]
        self._points = [*still[-1:], point]

    def begin(self, log: EventLog, projection: P) -> int:
        """Bring a projection to the latest place that still counts, else to the start.

        Returns:
            how many of the entries that count it has folded in then.
        """
        for point in reversed(self._points):
            if log.counted_at(point.mark) and point.restore(projection):
                return point.mark.counting
        projection.restart()
        return 0


class Followed(Protocol):
    """What a projection follows: a loop."""

    @property
    def log(self) -> EventLog:
        """Its log."""

    @property
    def events(self) -> Mapping[str, EventState]:
        """Where its events stand, by event id."""


class Projection(ABC):
    """A fold over a loop's log that follows it by itself.

    Attributes:
        checkpoints: where it may begin, now and after an undo.
    """

    VERSION: ClassVar[int]
    """Raised whenever what `state` holds or means changes."""

    def __init__(self) -> None:
        self.checkpoints: Checkpoints[Projection] = Checkpoints()
        self._read, self._undos = 0, -1
        self.restart()

    @abstractmethod
    def restart(self) -> None:
        """Be as before the first entry."""

    @abstractmethod
    def apply(self, entry: Entry, event: EventState | None) -> None:
        """Fold in one entry.

        Args:
            event: the entry's event as it stands now, after entries yet to come; None for
                settings.
        """

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

    def follow(self, loop: Followed) -> None:
        """Fold in the entries that are new; after an undo, from a checkpoint or the start."""
        log = loop.log
        with log.lock:
            if log.undos != self._undos:
                self._read = self.checkpoints.begin(log, self)
                self._undos = log.undos
            new: Iterable[Entry] = log.since(self._read)
            events = loop.events
            if log.is_evicted(self._read):
                # The past is read once, instead of anew for each of its events.
                all_entries = list(log)
                new, events = all_entries[self._read :], events_of(all_entries)
            for entry in new:
                self.apply(entry, None if isinstance(entry, Configured) else events[entry.event_id])
                self._read += 1
