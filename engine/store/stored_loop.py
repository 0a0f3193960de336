"""A stored loop: a loop with its lock, its log in the store, and recent entries in memory.

At intervals of entries the states of the loop and of its projections are stored beside the log,
and, less often, old entries leave memory. So a loop with 100,000 events opens as fast as one with
1,000 and takes no more memory, and any moment of its past is a short fold away.
"""

import contextlib
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from engine.errors import OvertakenError, StoreError
from engine.loop import time_travel
from engine.loop.checkpoints import Checkpoints
from engine.loop.clock import Clock, utc_now
from engine.loop.entries import Entry
from engine.loop.folding import Folding
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.log import START, EventLog
from engine.loop.logged_state import ATTEMPTS, NO_NEWS
from engine.loop.projection import Projection
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.pausable_steps import Steps, finish
from engine.store import world_codec
from engine.store.entry_codec import settings_to_json
from engine.store.log_retention import beginning, oldest_kept, without_earlier
from engine.store.loop_info import LoopInfo, new_id
from engine.store.loop_recorder import LoopRecorder
from engine.store.snapshot_codec import dump
from engine.store.snapshot_restore import checkpoint, usable
from engine.store.snapshots import Snapshot
from engine.store.store import Store
from engine.worlds import World

SNAPSHOT_INTERVAL, EVICTION_INTERVAL = 300, 2_000
"""Entries between two snapshots, and between two removals of old entries from memory."""
LOOP = "loop"
"""Name of the loop's own snapshots; those of a projection have its class name."""

ProjectionFactory = Callable[[World | None], Iterable[Projection]]
"""Creates the projections of a loop in a world, which are stored as snapshots, too."""

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Projection)


def no_projections(world: World | None) -> tuple[Projection, ...]:
    """No projections."""
    return ()


