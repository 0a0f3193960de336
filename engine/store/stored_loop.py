"""A stored loop: a loop with its lock, its log in the store, and its recent past in memory.

Every so many entries the states of the loop and of whatever follows it are written down beside
the log, and seldomer the entries up to there leave memory. So a loop opens as fast with 100,000
events as with 1,000, takes no more memory, and any moment of it is a short fold away.
"""

import contextlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from engine.errors import StoreError
from engine.loop import time_travel
from engine.loop.checkpoints import Checkpoints
from engine.loop.clock import Clock, utc_now
from engine.loop.folding import Folding
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.log import START, EventLog
from engine.loop.projection import Projection
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.steps import Steps, finish
from engine.store import world_codec
from engine.store.entry_codec import settings_to_json
from engine.store.journal import Journal
from engine.store.loop_info import LoopInfo, new_id
from engine.store.restoring import checkpoint, usable
from engine.store.snapshot_codec import dump
from engine.store.snapshots import Snapshot
from engine.store.store import Store
from engine.worlds import World

EVERY, KEPT = 300, 2_000
"""Entries from one snapshot to the next, and from one at which they leave memory."""
LOOP = "loop"
"""Name of the snapshot of the loop itself; that of a projection is its class's."""

Followers = Callable[[World | None], Iterable[Projection]]
"""Makes the projections that follow a loop in a world and are to be snapshot beside it."""

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Projection)


def nobody(world: World | None) -> tuple[Projection, ...]:
    """Nothing follows a loop."""
    return ()


def _verb(
    verb: Callable[Concatenate[LearningLoop, P], T],
) -> Callable[Concatenate["StoredLoop", P], T]:
    """A verb of the loop, and a snapshot after it when one is due."""

    @wraps(verb)
    def call(stored: "StoredLoop", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with stored.lock:
            result = verb(stored.loop, *args, **kwargs)
            stored.snapshot_if_due(kept=KEPT)
            return result

    return call


class StoredLoop:
    """A loop and where it is kept, shared by all who have it open in this process.

    Its verbs are the loop's own, and safe for any number of threads as those are.

    Attributes:
        id: whoever knows it may answer.
        view: in the link; whoever knows it may look.
        world: whose visitors it serves, as it began; None outside any.
        loop: the loop itself, to read.
        lock: the loop's own.

    Args:
        about: what it is.
        loop: the loop itself.
        journal: its log in the store; None for a loop in memory alone.
        followers: make what follows it.
    """

    def __init__(
        self, about: LoopInfo, loop: LearningLoop, journal: Journal | None, followers: Followers
    ) -> None:
        self.id, self.view, self._owner = about.id, about.view, about.owner
        self.world = world_codec.from_text(about.world)
        self.loop, self.lock, self._journal = loop, loop.lock, journal
        self._about, self._followers = about, followers
        self._projections = {type(one).__name__: one for one in followers(self.world)}
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
        """A new loop, in the store from its first event on; in memory alone without a store.

        Raises:
            PersonalizerError: ``BadRequest`` for what is no world by `engine.worlds.world_json`.
        """
        loop = LearningLoop(settings, seed=seed, clock=clock)
        loop.folding.keeps = True
        name = name or f"{'Loop' if world is None else world.title}, seed {seed}"
        about = LoopInfo(new_id(), owner, name, world_codec.to_text(world), seed)
        journal = None if store is None else Journal(store, about, loop.log, is_begun=False)
        return cls(about, loop, journal, followers)

    @classmethod
    def opening(
        cls, store: Store, name: str, followers: Followers = nobody, clock: Clock = utc_now
    ) -> Steps[Self]:
        """A loop out of the store, as it was, by its id or its view; each entry is a step.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if it cannot be read.
        """
        about = store.about(name)
        snapshots = [one for one in store.snapshots(about.id) if one.mark.position <= about.length]
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
        """The same in one go; see `opening`."""
        return finish(cls.opening(store, name, followers, clock))

    # -- what it was ------------------------------------------------------------------

    def as_of(self, entries: int) -> Steps[Self]:
        """The loop as the first ``entries`` of its log left it; each that is folded is a step.

        It is one of its own, in memory alone: whatever is done with either, the other stays as it
        is.
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
        """Begin where another loop may, with whose log this one's is the same up to the end."""
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
        """Whether it is in the store: from its first event on."""
        return self._journal is not None and self._journal.is_begun

    @property
    def is_lost(self) -> bool:
        """Whether the store has another log than this one, so that it has to be opened again."""
        return self._journal is not None and self._journal.is_lost

    @property
    def owner(self) -> str:
        """Whose it is, or will be once it is in the store."""
        return self._owner

    @locked
    def belong_to(self, owner: str) -> None:
        """Say whose it is; in the store only before its first event."""
        self._owner = owner
        if self._journal is not None:
            self._journal.belong_to(owner)

    @property
    def world_now(self) -> World | None:
        """Whose visitors it serves now: the world may have changed since it began."""
        return self.loop.state.world or self.world

    # -- what is done with it ---------------------------------------------------------

    preview = _verb(LearningLoop.preview)
    rank = _verb(LearningLoop.rank)
    activate = _verb(LearningLoop.activate)
    reward = _verb(LearningLoop.reward)
    expire = _verb(LearningLoop.expire)
    configure = _verb(LearningLoop.configure)
    change_world = _verb(LearningLoop.change_world)
    undo = _verb(LearningLoop.undo)
    undo_event = _verb(LearningLoop.undo_event)
    undo_act = _verb(LearningLoop.undo_act)
    redo = _verb(LearningLoop.redo)
    catch_up = _verb(LearningLoop.catch_up)
    together = _verb(LearningLoop.together)

    @locked
    def follow(self, kind: type[F]) -> F:
        """What follows the loop, of a kind that was given with it, up to now."""
        projection = self._projections[kind.__name__]
        assert isinstance(projection, kind)
        projection.follow(self.loop)
        return projection

    # -- snapshots --------------------------------------------------------------------

    @locked
    def snapshot_if_due(self, every: int = EVERY, kept: int = 0) -> bool:
        """Write down what the log has come to if it is time, and let go of a long log before.

        Failing to is no failure: the log has everything.

        Args:
            every: entries since the last time.
            kept: entries that stay in memory until they are let go of together.

        Returns:
            whether it was done.
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
        """What its log, which ends with a digest, has come to, that of the loop itself first."""
        mark, state = self.loop.log.mark, self.loop.state
        told = {
            **state.state(),
            "settings": settings_to_json(state.settings),
            "digests": state.events.digests,
        }
        states = {Snapshot(mark, LOOP, state.version, digest): dump(told)}
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
