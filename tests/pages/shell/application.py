"""An application of a running app: a loop without a world, and its key."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.loop.settings import LoopSettings
from engine.store import Store, StoredLoop
from engine.store.database import FILE
from tests.browser.app import running


@dataclass(frozen=True, slots=True)
class Application:
    """An application.

    Attributes:
        address: URL of the app.
        pid: process id of the app.
        id: of the loop.
    """

    address: str
    pid: int
    store: Store
    id: str
    key: str

    @property
    def stored(self) -> StoredLoop:
        """The loop as it is in the database now."""
        return StoredLoop.open(self.store, self.id)


@contextmanager
def application(
    data: Path,
    settings: LoopSettings | None = None,
    seed: int = 7,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Application]:
    """Run the app over a folder, with a new loop in its database."""
    with running(data=data, environment=environment) as server:
        store = Store.open(f"sqlite:///{data}/{FILE}")
        more: dict[str, Any] = {} if settings is None else {"settings": settings}
        stored = StoredLoop.create(store, owner="me", seed=seed, **more)
        stored.save()
        key = store.rotate_key(stored.id, "me", 1)
        yield Application(server.address, server.pid, store, stored.id, key)
        store.close()
