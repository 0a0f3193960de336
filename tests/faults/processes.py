"""Processes in Linux: descendants, liveness and resources."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Resources:
    """Resources of a process.

    Attributes:
        memory: resident memory in MiB.
        files: number of open files, including sockets.
        threads: number of threads.
    """

    memory: float
    files: int
    threads: int


def resources(pid: int) -> Resources:
    """Current resources of a process."""
    place = _PROC / str(pid)
    pages = int((place / "statm").read_text().split()[1])
    return Resources(
        pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        len(list((place / "fd").iterdir())),
        len(list((place / "task").iterdir())),
    )


def descendants(pid: int) -> set[int]:
    """All direct and indirect child processes."""
    children: dict[int, list[int]] = {}
    for place in _PROC.iterdir():
        if place.name.isdecimal() and (stat := _stat(int(place.name))):
            children.setdefault(int(stat[1]), []).append(int(place.name))
    result, left = set[int](), [pid]
    while left:
        own = children.get(left.pop(), [])
        result.update(own)
        left += own
    return result


def alive(pids: Iterable[int]) -> set[int]:
    """Running processes; zombies do not count."""
    return {pid for pid in pids if (stat := _stat(pid)) and stat[0] != "Z"}


def wait_until_ended(pids: Iterable[int], patience: float) -> set[int]:
    """Wait for at most so many seconds; return the processes still running."""
    until = time.monotonic() + patience
    while (left := alive(pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def seconds_used(pid: int) -> float:
    """Processor seconds used by a process; 0 if the process has ended."""
    stat = _stat(pid)
    return sum(map(int, stat[11:13])) / os.sysconf("SC_CLK_TCK") if stat else 0.0


def _stat(pid: int) -> list[str]:
    """State, parent, and the following fields of ``/proc/<pid>/stat``; empty if the process has
    ended.
    """
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
