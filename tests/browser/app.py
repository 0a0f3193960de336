"""The app on its own port, started like by a user."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
HOST, HALL = "127.0.0.1", "hall.test"
_PATIENCE = 300.0
"""Timeout in seconds for a server's start on a busy machine; an ended server is reported."""


def _read(line: str) -> dict[str, Any]:
    if line.startswith("{"):
        told: dict[str, Any] = json.loads(line)
        return told
    return {"level": "error", "said": line}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        address: URL of the server.
        pid: process id.
        started_in: seconds until the first healthy response.
        log_file: file with the server's output.
    """

    address: str
    pid: int
    started_in: float
    log_file: Path

    @property
    def hall(self) -> str:
        """URL by a name in the network, as a lecture hall's phones know it."""
        return self.address.replace(HOST, HALL)

    @property
    def memory(self) -> float:
        """Resident memory in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def log(self) -> list[dict[str, Any]]:
        """Log lines; output after Streamlit's greeting that is not JSON is reported as an error."""
        said = self.log_file.read_text().splitlines()
        first = next((place for place, line in enumerate(said) if line.startswith("{")), len(said))
        return [_read(line) for line in said[first:] if line.strip()]

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """Log lines of level warning or above."""
        return [line for line in self.log if line["level"] not in {"debug", "info"}]


@contextmanager
def running(
    script: str = "app.py",
    data: Path | None = None,
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a script of this repository until the block ends, with its ``.streamlit/``.

    Args:
        data: data folder; a temporary folder by default.
        port: port of the server; any free port by default.
        environment: additional environment variables.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = {"PLAYGROUND_DATA": str(data or folder)}
        yield from _running(script, port or free_port(), own | dict(environment or {}))


def _running(script: str, port: int, environment: dict[str, str]) -> Iterator[Server]:
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true",
               "--server.address", HOST, "--server.port", str(port)]  # fmt: skip
    with tempfile.NamedTemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://{HOST}:{port}"
            if not _becomes_healthy(process, address):
                said.seek(0)
                raise RuntimeError(f"{script} did not start:\n{said.read().decode()}")
            yield Server(address, process.pid, time.monotonic() - start, Path(said.name))
        finally:
            _stop(process)


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _becomes_healthy(process: subprocess.Popen[bytes], address: str) -> bool:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
