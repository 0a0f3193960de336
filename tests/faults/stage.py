"""Set-up for faults: a server, a browser and a loop with some clicks."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from engine.store import GoneError, Store, StoredLoop
from tests.browser.app import Server, running
from tests.faults.clicker import Clicker
from tests.faults.processes import alive, descendants, wait_until_ended


@dataclass(frozen=True, slots=True)
class Place:
    """Storage of loops.

    Attributes:
        data: data folder of the app.
        url: address of the database for this process.
        environment: database settings for the app; empty for SQLite in the data folder.
    """

    data: Path
    url: str
    environment: dict[str, str]

    @classmethod
    def in_folder(cls, folder: Path) -> "Place":
        """An SQLite file."""
        return cls(folder, f"sqlite:///{folder}/events.db", {})

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.data / "events.db"

    @property
    def files(self) -> list[Path]:
        """The database file and its write-ahead log, as far as they exist."""
        return sorted(self.data.glob("events.db*"))

    def id_of(self, view: str) -> str:
        """Id of a loop, for a link with permission to answer."""
        store = Store.open(self.url)
        try:
            return store.loop_info(view).id
        finally:
            store.close()

    def stored(self, loop: str) -> int:
        """Number of a loop's events found by a new process."""
        store = Store.open(self.url)
        try:
            return len(StoredLoop.open(store, loop).loop.events)
        except GoneError:
            return 0
        finally:
            store.close()


@contextmanager
def playing(
    browser: Browser, place: Place, loop: str | None = None, clicks: int = 3
) -> Iterator[tuple[Server, Clicker]]:
    """Run a server, with a user who has clicked a few times.

    Raises:
        RuntimeError: if a click does not count.
    """
    with running(data=place.data, environment=place.environment) as server:
        clicker = Clicker(browser.new_context().new_page(), server.address).open(loop)
        try:
            for _ in range(clicks):
                clicker.until_asked()
                if (fate := clicker.press(60)) != "counted":
                    raise RuntimeError(f"a click was {fate} before anything was wrong")
            yield server, clicker
        finally:
            clicker.close()


@dataclass(frozen=True, slots=True)
class End:
    """The end of a server.

    Attributes:
        took: seconds until the end.
        orphans: processes of the server that did not end.
    """

    took: float
    orphans: frozenset[int]


def end(server: Server, by: signal.Signals, patience: float = 15) -> End:
    """Send a signal to a server, and find processes left so many seconds later."""
    family, start = descendants(server.pid), time.monotonic()
    os.kill(server.pid, by)
    left = wait_until_ended({server.pid}, 60)
    took = time.monotonic() - start
    if left:
        raise RuntimeError(f"the server does not end by {by.name}")
    return End(took, frozenset(wait_until_ended(family, patience)))


def clear_away(orphans: frozenset[int]) -> None:
    """Kill the processes left by a server."""
    for pid in alive(orphans):
        os.kill(pid, signal.SIGKILL)
