"""Keys of applications: two a loop, shown once, and stored as digests."""

import pytest
from sqlalchemy import text

from engine.errors import GoneError
from engine.store import Store, StoredLoop
from engine.store.service_keys import KNOWN_FOR, KnownKeys, digest_of_key
from tests.engine.refusals import refusal


def test_both_keys_of_a_loop_open_it_and_a_rotated_one_does_not(
    store: Store, kept: StoredLoop
) -> None:
    first, second = (store.rotate_key(kept.id, "me", slot) for slot in (1, 2))
    assert {store.loop_of_key(key) for key in (first, second)} == {kept.id}
    new = store.rotate_key(kept.id, "me", 1)
    assert [store.loop_of_key(key) for key in (first, second, new)] == [None, kept.id, kept.id]
    assert sorted(store.keys_made(kept.id)) == [1, 2]
    store.revoke_keys(kept.id, "somebody")
    assert store.loop_of_key(new) == kept.id
    store.revoke_keys(kept.id, "me")
    assert store.loop_of_key(new) is None


def test_no_key_is_in_the_database(store: Store, kept: StoredLoop) -> None:
    key = store.rotate_key(kept.id, "me", 1)
    with store._reading() as connection:
        (row,) = connection.execute(text("SELECT * FROM service_keys")).all()
    assert bytes(row.digest) == digest_of_key(key)
    assert key not in str(tuple(row))


def test_only_the_owner_rotates_keys_and_there_are_two(store: Store, kept: StoredLoop) -> None:
    with pytest.raises(GoneError):
        store.rotate_key(kept.id, "somebody", 1)
    assert refusal(lambda: store.rotate_key(kept.id, "me", 3)).code == "BadRequest"


def test_the_key_of_a_deleted_loop_opens_nothing(store: Store, kept: StoredLoop) -> None:
    key = store.rotate_key(kept.id, "me", 1)
    store.delete(kept.id, "me")
    assert store.loop_of_key(key) is None


def test_a_loop_without_an_event_can_have_keys_once_it_is_saved(store: Store) -> None:
    loop = StoredLoop.create(store, owner="me")
    loop.save()
    assert store.loop_of_key(store.rotate_key(loop.id, "me", 2)) == loop.id
    assert StoredLoop.open(store, loop.id).loop.settings == loop.loop.settings


def test_signatures_are_those_of_one_database(store: Store) -> None:
    assert store.signature(b"model") == store.signature(b"model") != store.signature(b"other")
    assert len(store.signature(b"")) == 32


def test_a_known_key_is_looked_up_again_after_a_second() -> None:
    time, answers = [0.0], iter(["loop", None])
    keys = KnownKeys(lambda: time[0])
    assert keys.get(b"key", lambda: next(answers)) == "loop"
    time[0] = KNOWN_FOR * 0.99
    assert keys.get(b"key", lambda: next(answers)) == "loop"
    time[0] = KNOWN_FOR
    assert keys.get(b"key", lambda: next(answers)) is None


def test_a_key_that_is_replaced_while_it_is_looked_up_is_not_known() -> None:
    keys = KnownKeys(lambda: 0.0)

    def look_up() -> str:
        keys.forget()
        return "loop"

    assert keys.get(b"key", look_up) == "loop"
    assert keys.get(b"key", lambda: None) is None


def test_an_unknown_key_is_looked_up_each_time() -> None:
    keys = KnownKeys(lambda: 0.0)
    assert keys.get(b"key", lambda: None) is None
    assert keys.get(b"key", lambda: "loop") == "loop"
