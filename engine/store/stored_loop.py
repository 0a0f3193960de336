"""A stored loop: a loop with its lock, its log in the store, and recent entries in memory.

At intervals of entries the states of the loop and of its projections are stored beside the log,
and, less often, old entries leave memory. So a loop with 100,000 events opens as fast as one with
1,000 and takes no more memory, and any moment of its past is a short fold away.
"""

import contextlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from engine.errors import OvertakenError, StoreError
from engine.loop import time_travel
from engine.loop.checkpoints import Checkpoints
from engine.loop.clock import Clock, utc_now
from engine.loop.entries import (
    Configured,
    Entry,
    ModelImported,
    ServiceConfigured,
    WorldChanged,
)
from engine.loop.folding import Folding
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.log import START, EventLog
from engine.loop.projection import Projection
from engine.loop.replay import ATTEMPTS, NO_NEWS
from engine.loop.service_settings import ServiceSettings
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.steps import Steps, finish
from engine.store import world_codec
from engine.store.entry_codec import settings_to_json
from engine.store.loop_info import LoopInfo, new_id
from engine.store.loop_recorder import Journal
from engine.store.snapshot_codec import dump
from engine.store.snapshot_restore import checkpoint, usable
from engine.store.snapshots import Snapshot
from engine.store.store import Store
from engine.worlds import World

EVERY, KEPT = 300, 2_000
"""Entries between two snapshots, and between two removals of old entries from memory."""
LOOP = "loop"
"""Name of the loop's own snapshots; those of a projection have its class name."""

Followers = Callable[[World | None], Iterable[Projection]]
"""Creates the projections of a loop in a world, which are stored as snapshots, too."""

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Projection)


def nobody(world: World | None) -> tuple[Projection, ...]:
    """No projections."""
    return ()


