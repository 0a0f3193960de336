"""Logs in a database: places are given once."""

import pytest

from engine.errors import OvertakenError
from engine.store import Store, StoredLoop, StoreError


def test_a_place_is_given_once(store: Store, kept: StoredLoop) -> None:
    length = store.length(kept.id)
    entry = kept.loop.log[0]
    with pytest.raises(OvertakenError):
        store.append(kept.id, length - 1, [entry], 0)
    with pytest.raises(StoreError, match="lost a part"):
        store.append(kept.id, length + 1, [entry], 0)
    assert store.length(kept.id) == length
