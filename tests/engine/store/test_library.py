"""A process's library: each loop open once."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from engine.errors import DamagedError
from engine.store import GoneError, Library, Limits, Store, StoredLoop
from engine.store.schema import ENTRIES
from engine.store.store import About
from engine.worlds import WORLDS
from tests.engine.store.workers import WORLD, beliefs, serve_next


def test_a_copy_goes_its_own_way(store: Store, kept: StoredLoop) -> None:
    for _ in range(5):
        serve_next(kept)
    kept.snapshot_if_due(every=1)
    library = Library(store, lambda: 0.0)
    opened = library.copy(library.open(kept.view), "you")
    copy = store.about(opened.id)
    assert (copy.owner, copy.events, copy.name) == ("you", 6, "Coffee, seed 7, copy")
    assert copy.end == store.about(kept.id).end
    assert beliefs(opened.loop) == beliefs(kept.loop)
    serve_next(opened)
    assert (len(kept.loop.events), len(opened.loop.events)) == (6, 7)


def test_a_library_opens_a_loop_once(store: Store, kept: StoredLoop) -> None:
    library = Library(store, lambda: 0.0)
    assert library.open(kept.id) is library.open(kept.id) is library.open(kept.view)
    begun = library.begin("me", WORLDS["news"], 1, kept.loop.settings)
    assert library.open(begun.id) is begun
    with pytest.raises(GoneError):
        library.open("nobody")


def test_a_damaged_loop_is_refused_and_whoever_runs_the_server_learns_of_it(
    plain_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    plain_store._change(delete(ENTRIES).filter_by(position=1))
    with pytest.raises(DamagedError):
        Library(plain_store, lambda: 0.0).open(kept.id)
    assert [record.msg for record in caplog.records] == ["loop damaged"]


def test_loops_are_handed_over(store: Store, kept: StoredLoop) -> None:
    library = Library(store, lambda: 0.0)
    opened = library.open(kept.id)
    library.hand_over("me", "you")
    assert [about.id for about in store.loops("you")] == [kept.id]
    assert opened.owner == store.about(kept.id).owner == "you"


def test_who_knows_the_view_of_a_loop_cannot_tell_its_id(store: Store, kept: StoredLoop) -> None:
    digest = hashlib.sha256(b"view:" + kept.id.encode()).digest()
    assert kept.view == urlsafe_b64encode(digest).decode()[:22]
    assert StoredLoop.open(store, kept.view).id == kept.id
    with pytest.raises(GoneError):
        store.delete(kept.view, "me")


def test_loops_expire(url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = Store.open(url, Limits(retention_days=3), clock=lambda: now[0])
    old = StoredLoop.create(store, owner="me", world=WORLD)
    serve_next(old)
    store.create(About("unfinished", "me", "x", None, 0), ready=False)
    now[0] += timedelta(days=2)
    young = StoredLoop.create(store, owner="me", world=WORLD)
    serve_next(young)
    hours = iter([0.0, 0.0, 10.0, 10.0, 4_000.0, 4_000.0])
    library = Library(store, lambda: next(hours))
    assert [about.id for about in library.loops("me")] == [young.id, old.id]
    with pytest.raises(GoneError):
        store.length("unfinished")
    now[0] += timedelta(days=2)
    assert [about.id for about in library.loops("me")] == [young.id]
    assert store.length(old.id)
    with pytest.raises(GoneError):
        store.about(old.id)
    assert store.sweep() == 1
    assert store.sweep() == 0
    with pytest.raises(GoneError):
        store.length(old.id)
    store.close()
