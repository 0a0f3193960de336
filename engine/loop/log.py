"""The log of a loop: what happened, appended once and never edited.

Everything else (posterior, metrics, charts, undo) is a fold over it. Taking back is
an entry too: `Undone` says how many of the entries that counted until then do not
count from then on, so the log keeps what was taken back, and the entries that count
are themselves a fold.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from threading import RLock
from typing import Protocol

from engine.errors import PersonalizerError
from engine.loop.entries import Entry, Undone
from engine.loop.lock import locked

Runs = tuple[tuple[int, int], ...]
"""(start, stop) of the stretches of a history that count, in order."""


class Recorder(Protocol):
    """Who hears of entries before they count, such as a store that writes them down."""

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        """Take note of entries; they count once this returns.

        Args:
            position: of the first of them in the history.

        Raises:
            OvertakenError: if that place is taken.
            PersonalizerError: if they cannot be taken; then they never were.
        """

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        """What others have appended from a position of the history on."""


class Archive(Protocol):
    """Where the entries are that a log does not hold in memory."""

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        """Entries of the history from one position up to another."""

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        """Positions and entries of one event before a position, in order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a history, and what counted there."""

    position: int
    runs: Runs
    undos: int

    @property
    def counting(self) -> int:
        """How many entries counted."""
        return sum(stop - start for start, stop in self.runs)


START = Mark(0, (), 0)


@dataclass(frozen=True, slots=True)
class _Held:
    """Where the entries of a history are.

    Attributes:
        start: position of the first one in memory.
        archive: has those before.
        tail: those in memory; only appended to, so that a reader's place stays what it was.
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

    def counting(self, runs: Sequence[tuple[int, int]]) -> Iterator[Entry]:
        for run in runs:
            for entry in self.read(*run):
                assert not isinstance(entry, Undone)
                yield entry


class EventLog:
    """Entries in the order in which they were appended.

    Iterating and ``len`` give the entries that count; `history` gives all. Several threads
    may read while another appends, takes back or evicts: each reads the entries that counted
    when it began.

    Attributes:
        recorder: hears of every entry before it counts; None for a log in memory alone.
        undos: how often entries were taken back; while it stays the same, the log only grows.
        in_transaction: whether entries wait to be written down together.
        lock: held by each call; who holds it finds no other thread's doings in between.

    Args:
        mark: where a log begins whose earlier entries are not in memory.
        archive: where those are.
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
        size = len(self)
        at = position + size if position < 0 else position
        if not 0 <= at < size:
            raise IndexError(position)
        return next(self.since(at))

    @locked
    def since(self, position: int) -> Iterator[Entry]:
        """The entries that count now, but for the first ``position`` of them."""
        first = bisect_right(self._sizes, position) - 1
        runs = self._runs[first:]
        if runs:
            start, stop = runs[0]
            runs[0] = (start + position - self._sizes[first], stop)
        return self._held.counting(runs)

    @property
    @locked
    def history(self) -> tuple[Entry | Undone, ...]:
        """All entries ever appended, undone ones and the undoing included."""
        return tuple(self._held.read(0, self.position))

    @property
    @locked
    def position(self) -> int:
        """Length of the history."""
        return self._held.stop

    @property
    @locked
    def mark(self) -> Mark:
        """Where the log is now."""
        return Mark(self.position, tuple(self._runs), self.undos)

    @locked
    def counted_at(self, mark: Mark) -> bool:
        """Whether all that counted at an earlier place still counts."""
        size = mark.counting
        return size <= len(self) and (size == 0 or self._place(size - 1) < mark.position)

    @locked
    def is_evicted(self, at: int) -> bool:
        """Whether there is such an entry that counts, and it is not in memory."""
        return at < len(self) and self._place(at) < self._held.start

    def _place(self, at: int) -> int:
        """Position in the history of an entry that counts."""
        run = bisect_right(self._sizes, at) - 1
        return self._runs[run][0] + at - self._sizes[run]

    @locked
    def append(self, entry: Entry | Undone, recorded: bool = False) -> None:
        """Append an entry; for the loop, which applies it too. Others only read.

        Args:
            recorded: whether it is written down already.

        Raises:
            ValueError: for an `Undone` that reaches back to the first entry or beyond, or
                (``OperationNotAllowed``) that comes in a `transaction`.
            OvertakenError, PersonalizerError: as the recorder; then nothing was appended.
        """
        if isinstance(entry, Undone):
            self._check(entry)
        if self.recorder is not None and not recorded and not self.in_transaction:
            self.recorder.record(self.position, (entry,))
        at = self._held.stop
        self._held.tail.append(entry)
        if isinstance(entry, Undone):
            self.undos += 1
            self._strip(entry.entries)
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

    def _strip(self, entries: int) -> None:
        left = len(self) - entries
        while self._sizes[-1] > left:
            start, _ = self._runs.pop()
            self._sizes.pop()
            if self._sizes[-1] < left:
                self._runs.append((start, start + left - self._sizes[-1]))
                self._sizes.append(left)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Offer what is appended meanwhile to the recorder at its end, all or none.

        Raises:
            OvertakenError, PersonalizerError: as the recorder. After any error nothing of it
                counts, nor is it in the history.
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
                    self._return_to(begun)
                raise
            finally:
                self.in_transaction = False

    def _return_to(self, begun: Mark) -> None:
        """Forget what came since; a reader's list stays what it was."""
        held = self._held
        self._held = _Held(held.start, held.archive, held.tail[: begun.position - held.start])
        self._count(begun)
        self.undos += 1

    @locked
    def evict(self, archive: Archive) -> None:
        """Keep in memory only what comes from here on: the rest is in ``archive``."""
        self._held = _Held(self.position, archive, [])
