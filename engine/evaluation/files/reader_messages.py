"""Messages between a server and the process that reads a file for it.

A request is a line of JSON. An answer is an Arrow stream: a table, of decisions or empty, and JSON
in the metadata of its schema.
"""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from engine.errors import Fault, PersonalizerError, RejectedError
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.logged_decisions import Decisions

_ABOUT = b"about"
_ROWS = (
    "context_index", "shown", "propensity", "reward", "baseline", "probability_tolerance", "time",
)  # fmt: skip
_TABLES = "offered", "probabilities", "means"
"""Fields of `Decisions` of shape (N,) and (N, K)."""


class FileRequest(msgspec.Struct, frozen=True):
    """A file with the limits and options of its reading.

    Attributes:
        name: of the file.
        bounds: of its rewards; None to inspect its columns only.
        columns: of a table; guessed if None.
        events, cells: maximum number of events, and of events times actions.
        memory: MiB that reading may take.
        seconds: processor time that reading may take.
        server: process id of the server, with which the reader exits.
    """

    name: str
    bounds: tuple[float, float] | None
    columns: Columns | None
    events: int
    cells: int
    memory: int
    seconds: int
    server: int


class Inspected(msgspec.Struct, frozen=True, tag=True):
    """Columns of a file.

    Attributes:
        names: of all named columns; empty for a format read line by line.
        columns: their guessed meaning.
        nested: columns of lists or maps, which cannot be context fields.
        bounds: 0 to 1, extended to the numbers of the guessed reward.
        actions: shown in the first rows of a table without probabilities.
        usual: the one shown most often there for each value of each context column, and, for no
            column, of the value "".
    """

    names: tuple[str, ...] = ()
    columns: Columns | None = None
    nested: tuple[str, ...] = ()
    bounds: tuple[float, float] = (0.0, 1.0)
    actions: tuple[str, ...] = ()
    usual: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)


class _Log(msgspec.Struct, tag=True):
    """Fields of `Decisions` other than arrays."""

    actions: tuple[str, ...]
    contexts: tuple[str, ...]
    unmatched: int
    rounding: float


class _Rejected(msgspec.Struct, tag=True):
    faults: list[Fault]
    total: int


class _Refused(msgspec.Struct, tag=True):
    code: str
    message: str
    target: str


_About = _Log | Inspected | _Rejected | _Refused
FileAnswer = Decisions | Inspected | PersonalizerError


def write_answer(answer: FileAnswer, file: BinaryIO) -> None:
    """Write an answer as an Arrow stream."""
    about: object = answer
    match answer:
        case Decisions():
            about = _Log(answer.actions, answer.contexts, answer.unmatched, answer.rounding)
        case RejectedError():
            about = _Rejected(list(answer.faults), answer.total)
        case PersonalizerError():
            about = _Refused(answer.code, answer.message, answer.target)
    # msgspec refuses lone surrogates, which texts of a loop may contain.
    text = json.dumps(msgspec.to_builtins(about))
    arrays = _arrays(answer) if isinstance(answer, Decisions) else {}
    table = pa.table(arrays).replace_schema_metadata({_ABOUT: text})
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def read_answer(file: BinaryIO) -> FileAnswer:
    """Read an answer; decisions are validated again.

    Raises:
        pyarrow.ArrowInvalid, OSError: if the answer is incomplete.
    """
    with pa.ipc.open_stream(file) as stream:
        table = stream.read_all().combine_chunks()
    text = json.loads(table.schema.metadata[_ABOUT])
    about: _About = msgspec.convert(text, _About)
    match about:
        case _Log():
            return _decisions(table, about)
        case _Rejected():
            return RejectedError(about.faults, about.total, "evaluated")
        case _Refused():
            return PersonalizerError(about.code, about.message, about.target)
        case Inspected():
            return about


def _arrays(log: Decisions) -> dict[str, Any]:
    rows = {name: getattr(log, name) for name in _ROWS}
    arrays = {name: pa.array(row) for name, row in rows.items() if row is not None}
    for name in _TABLES:
        table = getattr(log, name)
        if table is not None:
            values = pa.array(table.reshape(-1))
            arrays[name] = pa.FixedSizeListArray.from_arrays(values, len(log.actions))
    return arrays


def _decisions(table: Any, about: _Log) -> Decisions:
    shape, arrays = (table.num_rows, len(about.actions)), dict[str, Any]()
    for name in table.column_names:
        (column,) = table[name].chunks
        values = column.flatten() if name in _TABLES else column
        arrays[name] = values.to_numpy(zero_copy_only=False)
        if name in _TABLES:
            arrays[name] = arrays[name].reshape(shape)
    return Decisions(
        actions=about.actions,
        contexts=about.contexts,
        unmatched=about.unmatched,
        rounding=about.rounding,
        **arrays,
    )
