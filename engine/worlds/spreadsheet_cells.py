"""Cells pasted from a spreadsheet, or CSV: a first row with the heads of the columns, and rows
below.

Errors name the cell as in a spreadsheet.
"""

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from engine.errors import PersonalizerError, refuse
from engine.worlds.limits import MAX_NAME, MAX_TABLE
from engine.worlds.visible_text import HIDDEN, alike, is_seen

MAX_BYTES = 2_000_000
MAX_COLUMNS = 100
MAX_CELLS = 2 * MAX_TABLE
_CODE = "BadRequest"
_PICTURE = re.compile(
    r"([\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d\U0001f000-\U0001faff]*) +"
)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_FORMULA = re.compile(r"[=@]|[+-]([\w.$!:]*\(|[\d.,]+[+*/^])")
"""Start of a formula: a sign followed by a function or by a calculation with numbers."""
WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""First bytes of spreadsheet files."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of text with the heads of the columns."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    """Row of the sheet for the heads and for each row."""

    @classmethod
    def read(cls, data: str | bytes, kind: str) -> "Grid":
        """Read a sheet; empty rows are skipped."""
        text = _decoded(data)
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(_rows(text), start=1)
            if any(cell.strip() for cell in row)
        ]
        if len(rows) < 2:
            refuse(
                _CODE,
                "table",
                len(rows),
                f"2 or more: heads, then one a {kind}",
                "the number of rows",
            )
        (first, head), *rest = rows
        grid = cls(
            tuple(head), tuple(tuple(row) for _, row in rest), (first, *(n for n, _ in rest))
        )
        grid._check(kind)
        return grid

    def _check(self, kind: str) -> None:
        if len(self.head) > MAX_COLUMNS:
            refuse_number("columns", len(self.head), MAX_COLUMNS)
        if len(self.rows) * len(self.head) > MAX_CELLS:
            refuse_number("cells", len(self.rows) * len(self.head), MAX_CELLS)
        for at, name in enumerate(self.head):
            self.name(0, at)
            if alike(name) in map(alike, self.head[:at]):
                self.refuse(0, at, name, "different from the heads before it")
        for row, cells in enumerate(self.rows, start=1):
            if len(cells) != len(self.head):
                kind = f"the number of cells in row {self.lines[row]}"
                refuse(_CODE, "table", len(cells), f"{len(self.head)}, as in the first row", kind)
            for at in range(len(cells)):
                self.text(row, at)

    def place(self, row: int, column: int) -> str:
        """Name of a cell in the sheet, such as B3."""
        return f"{letters(column)}{self.lines[row]}"

    def text(self, row: int, column: int) -> str:
        """Text of a cell; row 0 has the heads."""
        text = (self.head if row == 0 else self.rows[row - 1])[column]
        if HIDDEN.search(text):
            self.refuse(row, column, text, "a text in one line without control characters")
        if _FORMULA.match(text):
            self.refuse(row, column, text, "a value: formulas are not computed")
        return text

    def name(self, row: int, column: int) -> str:
        """Cell text as a name; refuses an empty, over-long or invisible one."""
        text = self.text(row, column)
        if not 1 <= len(text) <= MAX_NAME or not is_seen(text):
            self.refuse(row, column, text, f"a text of 1 to {MAX_NAME} characters")
        return text

    def refuse(self, row: int, column: int, value: object, allowed: str) -> NoReturn:
        """Refuse the content of a cell."""
        place = self.place(row, column)
        refuse(_CODE, place, value, allowed, f"cell {place}")


def _decoded(data: str | bytes) -> str:
    if len(data) > MAX_BYTES:
        refuse(_CODE, "table", len(data), f"at most {MAX_BYTES:,}", "the size of the table")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith(WORKBOOK):
        sentence = (
            "The file is a workbook: save its sheet as CSV, or copy its cells and paste them."
        )
        raise PersonalizerError(_CODE, sentence, "table")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            _CODE, "table", data[error.start : error.start + 1], "UTF-8", f"a byte in row {line}"
        )


def _rows(text: str) -> list[list[str]]:
    """Rows of cells, with the separator that gives the most cells in the first row."""
    text = re.sub("\r\n?", "\n", text)
    first = text.lstrip().partition("\n")[0]
    try:
        separator = max("\t;,", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        allowed = f"CSV: quotes closed, and at most {csv.field_size_limit():,} characters in a cell"
        refuse(_CODE, "table", str(error), allowed, "what was read")


def letters(column: int) -> str:
    """Name of a column in a spreadsheet: A, B, ... Z, AA, ..."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def refuse_number(kind: str, number: int, most: int) -> NoReturn:
    """Refuse a table that is too large."""
    refuse(_CODE, "table", number, f"at most {most:,}", f"the number of {kind}")


def parted(label: str) -> tuple[str, str]:
    """Split a label into emoji and name."""
    match = _PICTURE.match(label)
    return (match[1], label[match.end() :]) if match else ("", label)


def number_of(text: str) -> float:
    """Number in a text, NaN for none; its decimal point may be a comma."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.nan


def share_of(text: str) -> float:
    """Number or percentage in a text, as a fraction; NaN for neither."""
    text = text.strip()
    return number_of(text[:-1].strip()) / 100 if text.endswith("%") else number_of(text)


def text_of(number: float) -> str:
    """Decimal text with all digits of a finite number, without exponent; `number_of` reads it."""
    return str(np.format_float_positional(number, trim="-"))
