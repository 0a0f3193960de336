"""Columns of a table as arrays; a cell that cannot be read makes its row a faulty one."""

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
from engine.evaluation.files.event_range import in_utc
from engine.evaluation.files.rounded_probabilities import half_unit
from engine.store.entry_codec import read_time
from engine.store.exchange.untrusted_lines import Faults

_NOTHING = {"", "na", "n/a", "nan", "null", "none"}
"""Spellings of a missing number."""
_TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
"""Spellings of the numbers 1 and 0."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""Numbers whose comma may separate thousands."""
_MOST = 60
"""Characters of a value that are quoted."""


class Written:
    """Notation of a log's numbers, as far as it was read; each column has one notation.

    Attributes:
        percent: True if a quantity is in percent, by its name; absent before its first number.
        rounding: half a unit of the last digit, by the name of the quantity.
    """

    def __init__(self) -> None:
        self.percent: dict[str, bool] = {}
        self.rounding: dict[str, float] = {}
        self._doubts: dict[str, tuple[int, str]] = {}
        self._decimal: set[str] = set()

    def note_comma(self, quantity: str, line: int, text: str) -> None:
        """Note a number with a comma. It is a decimal comma, unless every number of the column
        could also have a comma between thousands."""
        if _THOUSAND.fullmatch(text):
            self._doubts.setdefault(quantity, (line, text))
        else:
            self._decimal.add(quantity)

    def note_rounding(self, quantity: str, values: Array) -> float:
        """Half a unit of the last digit of a quantity, over this and earlier batches."""
        self.rounding[quantity] = min(self.rounding.get(quantity, 1.0), half_unit(values))
        return self.rounding[quantity]

    def end(self, faults: Faults) -> None:
        """Report ambiguous commas at the end of a file; the next file may use another notation."""
        for quantity, (line, text) in self._doubts.items():
            if quantity not in self._decimal:
                thousands, decimal = text.replace(",", ""), text.replace(",", ".")
                sentence = f"its {quantity} {text!r} may be {thousands} or {decimal}"
                advice = "write such numbers without a comma, or with a point"
                faults.add(line, f"{sentence}, and nothing in its column tells which: {advice}")
        self._doubts.clear()
        self._decimal.clear()