def _verb(
    verb: Callable[Concatenate[LearningLoop, P], T],
) -> Callable[Concatenate["StoredLoop", P], T]:
    """Wrap a method of the loop, with a snapshot afterwards if due."""

    @wraps(verb)
    def call(stored: "StoredLoop", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with stored.lock:
            result = verb(stored.loop, *args, **kwargs)
            stored.snapshot_if_due(kept=KEPT)
            return result

    return call


class StoredLoop:
    """A loop with its position in the store, shared by every user in the process.

    Its methods are the loop's own, and thread-safe as well.

    Attributes:
        id: permits answering.
        view: public name, permits looking.
        world: at its start; None without a world.
        loop: for reading only.
        lock: of the loop.

    Args:
        about: facts about the loop.
        loop: the loop.
        journal: its log in the store; None for a loop in memory alone.
        followers: create its projections.
    """

    def __init__(
        self, about: LoopInfo, loop: LearningLoop, journal: Journal | None, followers: Followers
    ) -> None:
        self.id, self.view, self._owner = about.id, about.view, about.owner
        self.world = world_codec.from_text(about.world)
        self.loop, self.lock, self._journal = loop, loop.lock, journal
        self._about, self._followers = about, followers
        self._projections = {
            type(follower).__name__: follower for follower in followers(self.world)
        }
        for projection in self._projections.values():
            projection.keeps = loop.folding.keeps
        self._written = self._let_go = 0
        loop.record_to(journal)

    @classmethod
    def create(
        cls,
        store: Store | None,
        *,
        owner: str = "",
        world: World | None = None,
        seed: int = 0,
        settings: LoopSettings | None = None,
        name: str | None = None,
        followers: Followers = nobody,
        clock: Clock = utc_now,
    ) -> Self:
        """Create a loop, stored from its first event on; without a store, in memory alone.

        Raises:
            PersonalizerError: ``BadRequest`` for an invalid world by `engine.worlds.world_json`.
        """
        loop = LearningLoop(settings, seed=seed, clock=clock)
        loop.folding.keeps = True
        name = name or f"{'Loop' if world is None else world.title}, random seed {seed}"
        about = LoopInfo(new_id(), owner, name, world_codec.to_text(world), seed)
        journal = None if store is None else Journal(store, about, loop.log, is_begun=False)
        return cls(about, loop, journal, followers)

    @classmethod
    def opening(
        cls, store: Store, name: str, followers: Followers = nobody, clock: Clock = utc_now
    ) -> Steps[Self]:
        """Open a stored loop by its id or its view; each entry is a step.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        about = store.about(name)
        snapshots = [s for s in store.snapshots(about.id) if s.mark.position <= about.length]
        known = usable(snapshots, LOOP, LoopState.version)
        begin = known[-1].mark if known else START
        journal = Journal(store, about, EventLog(), is_begun=True)
        log = journal.log = EventLog(begin, journal)
        for entry in store.read(about.id, log.position, about.length):
            log.append(entry, recorded=True)
            yield None
        points = [checkpoint(journal, snapshot) for snapshot in known]
        folding = Folding(Checkpoints(points), keeps=True)
        loop = yield from LearningLoop.resuming(log, seed=about.seed, clock=clock, folding=folding)
        stored = cls(about, loop, journal, followers)
        stored._written = stored._let_go = begin.position
        for part, projection in stored._projections.items():
            known = usable(snapshots, part, projection.version)
            for snapshot in known:
                projection.checkpoints.add(log, checkpoint(journal, snapshot))
            latest = known[-1].mark.position if known else 0
            stored._written = min(stored._written, latest)
            yield from projection.following(loop)
        return stored

    @classmethod
    def open(
        cls, store: Store, name: str, followers: Followers = nobody, clock: Clock = utc_now
    ) -> Self:
        """Open a stored loop in one go; see `opening`."""
        return finish(cls.opening(store, name, followers, clock))

    # -- what it was ------------------------------------------------------------------

    def as_of(self, entries: int) -> Steps[Self]:
        """The loop after the first ``entries`` of its log; each entry to be folded is a step.

        The result is an independent loop in memory alone.
        """
        loop = yield from time_travel.as_of(self.loop, entries)
        past = type(self)(self._about, loop, None, self._followers)
        for name, projection in past._projections.items():
            known = self._projections[name].checkpoints
            projection.checkpoints = known.of(loop.log)
            yield from projection.following(loop)
            known.add(self.loop.log, projection.checkpoint(loop.log))
        return past

    def remember(self, past: "StoredLoop") -> None:
        """Take over the checkpoints of another loop with the same log up to the end."""
        log = self.loop.log
        pairs: list[tuple[Checkpoints[Any], Checkpoints[Any]]] = [
            (self.loop.folding.checkpoints, past.loop.folding.checkpoints)
        ]
        for name, projection in self._projections.items():
            pairs.append((projection.checkpoints, past._projections[name].checkpoints))
        for here, there in pairs:
            for point in there.points:
                if point.size:
                    here.add(log, point)

    # -- whose it is ------------------------------------------------------------------

    @property
    def is_saved(self) -> bool:
        """True if the loop is in the store, as from its first event on."""
        return self._journal is not None and self._journal.is_begun

    @property
    def is_lost(self) -> bool:
        """True if the stored log differs from this one; the loop must then be opened again."""
        return self._journal is not None and self._journal.is_lost

    @locked
    def save(self) -> None:
        """Write the loop to the store now, instead of with its first event."""
        if self._journal is not None:
            self._journal.begin()

    @locked
    def delete_log(self) -> None:
        """Erase the log and keep the model, the settings and the world as a new log's beginning.

        This object is lost then: the loop must be opened again.
        """
        for _ in range(ATTEMPTS):
            self.catch_up()
            with contextlib.suppress(OvertakenError):
                self._replace_log()
                return
        raise StoreError(NO_NEWS)

    def _replace_log(self) -> None:
        assert self._journal is not None
        now, state = self.loop.now, self.loop.state
        entries: list[Entry] = [Configured(now, state.settings)]
        if state.service != ServiceSettings():
            entries.append(ServiceConfigured(now, state.service))
        if state.world is not None:
            entries.append(WorldChanged(now, 0, state.world))
        self._journal.replace([*entries, ModelImported(now, state.learner)])

    @property
    def owner(self) -> str:
        """Present or intended owner."""
        return self._owner

    @locked
    def belong_to(self, owner: str) -> None:
        """Set the owner; for the store, only before the first event."""
        self._owner = owner
        if self._journal is not None:
            self._journal.belong_to(owner)

    @property
    def world_now(self) -> World | None:
        """Current world, after changes since the start."""
        return self.loop.state.world or self.world

    # -- what is done with it ---------------------------------------------------------

    preview = _verb(LearningLoop.preview)
    rank = _verb(LearningLoop.rank)
    activate = _verb(LearningLoop.activate)
    reward = _verb(LearningLoop.reward)
    expire = _verb(LearningLoop.expire)
    configure = _verb(LearningLoop.configure)
    serve = _verb(LearningLoop.serve)
    take_reward = _verb(LearningLoop.take_reward)
    take_activation = _verb(LearningLoop.take_activation)
    configure_service = _verb(LearningLoop.configure_service)
    reset_model = _verb(LearningLoop.reset_model)
    import_model = _verb(LearningLoop.import_model)
    expire_some = _verb(LearningLoop.expire_some)
    change_world = _verb(LearningLoop.change_world)
    undo = _verb(LearningLoop.undo)
    undo_event = _verb(LearningLoop.undo_event)
    undo_act = _verb(LearningLoop.undo_act)
    redo = _verb(LearningLoop.redo)
    catch_up = _verb(LearningLoop.catch_up)
    together = _verb(LearningLoop.together)

    @locked
    def follow(self, kind: type[F]) -> F:
        """Projection of a class given with the loop, up to date."""
        projection = self._projections[kind.__name__]
        assert isinstance(projection, kind)
        projection.follow(self.loop)
        return projection

    # -- snapshots --------------------------------------------------------------------

    @locked
    def snapshot_if_due(self, every: int = EVERY, kept: int = 0) -> bool:
        """Store snapshots if due, and remove old entries from memory.

        Errors are ignored: the log has everything.

        Args:
            every: entries between snapshots.
            kept: entries between removals from memory.

        Returns:
            whether snapshots were stored.
        """
        log, journal = self.loop.log, self._journal
        if journal is None or not journal.is_begun or log.in_transaction:
            return False
        if log.position - self._written < every:
            return False
        self._written = log.position
        with contextlib.suppress(StoreError):
            self._write(journal, kept)
            return True
        return False

    def snapshots(self, digest: bytes) -> dict[Snapshot, bytes]:
        """Current snapshots under the digest of the log's end, the loop's own first."""
        mark, state = self.loop.log.mark, self.loop.state
        parts = {
            **state.state(),
            "settings": settings_to_json(state.settings),
            "digests": state.events.digests,
        }
        states = {Snapshot(mark, LOOP, state.version, digest): dump(parts)}
        for name, projection in self._projections.items():
            projection.follow(self.loop)
            states[Snapshot(mark, name, projection.version, digest)] = dump(projection.state())
        return states

    def _write(self, journal: Journal, kept: int) -> None:
        log, states = self.loop.log, self.snapshots(journal.end.digest)
        journal.store.put_snapshots(self.id, states)
        of_loop, *followers = states
        for snapshot in followers:
            known = self._projections[snapshot.part].checkpoints
            known.add(log, checkpoint(journal, snapshot))
        point = checkpoint(journal, of_loop)
        self.loop.folding.checkpoints.add(log, point)
        if log.position - self._let_go >= kept:
            self._let_go = log.position
            self.loop.evict(journal, point.restore)
