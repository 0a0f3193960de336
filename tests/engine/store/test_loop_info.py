"""Facts about a loop, read from its row; changed rows are refused."""

import pytest
from sqlalchemy import text

from engine.errors import DamagedError
from engine.store import Store, StoredLoop
from engine.store.loop_info import Damaged, new_id
from tests.engine.store.workers import WORLD, serve_next


@pytest.fixture
def kept(plain_store: Store) -> StoredLoop:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=2**70)
    serve_next(kept)
    return kept


def test_info_equals_the_written_values(plain_store: Store, kept: StoredLoop) -> None:
    about = plain_store.loop_info(kept.id)
    assert (about.owner, about.seed, about.origin) == ("me", 2**70, "here")
    assert (about.length, about.events) == (kept.loop.log.position, 1)
    assert plain_store.loop_info(about.view) == about


@pytest.mark.parametrize(
    "change",
    ["owner = 'you'", "name = 'other'", "seed = '8'", "origin = 'edited'", "created = 0",
     "events = events + 1", "view = 'another'", "created = 'long ago'",
     "name = CAST(x'ff' AS TEXT)"],
)  # fmt: skip
def test_a_row_that_was_changed_is_not_believed(
    plain_store: Store, kept: StoredLoop, change: str
) -> None:
    with plain_store._writing() as connection:
        connection.execute(text(f"UPDATE loops SET {change}"))
    with pytest.raises(DamagedError):
        plain_store.loop_info(kept.id)


@pytest.mark.parametrize("change", ["owner = 'you', name = 'other'", "seed = '8'"])
def test_a_damaged_loop_stays_damaged_after_any_operation(store: Store, change: str) -> None:
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    with store._writing() as connection:
        connection.execute(text(f"UPDATE loops SET {change}"))
    store.hand_over("me", "you")
    store.rename(kept.id, "you", "mine")
    with pytest.raises(DamagedError):
        store.loop_info(kept.id)
    assert store.loops("you") == []
    assert store.listed("you") == [Damaged(kept.id, "mine")]


def test_no_two_ids_are_the_same() -> None:
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {len(one) for one in ids} == {22}