def _delegated(
    method: Callable[Concatenate[LearningLoop, P], T],
) -> Callable[Concatenate["StoredLoop", P], T]:
    """Wrap a method of the loop, with a snapshot afterwards if due."""

    @wraps(method)
    def call(stored: "StoredLoop", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with stored.lock:
            result = method(stored.loop, *args, **kwargs)
            stored.snapshot_if_due(evict_every=EVICTION_INTERVAL)
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
        recorder: its log in the store; None for a loop in memory alone.
        make_projections: creates its projections.
    """

    def __init__(
        self,
        about: LoopInfo,
        loop: LearningLoop,
        recorder: LoopRecorder | None,
        make_projections: ProjectionFactory,
    ) -> None:
        self.id, self.view, self._owner = about.id, about.view, about.owner
        self.world = world_codec.from_text(about.world)
        self.loop, self.lock, self._recorder = loop, loop.lock, recorder
        self._about, self._make_projections = about, make_projections
        self._projections = {
            type(projection).__name__: projection for projection in make_projections(self.world)
        }
        for projection in self._projections.values():
            projection.keeps = loop.folding.keeps
        self._last_snapshot = self._evicted = 0
        loop.record_to(recorder)

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
        make_projections: ProjectionFactory = no_projections,
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
        recorder = None if store is None else LoopRecorder(store, about, loop.log, is_begun=False)
        return cls(about, loop, recorder, make_projections)

    @classmethod
    def open_steps(
        cls,
        store: Store,
        name: str,
        make_projections: ProjectionFactory = no_projections,
        clock: Clock = utc_now,
    ) -> Steps[Self]:
        """Open a stored loop by its id or its view; each entry is a step.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        about = store.loop_info(name)
        snapshots = [s for s in store.snapshots(about.id) if s.mark.position <= about.length]
        known = usable(snapshots, LOOP, LoopState.version)
        begin = known[-1].mark if known else START
        recorder = LoopRecorder(store, about, EventLog(), is_begun=True)
        log = recorder.log = EventLog(begin, recorder)
        for entry in store.read(about.id, log.position, about.length):
            log.append(entry, recorded=True)
            yield None
        points = [checkpoint(recorder, snapshot) for snapshot in known]
        folding = Folding(Checkpoints(points), keeps=True)
        loop = yield from LearningLoop.resuming(log, seed=about.seed, clock=clock, folding=folding)
        stored = cls(about, loop, recorder, make_projections)
        stored._last_snapshot = stored._evicted = begin.position
        for part, projection in stored._projections.items():
            known = usable(snapshots, part, projection.version)
            for snapshot in known:
                projection.checkpoints.add(log, checkpoint(recorder, snapshot))
            latest = known[-1].mark.position if known else 0
            stored._last_snapshot = min(stored._last_snapshot, latest)
            yield from projection.following(loop)
        return stored

    @classmethod
    def open(
        cls,
        store: Store,
        name: str,
        make_projections: ProjectionFactory = no_projections,
        clock: Clock = utc_now,
    ) -> Self:
        """Open a stored loop in one go; see `open_steps`."""
        return finish(cls.open_steps(store, name, make_projections, clock))

    # -- what it was ------------------------------------------------------------------

    def as_of(self, entries: int) -> Steps[Self]:
        """The loop after the first ``entries`` of its log; each entry to be folded is a step.

        The result is an independent loop in memory alone.
        """
        loop = yield from time_travel.as_of(self.loop, entries)
        past = type(self)(self._about, loop, None, self._make_projections)
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
        return self._recorder is not None and self._recorder.is_begun

    @property
    def is_lost(self) -> bool:
        """True if the stored log differs from this one; the loop must then be opened again."""
        return self._recorder is not None and self._recorder.is_lost

    @locked
    def save(self) -> None:
        """Write the loop to the store now, instead of with its first event."""
        if self._recorder is not None:
            self._recorder.begin()

    @locked
    def delete_log(self, before: datetime | None = None) -> None:
        """Erase the log; the model, the settings and the world begin a new one.

        That is an update of the served model.
        This object is lost then: the loop must be opened again.

        Args:
            before: erase the entries before a time alone; None for all.
        """
        for _ in range(ATTEMPTS):
            self.catch_up()
            with contextlib.suppress(OvertakenError):
                self._replace_log(before)
                return
        raise StoreError(NO_NEWS)

    def _replace_log(self, before: datetime | None) -> None:
        assert self._recorder is not None
        log, erased = self.loop.log, self.loop
        entries: list[Entry] = []
        if before is not None:
            size = bisect_left(range(len(log)), before, lo=1, key=lambda at: log[at].time)
            erased = finish(time_travel.as_of(self.loop, size))
            entries = [*without_earlier(log.since(size), len(erased.events))]
        self._recorder.replace([*beginning(erased.state, erased.now), *entries])

    @locked
    def apply_retention(self) -> bool:
        """Erase the events older than the service's retention, once they are older by a day.

        Returns:
            whether anything was erased; this object is lost then.
        """
        days = self.loop.state.service.log_retention_days
        erased_before = oldest_kept(self.loop.log, days, self.loop.now)
        if erased_before is None:
            return False
        self.delete_log(erased_before)
        return True

    @property
    def owner(self) -> str:
        """Present or intended owner."""
        return self._owner

    @locked
    def belong_to(self, owner: str) -> None:
        """Set the owner; for the store, only before the first event."""
        self._owner = owner
        if self._recorder is not None:
            self._recorder.belong_to(owner)

    @property
    def world_now(self) -> World | None:
        """Current world, after changes since the start."""
        return self.loop.state.world or self.world

    # -- what is done with it ---------------------------------------------------------

    preview = _delegated(LearningLoop.preview)
    rank = _delegated(LearningLoop.rank)
    activate = _delegated(LearningLoop.activate)
    reward = _delegated(LearningLoop.reward)
    expire = _delegated(LearningLoop.expire)
    configure = _delegated(LearningLoop.configure)
    serve = _delegated(LearningLoop.serve)
    take_reward = _delegated(LearningLoop.take_reward)
    take_activation = _delegated(LearningLoop.take_activation)
    preview_multi_slot = _delegated(LearningLoop.preview_multi_slot)
    rank_multi_slot = _delegated(LearningLoop.rank_multi_slot)
    ask_multi_slot = _delegated(LearningLoop.ask_multi_slot)
    reward_multi_slot = _delegated(LearningLoop.reward_multi_slot)
    activate_multi_slot = _delegated(LearningLoop.activate_multi_slot)
    serve_multi_slot = _delegated(LearningLoop.serve_multi_slot)
    take_slot_rewards = _delegated(LearningLoop.take_slot_rewards)
    take_slot_activations = _delegated(LearningLoop.take_slot_activations)
    configure_service = _delegated(LearningLoop.configure_service)
    reset_model = _delegated(LearningLoop.reset_model)
    import_model = _delegated(LearningLoop.import_model)
    expire_some = _delegated(LearningLoop.expire_some)
    change_world = _delegated(LearningLoop.change_world)
    undo = _delegated(LearningLoop.undo)
    undo_event = _delegated(LearningLoop.undo_event)
    undo_act = _delegated(LearningLoop.undo_act)
    redo = _delegated(LearningLoop.redo)
    catch_up = _delegated(LearningLoop.catch_up)
    together = _delegated(LearningLoop.together)

    @locked
    def follow(self, kind: type[F]) -> F:
        """Projection of a class given with the loop, up to date."""
        projection = self._projections[kind.__name__]
        assert isinstance(projection, kind)
        projection.follow(self.loop)
        return projection

    # -- snapshots --------------------------------------------------------------------

    @locked
    def snapshot_if_due(self, every: int = SNAPSHOT_INTERVAL, evict_every: int = 0) -> bool:
        """Store snapshots if due, and remove old entries from memory.

        Errors are ignored: the log has everything.

        Args:
            every: entries between snapshots.
            evict_every: entries between removals from memory.

        Returns:
            whether snapshots were stored.
        """
        log, recorder = self.loop.log, self._recorder
        if recorder is None or not recorder.is_begun or log.in_transaction:
            return False
        if log.position - self._last_snapshot < every:
            return False
        self._last_snapshot = log.position
        with contextlib.suppress(StoreError):
            self._write(recorder, evict_every)
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

    def _write(self, recorder: LoopRecorder, evict_every: int) -> None:
        log, states = self.loop.log, self.snapshots(recorder.end.digest)
        recorder.store.put_snapshots(self.id, states)
        of_loop, *of_projections = states
        for snapshot in of_projections:
            known = self._projections[snapshot.part].checkpoints
            known.add(log, checkpoint(recorder, snapshot))
        point = checkpoint(recorder, of_loop)
        self.loop.folding.checkpoints.add(log, point)
        if log.position - self._evicted >= evict_every:
            self._evicted = log.position
            self.loop.evict(recorder, point.restore)
