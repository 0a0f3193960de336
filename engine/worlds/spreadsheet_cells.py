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
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([.,'\u2019 \u00a0\u202f])\d{3}(?:\1\d{3})*)([.,]\d*)?")
"""Number whose thousands are separated: the separator, and the decimals with their mark."""
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""Number whose comma may separate thousands or decimals."""
CURRENCY = r"(?:[$\u00a2-\u00a5\u20a0-\u20cf]|\b(?:eur|usd|gbp|chf|jpy)\b)"
"""Pattern of a currency's sign or letters, in lower case."""
_AROUND = re.compile(rf"^{CURRENCY}\s*|\s*{CURRENCY}$", re.IGNORECASE)
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
    has_decimal_commas: bool = False
    """True if semicolons separate the cells, as where commas separate decimals."""

    @classmethod
    def read(cls, data: str | bytes, kind: str) -> "Grid":
        """Read a sheet; empty rows are skipped."""
        text = _decoded(data)
        separator, cells = _cells(text)
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(cells, start=1)
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
            tuple(head),
            tuple(tuple(row) for _, row in rest),
            (first, *(n for n, _ in rest)),
            separator == ";",
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

    def number(self, row: int, column: int, is_price: bool = False) -> float:
        """Number in a cell, NaN for none; refuses one that may be read in two ways. A price may
        have its currency."""
        text = self.text(row, column)
        text = without_currency(text) if is_price else text
        if not self.has_decimal_commas and is_ambiguous(text):
            self.refuse(row, column, text, allowed_number(text))
        return number_of(text, self.has_decimal_commas)

    def refuse(self, row: int, column: int, value: object, allowed: str) -> NoReturn:
        """Refuse the content of a cell."""
        place = self.place(row, column)
        refuse(_CODE, place, value, allowed, f"cell {place}")


def _decoded(data: str | bytes) -> str:
    if len(data) > MAX_BYTES:
        unit = "characters" if isinstance(data, str) else "bytes"
        sentence = f"The table is larger than {MAX_BYTES:,} {unit}, the maximum."
        raise PersonalizerError(_CODE, sentence, "table")
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
        sentence = f"The file is not text in UTF-8: row {line:,} has other bytes. Save a sheet as "
        sentence += "CSV UTF-8, or copy its cells and paste them."
        raise PersonalizerError(_CODE, sentence, "table") from None


def _cells(text: str) -> tuple[str, list[list[str]]]:
    """Separator that gives the most cells in the first row, and the rows of cells."""
    text = re.sub("\r\n?", "\n", text)
    first = text.lstrip().partition("\n")[0]
    try:
        separator = max("\t;,", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
        source = io.StringIO(text, newline="")
        return separator, list(csv.reader(source, delimiter=separator, strict=True))
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


def number_of(text: str, has_decimal_comma: bool = False) -> float:
    """Number in a text, NaN for none.

    A single comma or point separates decimals; of two separators the last does, and one that
    is repeated separates thousands. So 40,5 is 40.5, and both 1.234,5 and 1,234.5 are 1234.5.
    NaN for 1,234, which may be 1234 or 1.234, unless it ``has_decimal_comma``.
    """
    if _NUMBER.fullmatch(text):
        is_clear = has_decimal_comma or not is_ambiguous(text)
        return float(text.replace(",", ".")) if is_clear else math.nan
    groups = _GROUPS.fullmatch(text)
    if not groups or (groups[2] and groups[2][0] == groups[1]):
        return math.nan
    end = groups.start(2) if groups[2] else len(text)
    return float(text[:end].replace(groups[1], "") + text[end:].replace(",", "."))


def without_currency(text: str) -> str:
    """A price without the currency's sign or letters before or behind it."""
    return _AROUND.sub("", text.strip(), count=1)


def price_of(text: str) -> float:
    """Number in a text that may have a currency, NaN for none. See `number_of`."""
    return number_of(without_currency(text))


def is_ambiguous(text: str) -> bool:
    """Return True for a number whose comma may separate thousands or decimals."""
    return bool(_EITHER.fullmatch(text))


def allowed_number(text: str) -> str:
    """What a cell must be in place of a text that `number_of` does not read, for a sentence."""
    text = without_currency(text)
    if is_ambiguous(text):
        return f"written as {text.replace(',', '')} or as {text.replace(',', '.')}"
    return "a number"


def share_of(text: str, has_decimal_comma: bool = False) -> float:
    """Number or percentage in a text, as a fraction; NaN for neither. See `number_of`. The comma of
    "1,376 %" is a decimal comma, as no percentage is larger than 100."""
    text = text.strip()
    if text.endswith("%"):
        number = text[:-1].strip()
        return number_of(number, has_decimal_comma or is_ambiguous(number)) / 100
    return number_of(text, has_decimal_comma)


def text_of(number: float) -> str:
    """Decimal text with all digits of a finite number, without exponent; `number_of` reads it."""
    return str(np.format_float_positional(number, trim="-"))
