"""The log of a loop: entries are appended once and never edited.

Everything else (posterior, metrics, charts, undo) is a fold over it. An undo is an entry, too:
`Undone` gives the number of counting entries that no longer count, so the log keeps undone entries,
and the entries that count are themselves a fold.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from threading import RLock
from typing import Protocol

from engine.errors import PersonalizerError
from engine.loop.entries import Entry, Undone
from engine.loop.lock import locked


class Recorder(Protocol):
    """Receiver of new entries, such as a store; an entry counts after the receiver accepts."""

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        """Record entries from a position of the history on; they count after this call.

        ``OvertakenError`` if the position is taken, a `PersonalizerError` if recording fails.
        """

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        """Entries appended by other processes from a position of the history on."""


class Archive(Protocol):
    """Source of entries that are no longer in memory."""

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        """Entries of the history from one position up to another."""

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        """Positions and entries of one event before a position, in order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a history, and the (start, stop) of the runs of entries that counted there, in
    order."""

    position: int
    runs: tuple[tuple[int, int], ...]
    undos: int

    @property
    def counting(self) -> int:
        """Number of counting entries."""
        return sum(stop - start for start, stop in self.runs)


START = Mark(0, (), 0)
_FIRST = 8
"""First number of entries read at a time when a log is read backwards."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Entries of a history: before ``start`` in the archive, then in memory.

    The part in memory only grows, so a reader's position stays valid.
    """

    start: int
    archive: Archive | None
    tail: list[Entry | Undone]

    @property
    def stop(self) -> int:
        return self.start + len(self.tail)

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        if start < self.start and self.archive is not None:
            yield from self.archive.read(start, min(stop, self.start))
        yield from self.tail[max(start - self.start, 0) : max(stop - self.start, 0)]

    def of_event(self, event_id: str, stop: int) -> list[tuple[int, Entry]]:
        """Searched from the end: entries of one event are near each other, and mostly recent."""
        recent: list[tuple[int, Entry]] = []
        for at in range(min(stop, self.stop) - 1, self.start - 1, -1):
            entry = self.tail[at - self.start]
            if getattr(entry, "event_id", None) == event_id:
                assert not isinstance(entry, Undone)
                recent.insert(0, (at, entry))
        if self.archive is None:
            return recent
        return [*self.archive.of_event(event_id, min(stop, self.start)), *recent]

    def counting(self, runs: Sequence[tuple[int, int]]) -> Iterator[Entry]:
        for run in runs:
            for entry in self.read(*run):
                assert not isinstance(entry, Undone)
                yield entry


class EventLog:
    """Entries in the order they were appended.

    Iteration and ``len`` give the entries that count; `history` gives all. Threads may read while
    another appends or evicts: each reads the entries that counted at its start. A log may start at
    a mark: earlier entries are in an archive, not in memory.

    Attributes:
        recorder: receives every entry before it counts; None for a log in memory alone.
        undos: number of undos; while it is constant, the log only grows.
        in_transaction: whether entries are collected to be recorded together.
        lock: held by each call; hold it to keep other threads out between calls.
    """

    def __init__(self, mark: Mark = START, archive: Archive | None = None) -> None:
        self.recorder: Recorder | None = None
        self.lock = RLock()
        self.in_transaction = False
        self._held = _Held(mark.position, archive, [])
        self._count(mark)

    def _count(self, mark: Mark) -> None:
        self._runs, self.undos = list(mark.runs), mark.undos
        self._sizes = [0, *accumulate(stop - start for start, stop in mark.runs)]

    @locked
    def __len__(self) -> int:
        return self._sizes[-1]

    def __iter__(self) -> Iterator[Entry]:
        return self.since(0)

    @locked
    def __getitem__(self, position: int) -> Entry:
        return next(self.since(range(len(self))[position], 1))

    def __reversed__(self) -> Iterator[Entry]:
        """The entries that count, last first; for holders of the lock.

        An archive is read in chunks of growing size.
        """
        stop, size = len(self), _FIRST
        while stop > 0:
            start = max(stop - size, 0)
            yield from reversed(list(self.since(start, stop - start)))
            stop, size = start, 2 * size

    @locked
    def since(self, position: int, most: int | None = None) -> Iterator[Entry]:
        """Up to ``most`` of the counting entries, without the first ``position``."""
        first = bisect_right(self._sizes, position) - 1
        runs = self._runs[first:]
        if most is not None and position < len(self):
            runs = list(self.mark_at(min(position + most, len(self))).runs[first:])
        if runs:
            start, stop = runs[0]
            runs[0] = (start + position - self._sizes[first], stop)
        return self._held.counting(runs)

    @property
    @locked
    def history(self) -> tuple[Entry | Undone, ...]:
        """Every entry ever appended, including undone entries and undos."""
        return tuple(self._held.read(0, self.position))

    @property
    @locked
    def position(self) -> int:
        """Length of the history."""
        return self._held.stop

    @property
    @locked
    def mark(self) -> Mark:
        """Current place of the log."""
        return Mark(self.position, tuple(self._runs), self.undos)

    @locked
    def mark_at(self, entries: int) -> Mark:
        """Place of the log after its first ``entries`` counting entries."""
        last = bisect_left(self._sizes, entries) - 1
        if last < 0:
            return START
        start = self._runs[last][0]
        stop = start + entries - self._sizes[last]
        return Mark(stop, (*self._runs[:last], (start, stop)), self.undos)

    def until(self, entries: int) -> "EventLog":
        """Independent log of the first ``entries`` counting entries."""
        return EventLog(self.mark_at(entries), self)

    @locked
    def counted_at(self, mark: Mark) -> bool:
        """True if the entries counting at an earlier place still count."""
        size = mark.counting
        return size <= len(self) and (size == 0 or self._place(size - 1) < mark.position)

    @locked
    def is_evicted(self, at: int) -> bool:
        """True if an entry that counts is in the archive only."""
        return at < len(self) and self._place(at) < self._held.start

    def _place(self, at: int) -> int:
        """Position in the history of an entry that counts."""
        run = bisect_right(self._sizes, at) - 1
        return self._runs[run][0] + at - self._sizes[run]

    @locked
    def append(self, entry: Entry | Undone, recorded: bool = False) -> None:
        """Append an entry, ``recorded`` or not; for the loop, which also applies it.

        ValueError for an `Undone` that reaches back to the first entry, ``OperationNotAllowed`` for
        one in a `transaction`, or an error of the recorder. Then nothing is appended.
        """
        if isinstance(entry, Undone):
            self._check(entry)
        if self.recorder is not None and not (recorded or self.in_transaction):
            self.recorder.record(self.position, (entry,))
        at = self._held.stop
        self._held.tail.append(entry)
        if isinstance(entry, Undone):
            self.undos += 1
            self._strip(len(self) - entry.entries)
        elif self._runs and self._runs[-1][1] == at:
            self._runs[-1] = (self._runs[-1][0], at + 1)
            self._sizes[-1] += 1
        else:
            self._runs.append((at, at + 1))
            self._sizes.append(self._sizes[-1] + 1)

    def _check(self, undone: Undone) -> None:
        if not 0 < undone.entries < len(self):
            raise ValueError(f"{undone.entries} of {len(self)} entries cannot be taken back")
        if self.in_transaction:
            sentence = "Nothing can be taken back while entries wait to be written down together."
            raise PersonalizerError("OperationNotAllowed", sentence, "entries")

    def _strip(self, left: int) -> None:
        """Let only the first ``left`` entries count, at least one."""
        last = bisect_left(self._sizes, left) - 1
        start = self._runs[last][0]
        self._runs[last:] = [(start, start + left - self._sizes[last])]
        self._sizes[last + 1 :] = [left]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Collect appended entries and record them together at the end, all or none.

        After any error, none of them counts or is in the history.
        """
        with self.lock:
            begun, self.in_transaction = self.mark, True
            try:
                yield
                new = self._held.tail[begun.position - self._held.start :]
                if new and self.recorder is not None:
                    self.recorder.record(begun.position, new)
            except BaseException:
                if self.position > begun.position:
                    # A reader's list stays what it was.
                    old, kept = self._held, begun.position - self._held.start
                    self._held = _Held(old.start, old.archive, old.tail[:kept])
                    self._count(begun)
                    self.undos += 1
                raise
            finally:
                self.in_transaction = False

    # -- as an archive, for whoever follows a part of it -------------------------------

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        """See `Archive`."""
        return self._held.read(start, stop)

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        """See `Archive`."""
        return self._held.of_event(event_id, stop)

    @locked
    def evict(self, archive: Archive) -> None:
        """Drop the entries so far from memory; ``archive`` has them."""
        self._held = _Held(self.position, archive, [])
