"""Logs in a database: unique positions, and detection of damage."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from engine.errors import DamagedError, OvertakenError
from engine.store import Store, StoredLoop
from tests.engine.store.workers import WORLD, serve_next


def test_a_place_is_given_once(store: Store, kept: StoredLoop) -> None:
    end, entry = store.loop_info(kept.id).end, kept.loop.log[0]
    with pytest.raises(OvertakenError):
        store.append(kept.id, replace(end, length=end.length - 1), [entry], 0)
    for other in (replace(end, length=end.length + 1), replace(end, digest=b"another")):
        with pytest.raises(DamagedError, match="missing, or is another"):
            store.append(kept.id, other, [entry], 0)
    assert store.length(kept.id) == store.length(kept.view) == end.length
    assert store.lengths({kept.view, "nobody"}) == {kept.view: end.length}


def test_many_logs_are_asked_about_at_once_by_id_or_view(store: Store, kept: StoredLoop) -> None:
    other = StoredLoop.create(store, owner="somebody", world=WORLD, seed=8)
    for _ in range(2):
        serve_next(other)
    one, two = store.length(kept.id), store.length(other.id)
    nobody = {f"nobody-{number}" for number in range(500)}
    names = {kept.id, other.id, other.view}
    assert one < two
    assert store.lengths(names | nobody) == {kept.id: one, other.id: two, other.view: two}
    assert store.lengths(nobody) == store.lengths(set()) == {}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET body = '{}' WHERE position = 10",
        "DELETE FROM entries WHERE position = 8",
    ],
)
def test_damage_to_one_event_is_found(store: Store, kept: StoredLoop, damage: str) -> None:
    for _ in range(4):
        serve_next(kept)
    event, length = list(kept.loop.events)[-1], store.length(kept.id)
    assert [at for at, _ in store.of_event(kept.id, event, length)] == [9, 10]
    with store._writing() as connection:
        connection.execute(text(damage))
    with pytest.raises(DamagedError):
        store.of_event(kept.id, event, length)
