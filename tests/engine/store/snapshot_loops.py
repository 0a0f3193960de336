"""Loops of each kind with snapshots on their way."""

from engine import LoopSettings
from engine.store import Store, StoredLoop, keep
from tests.workers import serve_next

LEARNERS = {
    "online": LoopSettings(),
    "apprentice": LoopSettings(learning_mode="apprentice"),
    "classic": LoopSettings.classic(),
    "sums": LoopSettings(reward_aggregation="sum"),
}


def loop_with_snapshots(
    store: Store, settings: LoopSettings, events: int = 40, every: int = 15
) -> StoredLoop:
    """A loop with a snapshot every so many entries."""
    kept = keep(store, owner="me", world="coffee", seed=7, settings=settings)
    for _ in range(events):
        serve_next(kept)
        kept.snapshot_if_due(every)
    return kept
