"""The log of a loop: what happened, appended once and never edited.

Everything else (posterior, metrics, charts, undo) is a fold over it. Taking back is
an entry too: `Undone` says how many of the entries that counted until then do not
count from then on, so the log keeps what was taken back, and the entries that count
are themselves a fold.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded, Undone

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
        ...

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        """What others have appended from a position of the history on."""
        ...


class Archive(Protocol):
    """Where the entries are that a log does not hold in memory."""

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        """Entries of the history from one position up to another."""
        ...

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        """Positions and entries of one event before a position, in order."""
        ...


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


class EventLog:
    """Entries in the order in which they were appended.

    Iterating and ``len`` give the entries that count; `history` gives all.

    Attributes:
        recorder: hears of every entry before it counts; None for a log in memory alone.

    Args:
        mark: where a log begins whose earlier entries are not in memory.
        archive: where those are.
    """

    def __init__(self, mark: Mark = START, archive: Archive | None = None) -> None:
        self.recorder: Recorder | None = None
        self._tail: list[Entry | Undone] = []
        self._begun_at: Mark | None = None
        self._go_to(mark, archive)

    def _go_to(self, mark: Mark, archive: Archive | None) -> None:
        self._start, self._archive = mark.position, archive
        self._count(mark)

    def _count(self, mark: Mark) -> None:
        self._runs = list(mark.runs)
        self._sizes = [0]
        for start, stop in self._runs:
            self._sizes.append(self._sizes[-1] + stop - start)
        self._undos = mark.undos

    def __len__(self) -> int:
        return self._sizes[-1]

    def __iter__(self) -> Iterator[Entry]:
        return self.since(0)

    def __getitem__(self, position: int) -> Entry:
        size = len(self)
        at = position + size if position < 0 else position
        if not 0 <= at < size:
            raise IndexError(position)
        return next(self.since(at))

    def since(self, position: int) -> Iterator[Entry]:
        """The entries that count, but for the first ``position`` of them."""
        first = bisect_right(self._sizes, position) - 1
        skip = position - self._sizes[first]
        for start, stop in tuple(self._runs[first:]):
            for entry in self._read(start + skip, stop):
                assert not isinstance(entry, Undone)
                yield entry
            skip = 0

    def _read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        if start < self._start and self._archive is not None:
            yield from self._archive.read(start, min(stop, self._start))
        yield from self._tail[max(start - self._start, 0) : max(stop - self._start, 0)]

    @property
    def history(self) -> tuple[Entry | Undone, ...]:
        """All entries ever appended, undone ones and the undoing included."""
        return tuple(self._read(0, self.position))

    @property
    def position(self) -> int:
        """Length of the history."""
        return self._start + len(self._tail)

    @property
    def mark(self) -> Mark:
        """Where the log is now."""
        return Mark(self.position, tuple(self._runs), self._undos)

    @property
    def undos(self) -> int:
        """How often entries were taken back; while it stays the same, the log only grows."""
        return self._undos

    def counted_at(self, mark: Mark) -> bool:
        """Whether all that counted at an earlier place still counts."""
        size = mark.counting
        return size <= len(self) and (size == 0 or self._place(size - 1) < mark.position)

    def _place(self, at: int) -> int:
        """Position in the history of an entry that counts."""
        run = bisect_right(self._sizes, at) - 1
        return self._runs[run][0] + at - self._sizes[run]

    def append(self, entry: Entry | Undone) -> None:
        """Append an entry; for the loop, which applies it too. Others only read.

        Raises:
            ValueError: for an `Undone` that reaches back to the first entry or beyond, or
                among entries that are held.
            OvertakenError, PersonalizerError: as the recorder; then nothing was appended.
        """
        self._check(entry)
        if self.recorder is not None and self._begun_at is None:
            self.recorder.record(self.position, (entry,))
        self.extend(entry)

    def _check(self, entry: Entry | Undone) -> None:
        if isinstance(entry, Undone) and not 0 < entry.entries < len(self):
            raise ValueError(f"{entry.entries} of {len(self)} entries cannot be taken back")
        if isinstance(entry, Undone) and self._begun_at is not None:
            raise ValueError("nothing can be taken back while entries wait to be written down")

    def extend(self, entry: Entry | Undone) -> None:
        """Append an entry that is written down already.

        Raises:
            ValueError: as `append`.
        """
        self._check(entry)
        at = self.position
        self._tail.append(entry)
        if isinstance(entry, Undone):
            self._undos += 1
            self._strip(entry.entries)
        elif self._runs and self._runs[-1][1] == at:
            self._runs[-1] = (self._runs[-1][0], at + 1)
            self._sizes[-1] += 1
        else:
            self._runs.append((at, at + 1))
            self._sizes.append(self._sizes[-1] + 1)

    def _strip(self, entries: int) -> None:
        left = len(self) - entries
        while self._sizes[-1] > left:
            start, _ = self._runs.pop()
            self._sizes.pop()
            if self._sizes[-1] < left:
                self._runs.append((start, start + left - self._sizes[-1]))
                self._sizes.append(left)

    # -- several entries at once ------------------------------------------------------

    def begin(self) -> None:
        """From here on the recorder hears nothing until `commit`."""
        self._begun_at = self.mark

    @property
    def in_transaction(self) -> bool:
        """Whether entries wait to be written down together."""
        return self._begun_at is not None

    def commit(self) -> None:
        """Offer what came since `begin` to the recorder, all or none.

        Raises:
            OvertakenError, PersonalizerError: as the recorder; then `rollback` is to be called.
        """
        held = self._begun_at
        if held is not None and self.recorder is not None and held.position < self.position:
            self.recorder.record(held.position, self._tail[held.position - self._start :])
        self._begun_at = None

    def rollback(self) -> None:
        """Forget what came since `begin`."""
        held, self._begun_at = self._begun_at, None
        if held is not None:
            del self._tail[held.position - self._start :]
            self._count(held)

    def evict(self, archive: Archive) -> None:
        """Keep in memory only what comes from here on: the rest is in ``archive``."""
        mark = self.mark
        self._tail = []
        self._go_to(mark, archive)

    def rows(self, start: int = 0) -> list[dict[str, object]]:
        """One plain row an event, in the order of their Rank calls, for a table or a CSV file.

        Args:
            start: position of the first entry to read; events ranked before are left out.

        Returns:
            number (from 1), time, event, mode, context, action (the one shown), probability
            (its propensity), chosen (the policy's own), cause, reward (None while there is
            none) and status: waiting, rewarded, default (the default reward applied), deferred
            (not activated yet, whatever its reward) or dropped (never activated in time).
        """
        rows: dict[str, dict[str, object]] = {}
        for entry in self.since(start):
            match entry:
                case Ranked():
                    rows[entry.event_id] = {"number": len(rows) + 1, **_row(entry)}
                case Configured():
                    pass
                case _ if entry.event_id not in rows:
                    pass
                case Activated(event_id):
                    has_reward = rows[event_id]["reward"] is not None
                    rows[event_id]["status"] = "rewarded" if has_reward else "waiting"
                case Rewarded(event_id, _, value):
                    row = rows[event_id]
                    earned = row["reward"]
                    row["reward"] = value + (earned if isinstance(earned, float) else 0.0)
                    if row["status"] == "waiting":
                        row["status"] = "rewarded"
                case Expired(event_id, _, None):
                    rows[event_id]["status"] = "dropped"
                case Expired(event_id, _, default):
                    rows[event_id] |= {"reward": default, "status": "default"}
        return list(rows.values())


def _row(ranked: Ranked) -> dict[str, object]:
    return {
        "time": ranked.time,
        "event": ranked.event_id,
        "mode": ranked.mode,
        "context": ", ".join(ranked.request.context.columns),
        "action": ranked.action_id,
        "probability": ranked.propensity,
        "chosen": ranked.request.actions[ranked.chosen].id,
        "cause": ranked.cause,
        "reward": None,
        "status": "deferred" if ranked.request.defer_activation else "waiting",
    }