class CheckedRows:
    """Rows of one batch with their faults; each row keeps its first fault.

    Attributes:
        lines: their numbers in the file, (N,).
        good: mask of the rows without a fault so far, (N,).
        decimal_comma: True if a comma in a number is its decimal point.
        written: notation of the numbers of earlier batches, updated by this one.
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
        self._faults: list[tuple[int, str]] = []

    def refuse(self, mask: NDArray[np.bool_] | np.bool_, reason: Callable[[int], str]) -> None:
        """Note a fault for each row of a mask, with the reason for its position in the batch."""
        for row in np.flatnonzero(mask & self.good).tolist():
            self._faults.append((int(self.lines[row]), reason(row)))
        self.good &= ~mask

    def subset(self, mask: NDArray[np.bool_]) -> "CheckedRows":
        """Subset of the rows, with their faults."""
        rows = CheckedRows(self.lines[mask], self.decimal_comma, self.written)
        rows.good, rows._faults = self.good[mask], self._faults
        return rows

    def report(self, faults: Faults) -> None:
        """Report the faults in the order of the lines."""
        for line, reason in sorted(self._faults):
            faults.add(line, reason)


def words(column: Any, rows: CheckedRows) -> tuple[NDArray[np.intp], list[str]]:
    """Convert a column to texts: (N,) positions in a list of distinct texts, ``""`` for a missing
    one."""
    if pa.types.is_nested(column.type):
        every = np.ones(len(column), dtype=bool)
        rows.refuse(every, lambda at: f"{short(str(column[at]))} is a list or object, not a value")
        return np.zeros(len(column), dtype=np.intp), [""]
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    coded = column.dictionary_encode()
    if len(coded.dictionary) > len(coded):  # A dictionary of the whole file.
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
    """Column with lists and objects as JSON texts; other columns unchanged."""
    if not pa.types.is_nested(column.type):
        return column
    values = column.to_pylist()
    texts = (json.dumps(value, ensure_ascii=False, default=str) for value in values)
    cells = [None if v is None else t for v, t in zip(values, texts, strict=True)]
    return pa.array(cells, pa.string())


def numbers(column: Any, quantity: str, bounds: Bounds, rows: CheckedRows) -> Array:
    """Convert a column to numbers, (N,), NaN for missing ones.

    Args:
        what: name of the quantity in error messages.
        bounds: expected range, not checked: if it extends beyond 1, percentages are refused and the
            comma in 1,234 is ambiguous.
    """
    try:
        text = column.cast(pa.string()) if pa.types.is_binary(column.type) else column
        values = _plain(text.cast(pa.float64()).fill_null(math.nan))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _as_written(column, quantity, bounds, rows)
    if rows.written.percent.get(quantity, True):  # Percentages are noted already.
        _check_unit(quantity, np.zeros(len(values), dtype=bool), np.abs(values) > 0, values, rows)
    return values


def _as_written(column: Any, quantity: str, bounds: Bounds, rows: CheckedRows) -> Array:
    """Numbers of a column in human notation: with percent signs, truth values or decimal commas."""
    codes, texts = words(column, rows)
    values = np.array([_number(text, rows.decimal_comma) for text in texts])
    missing = np.array([text.strip().lower() in _NOTHING for text in texts])
    odd = np.isnan(values) & ~missing
    reason = "its {} is {}, which is no number"
    rows.refuse(odd[codes], lambda at: reason.format(quantity, short(texts[codes[at]])))
    is_beyond = max(map(abs, bounds)) > 1
    percent = np.array([text.rstrip().endswith("%") for text in texts])
    if is_beyond:
        refusal = "its {} is {}, but of what may be more than 1 nothing is read in percent"
        rows.refuse(percent[codes], lambda at: refusal.format(quantity, short(texts[codes[at]])))
    else:
        truths = np.array([text.strip().lower() in _TRUTHS for text in texts])
        bare = ~percent & ~truths & (np.abs(values) > 0)
        _check_unit(quantity, (percent & ~odd)[codes], bare[codes], values[codes], rows)
    if is_beyond and rows.decimal_comma:
        for code, text in enumerate(texts):
            if _DECIMAL_COMMA.fullmatch(text.strip()):
                line = int(rows.lines[np.argmax(codes == code)])
                rows.written.note_comma(quantity, line, text.strip())
    return values[codes]


def _check_unit(
    quantity: str,
    percent: NDArray[np.bool_],
    bare: NDArray[np.bool_],
    values: Array,
    rows: CheckedRows,
) -> None:
    """Refuse percentages in a column of plain numbers, and plain numbers in one of percentages,
    except 0."""
    noted = np.flatnonzero(percent | bare)
    if not len(noted):
        return
    is_percent = rows.written.percent.setdefault(quantity, bool(percent[noted[0]]))
    reason = "its {} is {:g}, where others are in percent"
    if not is_percent:
        reason = "its {} is {:g} in percent, where others are not"
    rows.refuse(bare if is_percent else percent, lambda at: reason.format(quantity, values[at]))


def with_point(text: str) -> str:
    """Number with its decimal comma replaced by a point; other texts unchanged."""
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text.strip()) else text


def times(column: Any, rows: CheckedRows) -> NDArray[np.datetime64]:
    """Convert a column to times, (N,) microseconds in UTC, the default zone of texts."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _plain(column.cast(pa.timestamp("us"))).astype("datetime64[us]")
    codes, texts = words(column, rows)
    values = np.array([_time(text) for text in texts], dtype="datetime64[us]")
    reason = "its time is {}, which is none with a year, a month and a day"
    rows.refuse(np.isnat(values)[codes], lambda at: reason.format(short(texts[codes[at]])))
    return values[codes]


def short(text: str) -> str:
    """Quoted text of the log, truncated to a length for a sentence."""
    return repr(text if len(text) <= _MOST else text[: _MOST - 3] + "...")


def _plain(column: Any) -> NDArray[Any]:
    plain: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return plain


def _number(text: str, decimal_comma: bool) -> float:
    """Number, percentage or truth value in a text; NaN for other texts."""
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
