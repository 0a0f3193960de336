"""Recorder of one loop's log in the store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from engine.errors import DamagedError, ExistsError, OvertakenError
from engine.loop.entries import Entry, Ranked, Undone
from engine.loop.log import EventLog
from engine.store.entry_rows import EMPTY, End, rows_of
from engine.store.loop_info import LoopInfo
from engine.store.store import Store


class LoopRecorder:
    """One loop's log in the store, as `Recorder` and `Archive` of its log in memory.

    Nothing is written before the first event, so unused loops are not stored.

    Attributes:
        store, loop_id: place in the store.
        log: the log in memory.
        is_begun: whether the loop is in the store.
        end: of the stored log, as last read or written here.
        is_lost: whether the stored log is no longer the one read or written here.
    """

    def __init__(self, store: Store, about: LoopInfo, log: EventLog, is_begun: bool) -> None:
        self.store, self.loop_id, self.log = store, about.id, log
        self._about = about
        self._unstored = [] if is_begun else list(log.history)
        self.is_begun, self.end, self.is_lost = is_begun, about.end, False

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        if self.is_begun:
            more = self._event_change(entries)
            with self._losing():
                self.end = self.store.append(self.loop_id, self.end, entries, more)
        elif any(isinstance(entry, Ranked) for entry in entries):
            self._begin(entries)
        else:
            self._unstored.extend(entries)

    def begin(self) -> None:
        """Write the loop to the store before its first event."""
        if not self.is_begun:
            self._begin(())

    def replace(self, entries: Sequence[Entry]) -> None:
        """Replace the stored log by new entries; the old log is lost."""
        self.begin()
        self.store.replace_log(self.loop_id, self.end, entries)
        self.is_lost = True

    def belong_to(self, owner: str) -> None:
        """Set the owner, before the loop is in the store."""
        self._about = replace(self._about, owner=owner)

    def _begin(self, entries: Sequence[Entry | Undone]) -> None:
        try:
            self.end = self.store.create(self._about, [*self._unstored, *entries])
        except ExistsError:
            # It was written after all when the answer to an earlier attempt got lost.
            _, digest = rows_of(self.loop_id, EMPTY, self._unstored)
            self.is_begun, self.end = True, End(len(self._unstored), 0, digest)
            raise OvertakenError from None
        self.is_begun, self._unstored = True, []

    def _event_change(self, entries: Sequence[Entry | Undone]) -> int:
        more = 0
        for entry in entries:
            if isinstance(entry, Ranked):
                more += 1
            elif isinstance(entry, Undone):
                taken = self.log.since(len(self.log) - entry.entries)
                more -= sum(isinstance(entry, Ranked) for entry in taken)
        return more

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        if not self.is_begun:
            return ()
        with self._losing():
            self.end, entries = self.store.entries_since(self.loop_id, self.end)
        return entries

    @contextmanager
    def _losing(self) -> Iterator[None]:
        """Note that the loop is lost if the stored log is not the one in memory."""
        try:
            yield
        except DamagedError:
            self.is_lost = True
            raise

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        return self.store.read(self.loop_id, start, stop)

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        return self.store.of_event(self.loop_id, event_id, stop)
