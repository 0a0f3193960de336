"""Limits from the environment, and the effects of reaching them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine import PersonalizerError
from engine.simulation.simulated_visitors import crowd
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


def test_so_many_loops_of_all_and_no_more(url: str) -> None:
    store = Store.open(url, Limits(max_loops_total=2))
    for owner in ("me", "you"):
        serve_next(StoredLoop.create(store, owner=owner, world=WORLD))
    with pytest.raises(StoreError, match="This server keeps 2 loops, the most it may"):
        serve_next(StoredLoop.create(store, owner="another", world=WORLD))
    store.close()


def test_so_many_bytes_and_no_more(url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = Store.open(url, Limits(max_database=1), clock=lambda: now[0])
    kept = StoredLoop.create(store, owner="me", world=WORLD)
    kept.together(lambda: list(crowd(kept.loop, WORLD, 500)))
    assert store.size > 1 << 20
    serve_next(kept)  # The size was measured a moment ago.
    now[0] += timedelta(seconds=11)
    for full in (kept, StoredLoop.create(store, owner="me", world=WORLD)):
        with pytest.raises(StoreError, match="keeps 1 MiB of loops, the most it may, so this was"):
            serve_next(full)
    assert len(kept.loop.events) == store.loop_info(kept.id).events == 501
    store.close()


def test_who_is_given_loops_has_no_more_than_others(url: str) -> None:
    store = Store.open(url, Limits(max_loops=2))
    begun = [StoredLoop.create(store, owner=owner, world=WORLD) for owner in ("me", "you", "you")]
    for kept in begun:
        serve_next(kept)
    store.hand_over("you", "me")
    assert [about.id for about in store.loops("me")] == [begun[2].id, begun[0].id]
    store.close()


def test_limits_come_from_the_environment() -> None:
    given = {"PLAYGROUND_MAX_LOOPS": "3", "PLAYGROUND_RETENTION_DAYS": " 7 ", "OTHER": "x"}
    assert Limits.from_environment(given) == replace(Limits(), max_loops=3, retention_days=7)
    for text, quoted in {"0": "0", "-1": "'-1'", "many": "'many'", "9" * 12: "9" * 12}.items():
        with pytest.raises(PersonalizerError, match=f"PLAYGROUND_MAX_UPLOAD is {quoted}, but must"):
            Limits.from_environment({"PLAYGROUND_MAX_UPLOAD": text})
