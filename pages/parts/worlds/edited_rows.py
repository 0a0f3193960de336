"""Rows of a draft's table as edited in Streamlit's data editor."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

import pandas as pd

from engine.worlds.draft_rows import ActionRow, LevelRow, RuleRow, ValueRow
from engine.worlds.spreadsheet_cells import price_of, share_of, text_of

R = TypeVar("R", ActionRow, ValueRow, LevelRow, RuleRow)
Edits = Mapping[str, Any]
"""``edited_rows``, ``added_rows`` and ``deleted_rows`` of `st.data_editor`."""


class EditedRows(Generic[R]):
    """Rows of a table since its editor was mounted, with the edits applied.

    A mounted editor keeps the cursor's position and reports all edits since mounting, each time.

    Attributes:
        number: of the editor; increased to mount a new editor.
        base: rows at mounting.

    Args:
        make: creates a new row from its id.
    """

    def __init__(self, make: Callable[[int], R]) -> None:
        self.number = 0
        self.base: tuple[R, ...] = ()
        self._make: Callable[[int], R] = make
        self._added: list[tuple[Edits, int]] = []

    def begin(self, rows: Sequence[R]) -> None:
        """Mount a new editor with these rows."""
        self.number, self.base, self._added = self.number + 1, tuple(rows), []

    def edited(self, edits: Edits, next_id: int) -> tuple[R, ...]:
        """Return the rows with all edits applied.

        Args:
            next_id: an id greater than those of the base rows.
        """
        rows = list(self.base)
        for place, changes in edits.get("edited_rows", {}).items():
            if 0 <= int(place) < len(rows):
                rows[int(place)] = _changed(rows[int(place)], changes)
        gone = set(map(int, edits.get("deleted_rows", ())))
        left = [row for place, row in enumerate(rows) if place not in gone]
        left += self._new(edits.get("added_rows", ()), next_id)
        return tuple(left)

    def _new(self, added: Sequence[Edits], next_id: int) -> list[R]:
        """Return added rows with stable ids; a removed row is detected at the first difference to
        the previous edits."""
        ids: list[int] = [number for _, number in self._added]
        if missing := len(ids) - len(added):
            before = [changes for changes, _ in self._added]
            same = (a == b for a, b in zip(before, added, strict=False))
            first = next((place for place, is_same in enumerate(same) if not is_same), len(added))
            if missing > 0:
                del ids[first : first + missing]
        free = max(next_id, max(ids, default=-1) + 1)
        ids += range(free, free + len(added) - len(ids))
        self._added = [(dict(changes), n) for changes, n in zip(added, ids, strict=True)]
        return [_changed(self._make(number), changes) for changes, number in self._added]


NUMBERS = ("adds", "share", "worth")
"""Columns of numbers, displayed as text; see `tables.number_column`."""
_DIGITS = 15
"""Significant decimal digits that every number keeps."""
_WHOLE = re.compile(r"-?\d+\.0")
"""A whole number as a request writes it."""
_NO_CELLS = {"id", "title", "picture", "bad"}
"""Fields of rows that have no column in an editor."""


def _changed(row: R, changes: Edits) -> R:
    """Return a row with edited cells; unknown columns are ignored."""
    columns = {field.name for field in fields(row)} - _NO_CELLS
    known: dict[str, Any] = {
        name: "" if value is None else str(value).strip()
        for name, value in changes.items()
        if name in columns
    }
    bad = dict(row.bad)
    for name in [name for name in NUMBERS if name in known]:
        number = number_in(known[name], price_of if name == "worth" else share_of)
        bad.pop(name, None)
        if isinstance(number, str):
            bad[name], number = number, None
        known[name] = number
    if isinstance(row, ActionRow) and "name" in known:
        row = row.named(known.pop("name"))
    return replace(row, **known, bad=tuple(sorted(bad.items())))


def number_in(value: object, read: Callable[[str], float] = share_of) -> float | str | None:
    """Read a cell's number, by default also as a percentage; None if empty, the text if invalid."""
    text = "" if value is None else str(value).strip()
    number = read(text)
    return number if math.isfinite(number) else text or None


def text_in(value: object) -> str:
    """Return the text of a cell; numbers with all of their digits, without rounding errors."""
    if isinstance(value, float):
        return text_of(float(f"{value:.{_DIGITS}g}"))
    return "" if value is None else str(value)


def as_frame(rows: Sequence[R], columns: Sequence[str], **usual: str) -> pd.DataFrame:
    """Return columns of rows as text for editing, numbers with all of their digits.

    Args:
        usual: default texts of columns of numbers that may stay empty.
    """
    cells = [[_text_in(row, column, usual.get(column, "")) for column in columns] for row in rows]
    return pd.DataFrame(cells, columns=list(columns), dtype=object)


def _text_in(row: R, column: str, usual: str) -> str:
    value = dict(row.bad).get(column, getattr(row, column))
    if column == "sends" and _WHOLE.fullmatch(value):
        return str(value).removesuffix(".0")
    return usual if value is None else text_in(value)
