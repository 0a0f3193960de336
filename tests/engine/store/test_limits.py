"""Limits: from the environment, and what happens when one is reached."""

from dataclasses import replace

import pytest

from engine import PersonalizerError
from engine.store import Limits, Store, StoredLoop, StoreError
from tests.engine.store.workers import WORLD, serve_next


def test_so_many_loops_and_no_more(url: str) -> None:
    store = Store.open(url, Limits(max_loops=2))
    for _ in range(2):
        serve_next(StoredLoop.create(store, owner="me", world=WORLD))
    third = StoredLoop.create(store, owner="me", world=WORLD)
    with pytest.raises(StoreError, match="keeps 2 loops, the most it may"):
        serve_next(third)
    assert (len(third.loop.events), len(store.loops("me"))) == (0, 2)
    serve_next(StoredLoop.create(store, owner="you", world=WORLD))
    store.delete(store.loops("me")[0].id, "me")
    serve_next(third)
    store.close()


def test_limits_come_from_the_environment() -> None:
    given = {"PLAYGROUND_MAX_LOOPS": "3", "PLAYGROUND_RETENTION_DAYS": " 7 ", "OTHER": "x"}
    assert Limits.from_environment(given) == replace(Limits(), max_loops=3, retention_days=7)
    for text, told in {"0": "0", "-1": "'-1'", "many": "'many'", "9" * 12: "9" * 12}.items():
        with pytest.raises(PersonalizerError, match=f"PLAYGROUND_MAX_UPLOAD is {told}, but must"):
            Limits.from_environment({"PLAYGROUND_MAX_UPLOAD": text})
