"""Logs in a database: places are given once, and damage is found."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from engine.errors import DamagedError, OvertakenError
from engine.store import Store, StoredLoop
from tests.engine.store.workers import serve_next


def test_a_place_is_given_once(store: Store, kept: StoredLoop) -> None:
    end, entry = store.about(kept.id).end, kept.loop.log[0]
    with pytest.raises(OvertakenError):
        store.append(kept.id, replace(end, length=end.length - 1), [entry], 0)
    for other in (replace(end, length=end.length + 1), replace(end, digest=b"another")):
        with pytest.raises(DamagedError, match="missing, or is another"):
            store.append(kept.id, other, [entry], 0)
    assert store.length(kept.id) == store.length(kept.view) == end.length
    assert store.lengths({kept.view, "nobody"}) == {kept.view: end.length}


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
    with store.overhaul() as connection:
        connection.execute(text(damage))
    with pytest.raises(DamagedError):
        store.of_event(kept.id, event, length)
