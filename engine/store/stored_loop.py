"""A loop that is kept: its log in the store, its recent past in memory.

Every so many entries the learned statistics are written down beside the log, and the
entries up to there leave memory. So a loop opens as fast with 100,000 events as with
1,000, and takes no more memory.
"""

import contextlib
import secrets
from collections.abc import Sequence
from threading import RLock
from typing import Any

from engine.errors import OvertakenError, StoreError
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import START, EventLog, Mark
from engine.loop.projection import Checkpoint, Projection
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.store.entry_codec import settings_from_json, settings_to_json
from engine.store.journal import Journal
from engine.store.snapshot_codec import dump, fingerprint, load
from engine.store.snapshots import Snapshot
from engine.store.store import About, Store
from engine.worlds import WORLDS

EVERY = 2_000
"""Entries from one snapshot to the next."""


class StoredLoop:
    """A loop and where it is kept, shared by all who have it open in this process.

    Attributes:
        id: in the link.
        world: key of its world, or None.
        loop: the loop itself.
        curve: what its visitors earned; None outside any world.
        lock: for who does anything with it.

    Args:
        about: what it is.
        loop: the loop itself.
        journal: its log in the store; None for a loop in memory alone.
        saved: its snapshots, oldest first.
    """

    def __init__(
        self,
        about: About,
        loop: LearningLoop,
        journal: Journal | None = None,
        saved: "Sequence[_Saved]" = (),
    ) -> None:
        self.id, self.world = about.id, about.world
        self.loop, self.lock = loop, RLock()
        world = WORLDS.get(about.world or "")
        self.curve = None if world is None else LearningCurve(world)
        if self.curve is not None:
            for one in saved:
                self.curve.checkpoints.add(loop.log, Checkpoint(one.mark, one.restore_curve))
        self._journal = journal
        self._snapshot = saved[-1].mark.position if saved else 0
        loop.record_to(journal)

    @property
    def is_saved(self) -> bool:
        """Whether it is in the store: from its first event on."""
        return self._journal is not None and self._journal.is_begun

    def belong_to(self, owner: str) -> None:
        """Say whose it will be, before its first event."""
        if self._journal is not None:
            self._journal.belong_to(owner)

    def snapshot_if_due(self, every: int = EVERY) -> bool:
        """Write the learned statistics down if it is time, and let go of the log before.

        Failing to is no failure: the log has everything.

        Returns:
            whether it was done.
        """
        log, journal = self.loop.log, self._journal
        if journal is None or not journal.is_begun or log.position - self._snapshot < every:
            return False
        self._snapshot = log.position
        with contextlib.suppress(StoreError, OvertakenError):
            saved = _Saved(journal, log.mark)
            if self.curve is not None:
                self.curve.follow(self.loop)
            saved.write(self.loop.state, self.curve)
            if self.curve is not None:
                self.curve.checkpoints.add(log, Checkpoint(log.mark, saved.restore_curve))
            self.loop.evict(journal, saved.restore)
            return True
        return False


class _Saved:
    """A snapshot in the store, loaded when it is asked for.

    Args:
        mark: its place in the log.
    """

    def __init__(self, journal: Journal, mark: Mark) -> None:
        self._journal, self.mark = journal, mark
        self._snapshot = Snapshot(mark, fingerprint())
        self._loaded: dict[str, Any] = {}

    def write(self, state: LoopState, curve: LearningCurve | None) -> None:
        """Write it down."""
        loop = {
            "settings": settings_to_json(state.settings),
            "digests": state.events.digests,
            **state.state(),
        }
        parts = {"loop": loop, "curve": None if curve is None else curve.state()}
        self._journal.put_snapshot(self._snapshot, dump(parts))

    def restore(self, state: LoopState) -> bool:
        """Bring the loop's state to what it was there; False if that cannot be had any more."""
        found = self._part("loop")
        if found is None:
            return False
        events = EventIndex(ArchivedEvents(self._journal, self.mark, found["digests"]))
        state.restore(found, settings_from_json(found["settings"]), events)
        return True

    def restore_curve(self, curve: Projection) -> bool:
        """The same for the learning curve."""
        found = self._part("curve")
        if found is not None:
            curve.restore(found)
        return found is not None

    def _part(self, name: str) -> Any:
        if name not in self._loaded:
            self.load()
        return self._loaded.pop(name, None)

    def load(self) -> bool:
        """Read it; False if it cannot be had any more."""
        data = self._journal.data(self._snapshot)
        try:
            self._loaded = {} if data is None else load(data)
            settings_from_json(self._loaded["loop"]["settings"])
        except (ValueError, KeyError):
            self._loaded = {}
        return bool(self._loaded)


def new_id() -> str:
    """22 characters that nobody can guess."""
    return secrets.token_urlsafe(16)


def keep(
    store: Store | None,
    *,
    owner: str = "",
    world: str | None = None,
    seed: int = 0,
    settings: LoopSettings | None = None,
    name: str | None = None,
) -> StoredLoop:
    """A new loop that will be kept from its first event on; in memory alone without a store."""
    loop = LearningLoop(settings, seed=seed)
    place = WORLDS[world].title if world in WORLDS else "Loop"
    about = About(new_id(), owner, name or f"{place}, seed {seed}", world, seed)
    journal = None if store is None else Journal(store, about, loop.log, is_begun=False)
    return StoredLoop(about, loop, journal)


def open_empty(store: Store, about: About) -> tuple[LearningLoop, StoredLoop]:
    """A loop with an empty log that is in the store already, for one that comes in."""
    log = EventLog()
    loop = LearningLoop.resume(log, seed=about.seed)
    return loop, StoredLoop(about, loop, Journal(store, about, log, is_begun=True))


def reopen(store: Store, loop_id: str) -> StoredLoop:
    """A loop out of the store, as it was.

    Raises:
        GoneError: if there is no such loop.
        StoreError: if it cannot be read.
    """
    about = store.about(loop_id)
    journal = Journal(store, about, EventLog(), is_begun=True)
    snapshots = store.snapshots(loop_id, fingerprint())
    saved = [_Saved(journal, snapshot.mark) for snapshot in snapshots]
    while saved and not saved[-1].load():
        saved.pop()
    log = journal.log = EventLog(saved[-1].mark if saved else START, journal)
    for entry in store.read(loop_id, log.position, store.length(loop_id)):
        log.extend(entry)
    loop = LearningLoop.resume(
        log, seed=about.seed, checkpoints=[Checkpoint(one.mark, one.restore) for one in saved]
    )
    return StoredLoop(about, loop, journal, saved)
