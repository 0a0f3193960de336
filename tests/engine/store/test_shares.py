"""What one address may keep, whatever owners it invents."""

import pytest

from engine.simulation.crowd import crowd
from engine.store import Limits, Store, StoredLoop, StoreError
from tests.engine.store.workers import WORLD, serve_next


def test_an_address_has_a_share_of_loops_whatever_owners_it_invents(url: str) -> None:
    here = ["192.0.2.1"]
    store = Store.open(url, Limits(max_loops_per_address=2), address=lambda: here[0])
    first, *_ = begun = [StoredLoop.create(store, owner=o, world=WORLD) for o in ("a", "b")]
    for kept in begun:
        serve_next(kept)
    third = StoredLoop.create(store, owner="c", world=WORLD)
    for _ in range(2):
        with pytest.raises(StoreError, match="Your address keeps 2 loops here, the most it may"):
            serve_next(third)
        with pytest.raises(StoreError, match="Your address keeps 2 loops"):
            store.duplicate(first.id, "d")
        store.sweep()
    serve_next(first)
    for here[0] in ("192.0.2.2", ""):
        serve_next(StoredLoop.create(store, owner="e", world=WORLD))
    here[0] = "192.0.2.1"
    store.delete(first.id, "a")
    serve_next(third)
    store.close()


def test_an_address_has_a_share_of_bytes(url: str) -> None:
    here = ["192.0.2.1"]
    limits = Limits(max_database_per_address=1)
    store = Store.open(url, limits, address=lambda: here[0])
    kept = StoredLoop.create(store, owner="me", world=WORLD)
    serve_next(kept)
    while sum(map(len, store.texts(kept.id, 0, kept.loop.log.position))) < 1 << 19:
        kept.together(lambda: list(crowd(kept.loop, WORLD, 100)))
    store.duplicate(kept.id, "you")
    for full in (kept, StoredLoop.create(store, owner="another", world=WORLD)):
        with pytest.raises(StoreError, match="Your address keeps 1 MiB here, the most it may"):
            serve_next(full)
    here[0] = "192.0.2.2"
    serve_next(kept)
    here[0] = "192.0.2.1"
    store.delete(kept.id, "me")
    serve_next(StoredLoop.create(store, owner="me", world=WORLD))
    store.close()


def test_what_others_have_deleted_is_given_back_by_the_next_sweep(url: str) -> None:
    limits = Limits(max_loops_per_address=1)
    store, other = Store.open(url, limits, address=lambda: "192.0.2.1"), Store.open(url)
    kept = StoredLoop.create(store, owner="me", world=WORLD)
    serve_next(kept)
    other.delete(kept.id, "me")
    new = StoredLoop.create(store, owner="me", world=WORLD)
    with pytest.raises(StoreError, match="Your address"):
        serve_next(new)
    store.sweep()
    serve_next(new)
    for one in (store, other):
        one.close()
