"""A store in an empty database, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store import Store, StoredLoop
from tests.engine.store.databases import KINDS, database, skip_without
from tests.engine.store.workers import WORLD, serve_next
from tests.faults.disk import Disk, small_disk
from tests.faults.missing import MissingError


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    skip_without(request.param)
    with database(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store at the test database's address."""
    store = Store.open(url, patience=0.3)
    yield store
    store.close()


@pytest.fixture
def kept(store: Store) -> StoredLoop:
    """A loop of the coffee shop with one visitor."""
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    return kept


@pytest.fixture
def plain_url(tmp_path: Path) -> str:
    """The address of an empty SQLite database."""
    return f"sqlite:///{tmp_path}/plain.db"


@pytest.fixture
def plain_store(plain_url: str) -> Iterator[Store]:
    """A store at the address of the plain SQLite database."""
    store = Store.open(plain_url)
    yield store
    store.close()


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of three MiB."""
    try:
        with small_disk() as disk:
            yield disk
    except MissingError as missing:
        pytest.skip(str(missing))
