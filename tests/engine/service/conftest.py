"""An application of a loop without a world."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store import Store
from tests.engine.service.calling import Application


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in an SQLite database."""
    store = Store.open(f"sqlite:///{tmp_path}/service.db")
    yield store
    store.close()


@pytest.fixture
def application(store: Store) -> Application:
    """An application there."""
    return Application.of(store)
