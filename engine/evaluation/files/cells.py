"""Columns of a table as arrays; what cannot be read makes its row a faulty one."""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import UnreadableError
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.csv_file import NO_TEXT
from engine.evaluation.files.rounding import half_unit
from engine.evaluation.files.window import in_utc
from engine.store.entry_codec import read_time
from engine.store.exchange.lines import Faults

_NOTHING = {"", "na", "n/a", "nan", "null", "none"}
"""How a missing number is written."""
_TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
"""How a number that is 1 or 0 may be written."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""What may as well have a comma between its thousands."""
_MOST = 60
"""Characters of a value that are told."""


class Written:
    """How the numbers of a log are written, as far as it was read: those of a column in one way.

    Attributes:
        percent: whether it is in percent, by what the number is; nothing of those not met yet.
        rounding: half a unit of the last digit of each kind of number.
    """

    def __init__(self) -> None:
        self.percent: dict[str, bool] = {}
        self.rounding: dict[str, float] = {}
        self._doubts: dict[str, tuple[int, str]] = {}
        self._decimal: set[str] = set()

    def note_comma(self, what: str, line: int, text: str) -> None:
        """A number with a comma, which is its decimal point unless no other of its column is one
        that has no other reading."""
        if _THOUSAND.fullmatch(text):
            self._doubts.setdefault(what, (line, text))
        else:
            self._decimal.add(what)

    def note_rounding(self, what: str, values: Array) -> float:
        """Half a unit of the last digit of a number, by these and those before."""
        self.rounding[what] = min(self.rounding.get(what, 1.0), half_unit(values))
        return self.rounding[what]

    def end(self, faults: Faults) -> None:
        """Tell what remains in doubt at the end of a file; the next may have other commas."""
        for what, (line, text) in self._doubts.items():
            if what not in self._decimal:
                thousands, decimal = text.replace(",", ""), text.replace(",", ".")
                told = f"its {what} {text!r} may be {thousands} or {decimal}"
                advice = "write such numbers without a comma, or with a point"
                faults.add(line, f"{told}, and nothing in its column tells which: {advice}")
        self._doubts.clear()
        self._decimal.clear()


class Rows:
    """The rows of one batch, and what is wrong with them: of each row only what is found first.

    Attributes:
        lines: their numbers in the file, (N,).
        good: those without a fault yet, (N,).
        decimal_comma: whether a comma in a number is its decimal point.
        written: how numbers were before, and here.
    """

    def __init__(
        self,
        lines: NDArray[np.int_],
        decimal_comma: bool = False,
        written: Written | None = None,
    ) -> None:
        self.lines, self.decimal_comma = lines, decimal_comma
        self.written = written or Written()
        self.good = np.ones(len(lines), dtype=bool)
        self._found: list[tuple[int, str]] = []

    def refuse(self, wrong: NDArray[np.bool_] | np.bool_, reason: Callable[[int], str]) -> None:
        """Note rows that are wrong, each with the reason for its position in the batch."""
        for at in np.flatnonzero(wrong & self.good).tolist():
            self._found.append((int(self.lines[at]), reason(at)))
        self.good &= ~wrong

    def those(self, which: NDArray[np.bool_]) -> "Rows":
        """Some of the rows, with what was found."""
        rows = Rows(self.lines[which], self.decimal_comma, self.written)
        rows.good, rows._found = self.good[which], self._found
        return rows

    def tell(self, faults: Faults) -> None:
        """Report what was found, in the order of the lines."""
        for line, reason in sorted(self._found):
            faults.add(line, reason)


def words(column: Any, rows: Rows) -> tuple[NDArray[np.intp], list[str]]:
    """Return a column as texts: (N,) positions in a list of those that occur, ``""`` for none."""
    if pa.types.is_nested(column.type):
        there = np.ones(len(column), dtype=bool)
        rows.refuse(there, lambda at: f"{short(str(column[at]))} is a list or an object, no value")
        return np.zeros(len(column), dtype=np.intp), [""]
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    coded = column.dictionary_encode()
    if len(coded.dictionary) > len(coded):  # A file's, of which the batch is a part.
        coded = coded.dictionary_decode().dictionary_encode()
    values = coded.dictionary
    if not pa.types.is_binary(values.type):
        values = values.cast(pa.string())
    texts, broken = [], []
    for value in values.to_pylist():
        text = _decoded(value)
        broken.append(text is None)
        texts.append(text or "")
    codes = coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False).astype(np.intp)
    texts.append("")
    rows.refuse(np.array([*broken, False])[codes], lambda at: "it is not UTF-8")
    return codes, texts


def _decoded(value: str | bytes) -> str | None:
    if isinstance(value, str):
        return value
    with suppress(UnicodeDecodeError):
        text = value.decode()
        return None if NO_TEXT in text else text
    return None


