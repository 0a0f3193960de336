"""Audit of a database: all rows are read, and changed rows are reported."""

import pytest

from engine.errors import DamagedError
from engine.store import Store, StoredLoop
from engine.store.database_check import check_database
from tests.engine.requests import DRINKS
from tests.engine.store.damage import DAMAGES, HARMLESS, damage
from tests.engine.store.workers import beliefs, serve_next


@pytest.fixture
def long(kept: StoredLoop) -> StoredLoop:
    """A loop with snapshots."""
    for _ in range(8):
        serve_next(kept)
        kept.snapshot_if_due(every=6)
    return kept


def test_a_whole_database_is_whole(store: Store, long: StoredLoop) -> None:
    assert list(check_database(store)) == []


@pytest.mark.combinations
@pytest.mark.parametrize("name", sorted(DAMAGES.keys() - HARMLESS))
def test_damage_is_found_and_never_believed(store: Store, long: StoredLoop, name: str) -> None:
    damage(store, name)
    assert list(check_database(store))
    with pytest.raises(DamagedError, match=r"is damaged: .* Restore it from a backup\."):
        list(StoredLoop.open(store, long.id).loop.log.history)


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_a_damaged_snapshot_is_found_and_the_log_makes_it_good(
    store: Store, long: StoredLoop, name: str
) -> None:
    damage(store, name)
    (finding,) = check_database(store)
    assert "snapshots are damaged; the log has everything" in finding.description
    assert beliefs(StoredLoop.open(store, long.id).loop) == beliefs(long.loop)


@pytest.mark.parametrize("name", ["last entry gone", "length one too low", "length one too high"])
def test_a_click_on_a_damaged_log_is_refused_and_not_tried_for_ever(
    store: Store, long: StoredLoop, name: str
) -> None:
    damage(store, name)
    with pytest.raises(DamagedError):
        serve_next(long)


@pytest.mark.parametrize("name", ["last entry gone", "length one too low", "length one too high"])
def test_no_entry_is_appended_to_a_damaged_log(store: Store, long: StoredLoop, name: str) -> None:
    damage(store, name)
    with pytest.raises(DamagedError):
        long.rank(DRINKS)
    assert long.is_lost
