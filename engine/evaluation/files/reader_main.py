"""Process that reads one file for a server, with resource limits.

Its standard input is a `FileRequest` as a line of JSON followed by the bytes of the file; its
output is an answer, see `engine.evaluation.files.reader_messages`. A crash here leaves the server
running.
"""

import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from engine.errors import PersonalizerError, refuse
from engine.evaluation.estimators import Bounds
from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.files.cell_values import CheckedRows, in_json, numbers, words
from engine.evaluation.files.column_roles import Columns, guess, nested
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.files.reader_messages import FileAnswer, FileRequest, Inspected, write_answer
from engine.evaluation.files.table_file import batches, head
from engine.evaluation.logged_decisions import Decisions
from engine.store.exchange.untrusted_lines import Faults

try:
    import resource
except ImportError:  # Not on Windows.
    resource = None  # type: ignore[assignment]

_NICE = 5
"""Niceness of the process, so that the server has priority."""
_STATUS = Path("/proc/self/statm")
"""Memory of this process, in pages; the first number is the mapped size."""
_LOOK = 1.0
"""Seconds between checks that the server still runs."""


def main() -> None:
    """Answer the request on the standard input, and exit at once.

    Python's regular shutdown is skipped: with library threads at work it sometimes aborts before
    the answer is written.
    """
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=FileRequest)
    Thread(target=_end_with, args=(request.server,), daemon=True).start()
    _limit(request)
    write_answer(answer_to(request, sys.stdin.buffer), sys.stdout.buffer)
    sys.stdout.buffer.flush()
    os._exit(0)


def answer_to(request: FileRequest, source: BinaryIO) -> FileAnswer:
    """Read a file as requested; a refusal is an answer, too."""
    try:
        file = LogFile(request.name, source.read(), request.events)
        return inspected(file) if request.bounds is None else decisions_in(file, request)
    except PersonalizerError as error:
        return error
    except MemoryError:
        faults = Faults("evaluated")
        faults.add(0, f"reading it takes more than {request.memory:,} MiB, the most allowed")
        return faults.rejection()


def inspected(file: LogFile) -> Inspected:
    """Guess the meaning of a file's columns."""
    if file.kind in {"dsjson", "jsonl"}:
        return Inspected()
    first = head(file)
    columns = guess(first)
    names = tuple(filter(None, first.column_names))
    bounds = _bounds(file, columns.reward)
    return Inspected(names, columns, nested(first, columns), bounds, *usual_actions(file, columns))


def usual_actions(
    file: LogFile, columns: Columns
) -> tuple[tuple[str, ...], Mapping[str, Mapping[str, str]]]:
    """Return the actions, and the most frequent one by the values of each context column, see
    `Inspected`; empty for a log with probabilities."""
    if columns.propensity or columns.probabilities or not columns.shown:
        return (), {}
    names = [columns.shown, *columns.context]
    batch = next(batches(file, names, Faults("evaluated")), None)
    if batch is None:
        return (), {}
    rows = CheckedRows(batch.lines, batch.decimal_comma)
    shown, actions = words(batch.rows[columns.shown], rows)
    usual = {"": {"": actions[int(np.bincount(shown).argmax())]}}
    for name in columns.context:
        codes, values = words(in_json(batch.rows[name]), rows)
        table = np.zeros((len(values), len(actions)), dtype=int)
        np.add.at(table, (codes, shown), 1)
        known = zip(values, table.argmax(axis=1).tolist(), table.sum(axis=1).tolist(), strict=True)
        usual[name] = {value: actions[action] for value, action, number in known if number}
    return tuple(sorted(filter(None, actions))), usual


def _bounds(file: LogFile, reward: str) -> Bounds:
    """0 to 1, extended to all numbers of a column."""
    low, high = 0.0, 1.0
    for batch in batches(file, [reward], Faults("evaluated")) if reward else ():
        rows = CheckedRows(batch.lines, batch.decimal_comma)
        values = numbers(batch.rows[reward], "reward", (low, math.inf), rows)
        known = values[np.isfinite(values)]
        low, high = known.min(initial=low), known.max(initial=high)
    return float(low), float(high)


def decisions_in(file: LogFile, request: FileRequest) -> Decisions:
    """Read all decisions in a file.

    Raises:
        RejectedError: if the file has faults, or no event.
        PersonalizerError: if the file has more events or cells than allowed.
    """
    assert isinstance(file.data, bytes)
    assert request.bounds is not None
    log = open_log(file.data, file.name, request.columns, request.bounds, most=file.most)
    parts, events, actions = list[Decisions](), 0, set[str]()
    for part in log.batches():
        parts.append(part)
        events += len(part)
        actions.update(part.actions)
        _check("The number of events", events, request.events)
        _check("The number of events times actions", events * len(actions), request.cells)
    if not events:
        raise Faults("evaluated").rejection()
    return concatenated(parts)


def _check(name: str, number: int, most: int) -> None:
    if number > most:
        refuse("BadRequest", "log", number, f"at most {most:,}", name)


def _limit(request: FileRequest) -> None:
    """Limit memory and processor time of this process, as far as the system supports it."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if resource is None:
        return
    _bound(resource.RLIMIT_CPU, request.seconds)
    if _STATUS.exists():  # Other systems ignore the limit.
        pages = int(_STATUS.read_text().split()[0])
        _bound(resource.RLIMIT_AS, pages * resource.getpagesize() + (request.memory << 20))


def _bound(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _end_with(server: int) -> None:
    """Exit soon after the server's end."""
    while os.getppid() == server:
        time.sleep(_LOOK)
    os._exit(1)


if __name__ == "__main__":
    main()
