"""Processes as Linux shows them: who descends from whom, who is alive, what each holds."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds.

    Attributes:
        memory: MiB that are resident.
        files: that it has open, sockets included.
        threads: of it.
    """

    memory: float
    files: int
    threads: int


def held(pid: int) -> Held:
    """What a process holds now."""
    place = _PROC / str(pid)
    pages = int((place / "statm").read_text().split()[1])
    return Held(
        pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        len(list((place / "fd").iterdir())),
        len(list((place / "task").iterdir())),
    )


def descendants(pid: int) -> set[int]:
    """All processes that a process has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for place in _PROC.iterdir():
        if place.name.isdecimal() and (told := _stat(int(place.name))):
            children.setdefault(int(told[1]), []).append(int(place.name))
    found, left = set[int](), [pid]
    while left:
        own = children.get(left.pop(), [])
        found.update(own)
        left += own
    return found


def alive(pids: Iterable[int]) -> set[int]:
    """Those that run; one that has ended and was not looked after yet does not."""
    return {pid for pid in pids if (told := _stat(pid)) and told[0] != "Z"}


def wait_until_ended(pids: Iterable[int], patience: float) -> set[int]:
    """Wait so many seconds at most; those that run then."""
    until = time.monotonic() + patience
    while (left := alive(pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def seconds_used(pid: int) -> float:
    """Seconds of a processor that a process has used; 0 if it is gone."""
    told = _stat(pid)
    return sum(map(int, told[11:13])) / os.sysconf("SC_CLK_TCK") if told else 0.0


def _stat(pid: int) -> list[str]:
    """State, parent, and what follows in ``/proc/<pid>/stat``; nothing if it is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
