"""Tables as files: spreadsheet-safe cells for CSV, and Parquet."""

import io
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

Rows = Iterable[Any] | pd.DataFrame
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_cells(rows: Rows) -> pd.DataFrame:
    """Return rows whose texts, including headers and categories, are not formulas to a spreadsheet.

    A spreadsheet would execute formulas typed by strangers.
    """

    def harmless(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    frame = pd.DataFrame(rows)
    texts = frame.select_dtypes(["object", "string", "category"])
    cells = {str(name): texts[name].astype(object).map(harmless) for name in texts}
    return frame.assign(**cells).rename(columns=harmless)


def as_parquet(rows: Rows) -> bytes:
    """Return rows as Parquet with their types; mixed or unsupported columns become text."""
    frame = pd.DataFrame(rows)
    texts = {
        str(name): column.map(str, na_action="ignore")
        for name, column in frame.items()
        if column.dtype == object and not _has_a_type(column)
    }
    made = io.BytesIO()
    frame.assign(**texts).to_parquet(made, index=False)
    return made.getvalue()


def _has_a_type(column: "pd.Series[Any]") -> bool:
    """Return True if Parquet supports a column's values."""
    if column.dropna().map(type).nunique() > 1:
        return False
    try:
        pq.write_table(pa.table({"": pa.array(column, from_pandas=True)}).slice(0, 0), io.BytesIO())
    except (pa.ArrowException, OverflowError):
        return False
    return True
