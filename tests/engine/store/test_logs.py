"""Logs in a database: places are given once, and damage is found."""

from dataclasses import replace

import pytest

from engine.errors import DamagedError, OvertakenError
from engine.store import Store, StoredLoop


def test_a_place_is_given_once(store: Store, kept: StoredLoop) -> None:
    end, entry = store.about(kept.id).end, kept.loop.log[0]
    with pytest.raises(OvertakenError):
        store.append(kept.id, replace(end, length=end.length - 1), [entry], 0)
    for other in (replace(end, length=end.length + 1), replace(end, digest=b"another")):
        with pytest.raises(DamagedError, match="missing, or is another"):
            store.append(kept.id, other, [entry], 0)
    assert store.length(kept.id) == store.length(kept.view) == end.length
