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
from engine.evaluation.sources.window import in_utc
from engine.store.entry_codec import read_time
from engine.store.exchange.lines import Faults

_NOTHING = {"", "na", "n/a", "nan", "null", "none"}
"""How a missing number is written."""
_TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
"""How a number that is 1 or 0 may be written."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_MOST = 60
"""Characters of a value that are told."""


class Rows:
    """The rows of one batch, and what is wrong with them: of each row only what is found first.

    Attributes:
        lines: their numbers in the file, (N,).
        good: those without a fault yet, (N,).
        decimal_comma: whether a comma in a number is its decimal point.
    """

    def __init__(self, lines: NDArray[np.int_], decimal_comma: bool = False) -> None:
        self.lines, self.decimal_comma = lines, decimal_comma
        self.good = np.ones(len(lines), dtype=bool)
        self._found: list[tuple[int, str]] = []

    def refuse(self, wrong: NDArray[np.bool_] | np.bool_, reason: Callable[[int], str]) -> None:
        """Note rows that are wrong, each with the reason for its position in the batch."""
        for at in np.flatnonzero(wrong & self.good).tolist():
            self._found.append((int(self.lines[at]), reason(at)))
        self.good &= ~wrong

    def those(self, which: NDArray[np.bool_]) -> "Rows":
        """Some of the rows, with what was found."""
        rows = Rows(self.lines[which], self.decimal_comma)
        rows.good, rows._found = self.good[which], self._found
        return rows

    def tell(self, faults: Faults) -> None:
        """Report what was found, in the order of the lines."""
        for line, reason in sorted(self._found):
            faults.add(line, reason)


def words(column: Any, rows: Rows) -> tuple[NDArray[np.intp], list[str]]:
    """A column as texts: (N,) positions in a list of those that occur, ``""`` for none."""
    if pa.types.is_nested(column.type):
        there = np.ones(len(column), dtype=bool)
        rows.refuse(there, lambda at: f"{short(str(column[at]))} is a list or an object, no value")
        return np.zeros(len(column), dtype=np.intp), [""]
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
        return value.decode()
    return None


def in_json(column: Any) -> Any:
    """A column with lists and objects as JSON; any other as it is."""
    if not pa.types.is_nested(column.type):
        return column
    values = column.to_pylist()
    texts = (json.dumps(value, ensure_ascii=False, default=str) for value in values)
    told = [None if v is None else t for v, t in zip(values, texts, strict=True)]
    return pa.array(told, pa.string())


def numbers(column: Any, what: str, rows: Rows) -> Array:
    """A column as numbers, (N,), NaN where there is none.

    Args:
        what: the number is, as a sentence names it.
    """
    with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
        text = column.cast(pa.string()) if pa.types.is_binary(column.type) else column
        return _plain(text.cast(pa.float64()).fill_null(math.nan))
    codes, texts = words(column, rows)
    found = np.array([_number(text, rows.decimal_comma) for text in texts])
    missing = np.array([text.strip().lower() in _NOTHING for text in texts])
    odd = np.isnan(found) & ~missing
    reason = "its {} is {}, which is no number"
    rows.refuse(odd[codes], lambda at: reason.format(what, short(texts[codes[at]])))
    return found[codes]


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
    if decimal_comma and _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    with suppress(ValueError):
        return float(plain) / share
    return math.nan


def _time(text: str) -> np.datetime64:
    with suppress(UnreadableError):
        return in_utc(read_time(text, UTC))
    return np.datetime64("nat", "us")