def in_json(column: Any) -> Any:
    """A column with lists and objects as JSON; any other as it is."""
    if not pa.types.is_nested(column.type):
        return column
    values = column.to_pylist()
    texts = (json.dumps(value, ensure_ascii=False, default=str) for value in values)
    told = [None if v is None else t for v, t in zip(values, texts, strict=True)]
    return pa.array(told, pa.string())


def numbers(column: Any, what: str, bounds: Bounds, rows: Rows) -> Array:
    """A column as numbers, (N,), NaN where there is none.

    Args:
        what: the number is, as a sentence names it.
        bounds: that it should be within, which is not checked: beyond 1 nobody can tell what 50%
            is, nor whether 1,234 is more than a thousand.
    """
    try:
        text = column.cast(pa.string()) if pa.types.is_binary(column.type) else column
        found = _plain(text.cast(pa.float64()).fill_null(math.nan))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _as_written(column, what, bounds, rows)
    if rows.written.percent.get(what, True):  # Else nothing is new.
        _check_unit(what, np.zeros(len(found), dtype=bool), np.abs(found) > 0, found, rows)
    return found


def _as_written(column: Any, what: str, bounds: Bounds, rows: Rows) -> Array:
    """Numbers, not all as a computer writes them."""
    codes, texts = words(column, rows)
    found = np.array([_number(text, rows.decimal_comma) for text in texts])
    missing = np.array([text.strip().lower() in _NOTHING for text in texts])
    odd = np.isnan(found) & ~missing
    reason = "its {} is {}, which is no number"
    rows.refuse(odd[codes], lambda at: reason.format(what, short(texts[codes[at]])))
    is_beyond = max(map(abs, bounds)) > 1
    percent = np.array([text.rstrip().endswith("%") for text in texts])
    if is_beyond:
        told = "its {} is {}, but of what may be more than 1 nothing is read in percent"
        rows.refuse(percent[codes], lambda at: told.format(what, short(texts[codes[at]])))
    else:
        truths = np.array([text.strip().lower() in _TRUTHS for text in texts])
        bare = ~percent & ~truths & (np.abs(found) > 0)
        _check_unit(what, (percent & ~odd)[codes], bare[codes], found[codes], rows)
    if is_beyond and rows.decimal_comma:
        for code, text in enumerate(texts):
            if _DECIMAL_COMMA.fullmatch(text.strip()):
                line = int(rows.lines[np.argmax(codes == code)])
                rows.written.note_comma(what, line, text.strip())
    return found[codes]


def _check_unit(
    what: str, percent: NDArray[np.bool_], bare: NDArray[np.bool_], found: Array, rows: Rows
) -> None:
    """Refuse numbers in percent where others are not, and others where they are; 0 is 0."""
    told = np.flatnonzero(percent | bare)
    if not len(told):
        return
    is_percent = rows.written.percent.setdefault(what, bool(percent[told[0]]))
    reason = "its {} is {:g}, where others are in percent"
    if not is_percent:
        reason = "its {} is {:g} in percent, where others are not"
    rows.refuse(bare if is_percent else percent, lambda at: reason.format(what, found[at]))


def with_point(text: str) -> str:
    """A number with a decimal comma as one with a point; any other text as it is."""
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text.strip()) else text


def times(column: Any, rows: Rows) -> NDArray[np.datetime64]:
    """A column as times, (N,) microseconds of UTC; texts that name no zone are in UTC."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _plain(column.cast(pa.timestamp("us"))).astype("datetime64[us]")
    codes, texts = words(column, rows)
    found = np.array([_time(text) for text in texts], dtype="datetime64[us]")
    reason = "its time is {}, which is none with a year, a month and a day"
    rows.refuse(np.isnat(found)[codes], lambda at: reason.format(short(texts[codes[at]])))
    return found[codes]


def short(text: str) -> str:
    """A text of the log, quoted, as much of it as a sentence takes."""
    return repr(text if len(text) <= _MOST else text[: _MOST - 3] + "...")


def _plain(column: Any) -> NDArray[Any]:
    plain: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return plain


def _number(text: str, decimal_comma: bool) -> float:
    """What a text says: a number, one in percent, or a truth value; NaN for anything else."""
    plain = text.strip().lower()
    if plain in _TRUTHS:
        return _TRUTHS[plain]
    share = 100.0 if plain.endswith("%") else 1.0
    plain = plain.removesuffix("%").rstrip()
    if decimal_comma:
        plain = with_point(plain)
    with suppress(ValueError):
        return float(plain) / share
    return math.nan


def _time(text: str) -> np.datetime64:
    with suppress(UnreadableError):
        return in_utc(read_time(text, UTC))
    return np.datetime64("nat", "us")
