"""A PostgreSQL of one's own, to be stopped and started as a test wants."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.browser.app import HOST, free_port
from tests.faults.missing import MissingError

_USER = "playground"


class Postgres:
    """A PostgreSQL cluster in a folder, without waits for the disk, as the machine never crashes.

    Attributes:
        host, port: address of the server.

    Args:
        programs: folder with ``initdb`` and ``pg_ctl``.
        folder: data folder; belongs to the user that runs the server.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self.host, self.port = HOST, free_port()
        self._run("initdb", "-A", "trust", "-U", _USER)

    def url(self, port: int | None = None) -> str:
        """Address for SQLAlchemy; given the port of a proxy, through the proxy."""
        return f"postgresql+psycopg://{_USER}@{self.host}:{port or self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until the server responds."""
        settings = {
            "listen_addresses": self.host,
            "unix_socket_directories": self._folder,
            "fsync": "off",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self._folder / "log"
        self._run("pg_ctl", "-l", str(log), "-w", "-o", f"-p {self.port} {options}", "start")

    def stop(self) -> None:
        """Stop at once, as a crash does."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def connect(self) -> psycopg.Connection:
        """A connection beside the app's."""
        plain = self.url().replace("+psycopg", "")
        return psycopg.connect(plain, autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder), *arguments]
        # Output must not be a pipe: the server would keep the pipe open.
        subprocess.run(
            [*_as_postgres(), *command],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def terminate_backends(connection: psycopg.Connection) -> int:
    """End the connections of other clients; return their number."""
    ended = connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return len(ended.fetchall())


def _as_postgres() -> Sequence[str]:
    """PostgreSQL refuses to run as root."""
    return ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A running PostgreSQL, removed afterwards.

    Raises:
        MissingError: if PostgreSQL is not installed.
    """
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    if not installed:
        raise MissingError("no PostgreSQL is installed")
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "database"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        postgres = Postgres(installed[-1], folder)
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
