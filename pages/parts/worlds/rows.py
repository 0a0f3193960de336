"""Tables that are written in the browser: what Streamlit tells of them, as rows of a draft."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

import pandas as pd

from engine.worlds.draft_rows import ActionRow, LevelRow, RuleRow, ValueRow
from engine.worlds.grid import number_of, share_of, text_of

R = TypeVar("R", ActionRow, ValueRow, LevelRow, RuleRow)
Told = Mapping[str, Any]
"""``edited_rows``, ``added_rows`` and ``deleted_rows`` of `st.data_editor`."""


class Rows(Generic[R]):
    """The rows of a table since its editor was mounted: those are edited, taken out, and added to.

    An editor that stays mounted keeps the place where somebody types, so it tells all that was
    done since, again and again.

    Attributes:
        number: of the editor, which is another one whenever it has to begin anew.
        base: the rows with which it began.

    Args:
        make: a new row out of a number.
    """

    def __init__(self, make: Callable[[int], R]) -> None:
        self.number = 0
        self.base: tuple[R, ...] = ()
        self._make: Callable[[int], R] = make
        self._added: list[tuple[Told, int]] = []

    def begin(self, rows: Sequence[R]) -> None:
        """Mount another editor with these rows."""
        self.number, self.base, self._added = self.number + 1, tuple(rows), []

    def told(self, told: Told, next_id: int) -> tuple[R, ...]:
        """The rows as they are now.

        Args:
            next_id: a number that none of the rows has with which the editor began.
        """
        rows = list(self.base)
        for place, changes in told.get("edited_rows", {}).items():
            if 0 <= int(place) < len(rows):
                rows[int(place)] = _changed(rows[int(place)], changes)
        gone = set(map(int, told.get("deleted_rows", ())))
        left = [row for place, row in enumerate(rows) if place not in gone]
        left += self._new(told.get("added_rows", ()), next_id)
        return tuple(left)

    def _new(self, added: Sequence[Told], next_id: int) -> list[R]:
        """Added rows, each with the number that it has had before; one that is gone is missed at
        the first place where what is told is another."""
        ids: list[int] = [number for _, number in self._added]
        if missing := len(ids) - len(added):
            before = [changes for changes, _ in self._added]
            same = (a == b for a, b in zip(before, added, strict=False))
            first = next((place for place, one in enumerate(same) if not one), len(added))
            if missing > 0:
                del ids[first : first + missing]
        free = max(next_id, max(ids, default=-1) + 1)
        ids += range(free, free + len(added) - len(ids))
        self._added = [(dict(changes), n) for changes, n in zip(added, ids, strict=True)]
        return [_changed(self._make(number), changes) for changes, number in self._added]


NUMBERS = ("adds", "share", "worth")
"""Columns of numbers, which editors show as text, see `tables.number_column`."""
_NO_CELLS = {"id", "title", "picture", "bad"}
"""Fields of rows that are no cells of an editor."""


def _changed(row: R, changes: Told) -> R:
    """A row with some of its cells written anew; other keys than its columns are ignored."""
    columns = {field.name for field in fields(row)} - _NO_CELLS
    known: dict[str, Any] = {
        name: "" if value is None else str(value).strip()
        for name, value in changes.items()
        if name in columns
    }
    bad = dict(row.bad)
    for name in [name for name in NUMBERS if name in known]:
        number = number_in(known[name], number_of if name == "worth" else share_of)
        bad.pop(name, None)
        if isinstance(number, str):
            bad[name], number = number, None
        known[name] = number
    if isinstance(row, ActionRow) and "name" in known:
        row = row.named(known.pop("name"))
    return replace(row, **known, bad=tuple(sorted(bad.items())))


def number_in(value: object, read: Callable[[str], float] = share_of) -> float | str | None:
    """Number in a cell, by default one that may be a percentage; None for an empty cell, and the
    text itself for one that holds no number."""
    text = "" if value is None else str(value).strip()
    number = read(text)
    return number if math.isfinite(number) else text or None


def text_in(value: object) -> str:
    """Text of a cell; a number has all of its digits."""
    if isinstance(value, float):
        return text_of(value)
    return "" if value is None else str(value)


def as_frame(rows: Sequence[R], columns: Sequence[str], **usual: str) -> pd.DataFrame:
    """Columns of rows as text to be edited, numbers with all of their digits.

    Args:
        usual: what stands in the columns of numbers that need not be written.
    """
    cells = [[_text_in(row, column, usual.get(column, "")) for column in columns] for row in rows]
    return pd.DataFrame(cells, columns=list(columns), dtype=object)


def _text_in(row: R, column: str, usual: str) -> str:
    value = dict(row.bad).get(column, getattr(row, column))
    return usual if value is None else text_in(value)
