"""Loops of each kind with several snapshots."""

from engine import LoopSettings
from engine.evaluation.learning_curve import LearningCurve
from engine.store import Store, StoredLoop
from engine.worlds import World
from tests.engine.store.workers import WORLD, serve_next

LEARNERS = {
    "online": LoopSettings(),
    "apprentice": LoopSettings(learning_mode="apprentice"),
    "classic": LoopSettings.classic(),
    "sums": LoopSettings(reward_aggregation="sum"),
}


def with_curve(world: World | None) -> tuple[LearningCurve, ...]:
    """The projections of a loop: its learning curve."""
    return (LearningCurve(WORLD),)


def loop_with_snapshots(
    store: Store, settings: LoopSettings, events: int = 40, every: int = 15
) -> StoredLoop:
    """A loop with a snapshot every so many entries."""
    kept = StoredLoop.create(
        store, owner="me", world=WORLD, seed=7, settings=settings, make_projections=with_curve
    )
    for _ in range(events):
        serve_next(kept)
        kept.snapshot_if_due(every)
    return kept
