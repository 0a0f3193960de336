"""How a CSV file begins: what is before its rows, and how its columns are parted and called."""

import csv
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from typing import NamedTuple

from engine.evaluation.sources.files import LogFile

_MARK = "# "
"""How a comment begins, and the line of names that NumPy's ``savetxt`` writes."""


class Start(NamedTuple):
    """How a CSV file begins.

    Attributes:
        before: lines before the names of the columns: empty ones, and comments.
        delimiter: what is between columns.
        names: of the columns.
        is_marked: whether the names stand behind a mark as comments do.
    """

    before: int
    delimiter: str
    names: Sequence[str]
    is_marked: bool = False


def start_of(file: LogFile) -> Start:
    """What can be told by its first lines."""
    lines = list(StringIO(file.beginning(), newline=""))
    is_before = (not line.strip() or line.startswith(_MARK) for line in lines)
    before = next((at for at, skipped in enumerate(is_before) if not skipped), len(lines))
    delimiter = max(",;\t|", key="".join(lines[before : before + 1]).count)
    names = _first_row(lines[before:], delimiter)
    if before and lines[before - 1].startswith(_MARK):
        marked = _first_row([lines[before - 1].removeprefix(_MARK), *lines[before:]], delimiter)
        if 1 < len(marked) == len(names) and any(map(_is_number, names)):
            return Start(before - 1, delimiter, marked, is_marked=True)
    return Start(before, delimiter, names)


def _first_row(lines: Sequence[str], delimiter: str) -> Sequence[str]:
    rows = csv.reader(StringIO("".join(lines), newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        return next(rows, [])
    return []


def _is_number(text: str) -> bool:
    """Whether it is a value, and no name of a column."""
    with suppress(ValueError):
        float(text)
        return True
    return False
