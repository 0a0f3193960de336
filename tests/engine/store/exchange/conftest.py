"""Fixtures: a library, a loop with a history, and the lines of the loop's file."""

import pytest

from engine.store import Limits, LoopLibrary, Store, StoredLoop
from engine.store.exchange.jsonl import export_lines
from tests.engine.store.workers import WORLD, serve_next


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> LoopLibrary:
    """A library in an SQLite file."""
    folder = tmp_path_factory.mktemp("files")
    return LoopLibrary(Store.open(f"sqlite:///{folder}/events.db", Limits(max_upload=1)))


@pytest.fixture(scope="module")
def exported(library: LoopLibrary) -> StoredLoop:
    """A loop with clicks, an undo, another policy, a snapshot and no answer once."""
    kept = StoredLoop.create(library.store, owner="me", world=WORLD, seed=7)
    for _ in range(12):
        serve_next(kept)
    kept.loop.undo_event()
    kept.loop.configure(default_reward=0.25)
    kept.snapshot_if_due(every=1)
    serve_next(kept)
    answer = kept.loop.rank(WORLD.actions, WORLD.features(WORLD.contexts[5]))
    kept.loop.expire(answer.event_id)
    return kept


@pytest.fixture(scope="module")
def lines(library: LoopLibrary, exported: StoredLoop) -> list[str]:
    return list(export_lines(library.store, exported.id))
