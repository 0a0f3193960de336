"""Mutations of an exported file."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

Rng = np.random.Generator
Lines = list[bytes]
Mutation = Callable[[Lines, Lines, Rng], Lines]
"""(lines of a file, lines of another loop's file, random numbers) -> changed lines."""


def flip_byte(data: bytes, rng: Rng) -> bytes:
    """Change some bits of one byte."""
    at, by = int(rng.integers(len(data))), int(rng.integers(1, 256))
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def cut(data: bytes, rng: Rng) -> bytes:
    """Truncate at a random position."""
    return data[: int(rng.integers(1, len(data)))]


RAW: dict[str, Callable[[bytes, Rng], bytes]] = {"byte flipped": flip_byte, "cut anywhere": cut}
"""Damage to files on a disk, by name."""


def _cut_at_a_line(lines: Lines, _: Lines, rng: Rng) -> Lines:
    return lines[: int(rng.integers(2, len(lines)))]


def _line_missing(lines: Lines, _: Lines, rng: Rng) -> Lines:
    at = int(rng.integers(1, len(lines)))
    return lines[:at] + lines[at + 1 :]


def _line_doubled(lines: Lines, _: Lines, rng: Rng) -> Lines:
    at = int(rng.integers(1, len(lines)))
    return lines[: at + 1] + lines[at:]


def _lines_swapped(lines: Lines, _: Lines, rng: Rng) -> Lines:
    one, other = sorted(int(at) for at in rng.choice(np.arange(1, len(lines)), 2, replace=False))
    changed = list(lines)
    changed[one], changed[other] = lines[other], lines[one]
    return changed


def _neighbours_swapped(lines: Lines, _: Lines, rng: Rng) -> Lines:
    at = int(rng.integers(1, len(lines) - 1))
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def _line_of_another(lines: Lines, others: Lines, rng: Rng) -> Lines:
    at = int(rng.integers(1, len(lines)))
    return [*lines[:at], others[int(rng.integers(1, len(others)))], *lines[at:]]


def _tail_of_another(lines: Lines, others: Lines, rng: Rng) -> Lines:
    first = int(rng.integers(2, len(lines)))
    ranked = [at for at, line in enumerate(others) if at > 1 and b"robabilit" in line]
    return lines[:first] + others[int(rng.choice(ranked)) :]


def _reward_changed(lines: Lines, _: Lines, rng: Rng) -> Lines:
    return _edited(lines, ("value", "_label_cost"), lambda old: 0.25 - old / 2, rng)


def _propensity_changed(lines: Lines, _: Lines, rng: Rng) -> Lines:
    return _edited(lines, ("propensity", "_label_probability"), lambda old: old / 2, rng)


def _year_1(lines: Lines, _: Lines, rng: Rng) -> Lines:
    return _edited(lines, ("time", "Timestamp"), lambda old: f"0001{old[4:]}", rng)


def _year_9999(lines: Lines, _: Lines, rng: Rng) -> Lines:
    return _edited(lines, ("time", "Timestamp"), lambda old: f"9999{old[4:]}", rng)


def _edited(
    lines: Lines, fields: tuple[str, ...], change: Callable[[Any], object], rng: Rng
) -> Lines:
    """Replace the value of a field in one of the lines that contain the field."""
    results = [
        (at, field)
        for at, line in enumerate(lines)
        for field in fields
        if f'"{field}"'.encode() in line and field in json.loads(line)
    ]
    at, field = results[int(rng.integers(len(results)))]
    entry = json.loads(lines[at])
    entry[field] = change(entry[field])
    return [*lines[:at], json.dumps(entry, ensure_ascii=False).encode(), *lines[at + 1 :]]


BY_LINE: dict[str, Mutation] = {
    "cut at a line": _cut_at_a_line,
    "line missing": _line_missing,
    "line doubled": _line_doubled,
    "lines swapped": _lines_swapped,
    "neighbours swapped": _neighbours_swapped,
    "line of another loop": _line_of_another,
    "tail of another loop": _tail_of_another,
    "reward changed": _reward_changed,
    "propensity changed": _propensity_changed,
    "time of year 1": _year_1,
    "time of year 9999": _year_9999,
}
"""Changes of lines by people and programs, by name."""
