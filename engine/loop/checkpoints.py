"""Checkpoints: places of a log from which a fold can start.

Some are stored elsewhere, as in a database. Others are in memory, so that undo and time travel need
a short fold only: one is added after enough folding since the last. All logs of the process share
this memory. When it is full, the log with the largest share drops the checkpoint whose loss costs
the least folding.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from engine.loop.log import START, EventLog, Mark

APART = 0.04
"""Seconds of folding between two checkpoints in memory."""
MEMORY = 256 << 20
"""Bytes of all checkpoints in memory together."""
_LOCK = RLock()
"""Guards the memory shared by all logs; acquired after a log's lock, never before."""


class Restartable(Protocol):
    """A fold that can be restarted."""

    def restart(self) -> None:
        """Reset to the state before the first entry."""


P = TypeVar("P", bound=Restartable)


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[P]):
    """A place of a log, and a function to restore the state of a fold there.

    The function returns False if the state is lost.

    Attributes:
        size: bytes in memory; 0 if stored elsewhere.
    """

    mark: Mark
    restore: Callable[[P, EventLog], bool]
    size: int = 0


class Checkpoints(Generic[P]):
    """Checkpoints of a log, ordered by entries.

    Attributes:
        size: bytes in memory.
    """

    def __init__(self, points: Sequence[Checkpoint[P]] = ()) -> None:
        self._keep(points)

    def _keep(self, points: Iterable[Checkpoint[P]]) -> None:
        self.points = tuple(sorted(points, key=lambda point: point.mark.counting))
        self.size = sum(point.size for point in self.points)

    def add(self, log: EventLog, point: Checkpoint[P]) -> None:
        """Add or replace a checkpoint, and drop checkpoints that no longer count."""
        others = (known for known in self.points if known.mark != point.mark)
        still = [known for known in others if log.counted_at(known.mark)]
        with _LOCK:  # Another log may make this one give way.
            self._keep([*still, point])
            if point.size:
                _make_room(self)

    def begin(self, log: EventLog, fold: P) -> Checkpoint[P]:
        """Restore a fold to the latest checkpoint that counts in a log; return the checkpoint."""
        for point in reversed(self.points):
            if log.counted_at(point.mark) and point.restore(fold, log):
                return point
        fold.restart()
        return Checkpoint(START, lambda *_: True)

    def of(self, log: EventLog) -> "Checkpoints[P]":
        """Checkpoints that count in a log now."""
        return Checkpoints([point for point in self.points if log.counted_at(point.mark)])

    def thin(self) -> None:
        """Drop the checkpoint in memory whose loss adds the fewest entries to fold."""
        points = self.points
        places = [0, *(point.mark.counting for point in points)]
        # The last has none behind it: without it, whoever goes there begins one place earlier.
        behind = [*places[2:], places[-1]]
        gaps = [after - before for before, after in zip(places, behind, strict=False)]
        _, at = min((gap, i) for i, gap in enumerate(gaps) if points[i].size)
        self._keep(point for i, point in enumerate(points) if i != at)


_IN_MEMORY: WeakSet[Checkpoints[Any]] = WeakSet()


def in_memory() -> int:
    """Bytes of the checkpoints in memory."""
    with _LOCK:
        return sum(log.size for log in _IN_MEMORY)


def _make_room(newest: Checkpoints[Any]) -> None:
    """Reduce all checkpoints to the memory allowed; the largest log gives way."""
    _IN_MEMORY.add(newest)
    while in_memory() > MEMORY:
        max(_IN_MEMORY, key=lambda log: log.size).thin()
