"""Drafts of worlds, stored for a reload."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from engine import PersonalizerError
from engine.store import Limits, Store
from engine.store.schema import DRAFTS
from engine.store.world_drafts import LATEST, MAX_TEXT


def test_a_draft_is_found_by_its_key_until_its_owner_has_many_newer_ones(store: Store) -> None:
    first = store.keep_draft("one", "ann")
    assert store.draft(first) == "one"
    assert store.keep_draft("one", "ann") == first
    keys = [store.keep_draft(f"draft {n}", "ann") for n in range(LATEST)]
    assert store.draft(first) is None
    assert store.keep_draft("one", "bo") == first
    assert [store.draft(key) for key in keys] == [f"draft {n}" for n in range(LATEST)]
    assert store.draft("0" * 64) is None


def test_a_damaged_or_an_endless_one_is_none(store: Store) -> None:
    key = store.keep_draft("one", "ann")
    with store._writing() as connection:
        connection.execute(update(DRAFTS).values(text="other"))
    assert store.draft(key) is None
    with pytest.raises(PersonalizerError, match="its length is 1000001, but must be at most"):
        store.keep_draft("x" * (MAX_TEXT + 1), "ann")


def test_what_is_no_text_any_more_is_none(plain_store: Store) -> None:
    key = plain_store.keep_draft("one", "ann")
    with plain_store._writing() as connection:
        connection.execute(text("UPDATE drafts SET text = x'FF'"))
    assert plain_store.draft(key) is None


def test_one_that_nobody_keeps_on_expires(url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = Store.open(url, Limits(retention_days=2), clock=lambda: now[0])
    old, used = (store.keep_draft(text, "ann") for text in ("old", "used"))
    for day in range(5):
        now[0] += timedelta(days=1)
        store.keep_draft("used", "ann")
        store.sweep()
        assert (store.draft(old) is not None) == (day < 2)
    assert store.draft(used) == "used"
    store.close()


def test_drafts_count_for_the_size_of_the_database(store: Store) -> None:
    before = store.size
    store.keep_draft(os.urandom(200_000).hex(), "me")
    assert store.size >= before + 200_000
