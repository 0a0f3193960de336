"""Library of the loops open in a process; each is open once, for all users."""

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic, perf_counter
from weakref import WeakValueDictionary

from engine.errors import DamagedError, PersonalizerError, StoreError
from engine.loop.log import Mark
from engine.loop.settings import LoopSettings
from engine.pausable_steps import WAITS, Steps, at_once
from engine.store.digests import view_of
from engine.store.store import Store
from engine.store.stored_loop import (
    EVICTION_INTERVAL,
    ProjectionFactory,
    StoredLoop,
    no_projections,
)
from engine.worlds import World

_log = logging.getLogger(__name__)

_UNDONE = "What was to be gone on from was taken back: no loop was made."
_HOUR = 3_600.0
_RETENTION_INTERVAL = 12 * _HOUR
"""Seconds between checks for events older than their loop's retention."""
_WRITE_BACK_INTERVAL = 10.0
"""Seconds between write-backs of SQLite's write-ahead log."""
_IMPORT_CHECK_INTERVAL = 60.0
"""Seconds between checks on unfinished imports."""
_LOCK_TIMEOUT = 0.001
"""Seconds to wait for another thread opening the same loop before yielding."""


class LoopLibrary:
    """Opens new and stored loops.

    Args:
        store: of all loops.
        make_projections: creates the projections of each loop.
    """

    def __init__(self, store: Store, make_projections: ProjectionFactory = no_projections) -> None:
        self.store, self.make_projections = store, make_projections
        self._lock, self._is_closed = Lock(), Event()
        self._loops: WeakValueDictionary[str, StoredLoop] = WeakValueDictionary()
        self._opening_locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def begin(self, owner: str, world: World, seed: int, settings: LoopSettings) -> StoredLoop:
        """Begin a loop, stored from its first event on. See `StoredLoop.create`."""
        stored = StoredLoop.create(
            self.store, owner=owner, world=world, seed=seed, settings=settings,
            make_projections=self.make_projections,
        )  # fmt: skip
        with self._lock:
            self._loops[stored.view] = stored
        return stored

    def open_steps(self, name: str) -> Steps[StoredLoop]:
        """Open a loop by its id or its view, unless already open.

        Each entry to be read, or learned, is a step.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        stored = self.known(name) or self.known(view_of(name))
        if stored is not None:
            return stored
        view = self.store.loop_info(name).view
        with self._lock:
            lock = self._opening_locks.setdefault(view, Lock())
        while not lock.acquire(timeout=_LOCK_TIMEOUT):
            yield WAITS  # The thread that holds the lock may need this thread to go on.
        try:
            stored = self.known(view)
            if stored is None:
                stored = yield from self._read(view)
                stored.snapshot_if_due(evict_every=EVICTION_INTERVAL)
                self.store.touch(stored.id)
                with self._lock:
                    self._loops[view] = stored
            return stored
        finally:
            lock.release()

    open = at_once(open_steps)

    def _read(self, view: str) -> Steps[StoredLoop]:
        start = perf_counter()
        try:
            stored = yield from StoredLoop.open_steps(self.store, view, self.make_projections)
        except DamagedError:
            _log.error("loop damaged")
            raise
        _log.debug("loop opened", extra={"seconds": perf_counter() - start})
        return stored

    def known(self, view: str) -> StoredLoop | None:
        """A loop already open in this process, or None."""
        with self._lock:
            stored = self._loops.get(view)
        return None if stored is None or stored.is_lost else stored

    def copy_steps(self, stored: StoredLoop, owner: str) -> Steps[StoredLoop]:
        """Copy a stored loop, independently; see `Store.duplicate_steps` and `open_steps`.

        Raises:
            StoreError: if it cannot be copied, or the owner has too many loops.
        """
        copy = yield from self.store.duplicate_steps(stored.id, owner)
        return (yield from self.open_steps(copy.id))

    def branch_steps(self, stored: StoredLoop, mark: Mark, owner: str) -> Steps[StoredLoop]:
        """Begin a loop from an earlier place of a stored loop's log.

        The two loops are independent. Each entry to be folded is a step.

        Raises:
            PersonalizerError: ``BadRequest`` if entries that counted there were undone.
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        past = yield from stored.as_of(mark.counting)
        if past.loop.log.mark.runs != mark.runs:
            raise PersonalizerError("BadRequest", _UNDONE, "mark")
        end = self.store.end_at(stored.id, mark.position, len(past.loop.events))
        about = yield from self.store.duplicate_steps(stored.id, owner, end)
        with suppress(StoreError):  # Without them it is folded anew.
            self.store.put_snapshots(about.id, past.snapshots(end.digest))
        branch = yield from self.open_steps(about.id)
        branch.remember(past)
        return branch

    def hand_over(self, before: str, now: str) -> None:
        """Transfer the loops of one owner to another."""
        self.store.hand_over(before, now)
        with self._lock:
            theirs = [stored for stored in self._loops.values() if stored.owner == before]
        for stored in theirs:
            stored.belong_to(now)

    def apply_retention(self) -> int:
        """Erase events of applications that are older than their loop's retention.

        Returns:
            number of shortened logs.
        """
        shortened = 0
        for loop in self.store.loops_with_keys():
            with suppress(StoreError):  # Logged by the store; the next attempt may succeed.
                stored = self.known(view_of(loop)) or StoredLoop.open(self.store, loop)
                shortened += stored.apply_retention()
        return shortened

    @property
    def open_loop_count(self) -> int:
        """Number of open loops."""
        with self._lock:
            return len(self._loops)

    def start_sweeping(
        self, every: float = _HOUR, write_back_every: float = _WRITE_BACK_INTERVAL
    ) -> None:
        """Until the library is closed, erase expired data and write back SQLite's write-ahead log,
        now and at intervals."""
        works = (
            (self.store.sweep, every),
            (self.apply_retention, _RETENTION_INTERVAL),
            (lambda: self.store.sweep_broken_off(monotonic()), _IMPORT_CHECK_INTERVAL),
            (self.store.write_back, write_back_every),
        )
        for work, pause in works:
            Thread(target=self._repeat, args=(work, pause), name="sweep", daemon=True).start()

    def _repeat(self, work: Callable[[], object], pause: float) -> None:
        while True:
            with suppress(StoreError):  # Logged by the store; the next attempt may succeed.
                work()
            if self._is_closed.wait(pause):
                return

    def close(self) -> None:
        """Stop the threads of `start_sweeping`."""
        self._is_closed.set()
