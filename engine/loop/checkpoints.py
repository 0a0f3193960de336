"""Where a fold over a log may begin: places whose state is at hand.

Some are kept elsewhere, such as in a store. Others are kept in memory, so that any moment of a
log is a short fold away, for time travel as for undo: one whenever enough was folded since the
last, in a memory that all logs of the process share. Where it is full, the log that takes most
of it forgets the place whose loss makes the least work.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from engine.loop.log import START, EventLog, Mark

APART = 0.04
"""Seconds of folding from one place that is kept in memory to the next."""
MEMORY = 256 << 20
"""Bytes that all of them may take."""
_LOCK = RLock()
"""Of which logs keep how much in memory; taken after that of a log, never before."""


class Restartable(Protocol):
    """What folds from the start."""

    def restart(self) -> None:
        """Be as before the first entry."""


P = TypeVar("P", bound=Restartable)


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[P]):
    """A place of a log, and what brings a fold of one that goes through there to its state.

    That is False if it is lost.

    Attributes:
        size: bytes that it takes in memory; 0 if it is kept elsewhere.
    """

    mark: Mark
    restore: Callable[[P, EventLog], bool]
    size: int = 0


class Checkpoints(Generic[P]):
    """Where a fold may begin, those of the most entries last.

    Attributes:
        size: bytes that those in memory take.
    """

    def __init__(self, points: Sequence[Checkpoint[P]] = ()) -> None:
        self._keep(points)

    def _keep(self, points: Iterable[Checkpoint[P]]) -> None:
        self.points = tuple(sorted(points, key=lambda point: point.mark.counting))
        self.size = sum(point.size for point in self.points)

    def add(self, log: EventLog, point: Checkpoint[P]) -> None:
        """One more place, or a known one anew; those that do not count any more are forgotten."""
        others = (known for known in self.points if known.mark != point.mark)
        still = [known for known in others if log.counted_at(known.mark)]
        with _LOCK:  # Another log may make this one give way.
            self._keep([*still, point])
            if point.size:
                _make_room(self)

    def begin(self, log: EventLog, fold: P) -> Checkpoint[P]:
        """Bring a fold to the latest place that counts in a log; which that is."""
        for point in reversed(self.points):
            if log.counted_at(point.mark) and point.restore(fold, log):
                return point
        fold.restart()
        return Checkpoint(START, lambda *_: True)

    def of(self, log: EventLog) -> "Checkpoints[P]":
        """Those that count in a log now."""
        return Checkpoints([point for point in self.points if log.counted_at(point.mark)])

    def thin(self) -> None:
        """Forget the place in memory without which the stretch of entries to fold is shortest."""
        points = self.points
        places = [0, *(point.mark.counting for point in points)]
        # The last has none behind it: without it, whoever goes there begins one place earlier.
        behind = [*places[2:], places[-1]]
        gaps = [after - before for before, after in zip(places, behind, strict=False)]
        _, at = min((gap, i) for i, gap in enumerate(gaps) if points[i].size)
        self._keep(point for i, point in enumerate(points) if i != at)


_IN_MEMORY: WeakSet[Checkpoints[Any]] = WeakSet()


def in_memory() -> int:
    """Bytes that all of them take now."""
    with _LOCK:
        return sum(one.size for one in _IN_MEMORY)


def _make_room(newest: Checkpoints[Any]) -> None:
    """Let all in memory fit in; the log that takes most gives way."""
    _IN_MEMORY.add(newest)
    while in_memory() > MEMORY:
        max(_IN_MEMORY, key=lambda one: one.size).thin()
