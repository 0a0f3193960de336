"""Recognition of logs among other files, by their first line."""

import json
from contextlib import suppress

import pyarrow as pa

from engine.evaluation.files.column_roles import guess
from engine.evaluation.files.csv_file import start_of
from engine.evaluation.files.log_file import LogFile

_DSJSON = {"c", "_label_cost", "_labelIndex", "EventId"}
"""Names of which a line of dsjson has at least one."""


def is_log(data: bytes) -> bool:
    """Return True for the beginning of a log: an exported loop, dsjson, Parquet, or a table with
    the action shown and its reward or probability."""
    file = LogFile("", data)
    match file.kind:
        case "parquet" | "jsonl":
            return True
        case "dsjson":
            return _is_dsjson(file.first_line())
        case "csv":
            names = dict.fromkeys(start_of(file).names)
            columns = guess(pa.table({name: pa.array([], pa.string()) for name in names}))
            return bool(columns.shown and (columns.reward or columns.propensity))


def _is_dsjson(line: str) -> bool:
    if line.startswith("#"):
        return True
    with suppress(ValueError, RecursionError):
        value = json.loads(line)
        return isinstance(value, dict) and not _DSJSON.isdisjoint(value)
    return False
