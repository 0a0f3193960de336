"""The kept loops of one process: each is open once, whoever looks at it."""

from collections.abc import Callable
from threading import Lock
from weakref import WeakValueDictionary

from engine.loop.settings import LoopSettings
from engine.store.store import About, Store
from engine.store.stored_loop import Followers, StoredLoop, nobody
from engine.worlds import World

_HOUR = 3_600.0


class Library:
    """Opens loops, new ones and those in the store.

    Args:
        store: where they are kept.
        now: a clock in seconds that only goes forward; every hour expired loops are erased.
        followers: make what follows each loop.
    """

    def __init__(
        self, store: Store, now: Callable[[], float], followers: Followers = nobody
    ) -> None:
        self.store, self.followers = store, followers
        self._now = now
        self._swept = float("-inf")
        self._lock = Lock()
        self._loops: WeakValueDictionary[str, StoredLoop] = WeakValueDictionary()
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def begin(self, owner: str, world: World, seed: int, settings: LoopSettings) -> StoredLoop:
        """A new loop; it will be in the store from its first event on. See `StoredLoop.create`."""
        stored = StoredLoop.create(
            self.store, owner=owner, world=world, seed=seed, settings=settings,
            followers=self.followers,
        )  # fmt: skip
        with self._lock:
            self._loops[stored.id] = stored
        return stored

    def open(self, loop_id: str) -> StoredLoop:
        """A loop, as it is now; opened by the first who asks.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        with self._lock:
            turn = self._turns.setdefault(loop_id, Lock())
        with turn:
            with self._lock:
                stored = self._loops.get(loop_id)
            if stored is None:
                stored = StoredLoop.open(self.store, loop_id, self.followers)
                stored.snapshot_if_due()
                self.store.touch(loop_id)
                with self._lock:
                    self._loops[loop_id] = stored
            return stored

    @property
    def open_loops(self) -> int:
        """How many loops somebody has open."""
        with self._lock:
            return len(self._loops)

    def loops(self, owner: str) -> list[About]:
        """Loops of an owner, the last used first.

        Raises:
            StoreError: if they cannot be read.
        """
        with self._lock:
            is_due = self._now() - self._swept > _HOUR
            if is_due:
                self._swept = self._now()
        if is_due:
            self.store.sweep()
        return self.store.loops(owner)
