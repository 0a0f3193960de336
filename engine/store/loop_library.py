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
from engine.steps import WAITS, Steps, at_once
from engine.store.digests import view_of
from engine.store.store import Store
from engine.store.stored_loop import KEPT, Followers, StoredLoop, nobody
from engine.worlds import World

_log = logging.getLogger(__name__)

_TAKEN_BACK = "What was to be gone on from was taken back: no loop was made."
_HOUR = 3_600.0
_WRITTEN_BACK = 10.0
"""Seconds between write-backs of SQLite's write-ahead log."""
_LOOKED = 60.0
"""Seconds between checks on unfinished imports."""
_MOMENT = 0.001
"""Seconds to wait for another thread opening the same loop before yielding."""


class Library:
    """Opens new and stored loops.

    Args:
        store: of all loops.
        followers: create the projections of each loop.
    """

    def __init__(self, store: Store, followers: Followers = nobody) -> None:
        self.store, self.followers = store, followers
        self._lock, self._over = Lock(), Event()
        self._loops: WeakValueDictionary[str, StoredLoop] = WeakValueDictionary()
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def begin(self, owner: str, world: World, seed: int, settings: LoopSettings) -> StoredLoop:
        """Begin a loop, stored from its first event on. See `StoredLoop.create`."""
        stored = StoredLoop.create(
            self.store, owner=owner, world=world, seed=seed, settings=settings,
            followers=self.followers,
        )  # fmt: skip
        with self._lock:
            self._loops[stored.view] = stored
        return stored

    def opening(self, name: str) -> Steps[StoredLoop]:
        """Open a loop by its id or its view, unless already open.

        Each entry to be read, or learned, is a step.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        stored = self.known(name) or self.known(view_of(name))
        if stored is not None:
            return stored
        view = self.store.about(name).view
        with self._lock:
            turn = self._turns.setdefault(view, Lock())
        while not turn.acquire(timeout=_MOMENT):
            yield WAITS  # Whoever has it may need this thread to go on.
        try:
            stored = self.known(view)
            if stored is None:
                stored = yield from self._read(view)
                stored.snapshot_if_due(kept=KEPT)
                self.store.touch(stored.id)
                with self._lock:
                    self._loops[view] = stored
            return stored
        finally:
            turn.release()

    open = at_once(opening)

    def _read(self, view: str) -> Steps[StoredLoop]:
        start = perf_counter()
        try:
            stored = yield from StoredLoop.opening(self.store, view, self.followers)
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

    def copying(self, stored: StoredLoop, owner: str) -> Steps[StoredLoop]:
        """Copy a stored loop, independently; see `Store.duplicating` and `opening`.

        Raises:
            StoreError: if it cannot be copied, or the owner has too many loops.
        """
        copy = yield from self.store.duplicating(stored.id, owner)
        return (yield from self.opening(copy.id))

    def branching(self, stored: StoredLoop, mark: Mark, owner: str) -> Steps[StoredLoop]:
        """Begin a loop from an earlier place of a stored loop's log.

        The two loops are independent. Each entry to be folded is a step.

        Raises:
            PersonalizerError: ``BadRequest`` if entries that counted there were undone.
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        past = yield from stored.as_of(mark.counting)
        if past.loop.log.mark.runs != mark.runs:
            raise PersonalizerError("BadRequest", _TAKEN_BACK, "mark")
        end = self.store.end_at(stored.id, mark.position, len(past.loop.events))
        about = yield from self.store.duplicating(stored.id, owner, end)
        with suppress(StoreError):  # Without them it is folded anew.
            self.store.put_snapshots(about.id, past.snapshots(end.digest))
        branch = yield from self.opening(about.id)
        branch.remember(past)
        return branch

    def hand_over(self, before: str, now: str) -> None:
        """Transfer the loops of one owner to another."""
        self.store.hand_over(before, now)
        with self._lock:
            theirs = [stored for stored in self._loops.values() if stored.owner == before]
        for stored in theirs:
            stored.belong_to(now)

    @property
    def open_loops(self) -> int:
        """Number of open loops."""
        with self._lock:
            return len(self._loops)

    def keep_swept(self, every: float = _HOUR, written_back: float = _WRITTEN_BACK) -> None:
        """Until the library is closed, erase expired data and write back SQLite's write-ahead log,
        now and at intervals."""
        works = (
            (self.store.sweep, every),
            (lambda: self.store.sweep_broken_off(monotonic()), _LOOKED),
            (self.store.write_back, written_back),
        )
        for work, pause in works:
            Thread(target=self._again, args=(work, pause), name="sweep", daemon=True).start()

    def _again(self, work: Callable[[], object], pause: float) -> None:
        while True:
            with suppress(StoreError):  # It is in the log; the next time may be better.
                work()
            if self._over.wait(pause):
                return

    def close(self) -> None:
        """Stop the sweeping."""
        self._over.set()
