"""The process that reads one file for a server, with limits of its own.

Its standard input is a `FileRequest` as a line of JSON and the bytes of the file; its output is an
answer, see `engine.evaluation.files.messages`. Whatever a file makes of it, the server goes on.
"""

import os
import sys
import time
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import msgspec
import pyarrow as pa

from engine.errors import PersonalizerError, refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.files.columns import guess, nested
from engine.evaluation.files.joined import joined
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.logs import open_log
from engine.evaluation.files.messages import FileAnswer, FileRequest, Inspected, write_answer
from engine.evaluation.files.table import head
from engine.store.exchange.lines import Faults

try:
    import resource
except ImportError:  # Not on Windows.
    resource = None  # type: ignore[assignment]

_NICE = 5
"""How far it stands back where there are not processors enough for it and the server."""
_STATUS = Path("/proc/self/statm")
"""Memory of this process, in pages; the first number is all that is mapped."""
_LOOK = 1.0
"""Seconds from one look for the server to the next."""


def main() -> None:
    """Answer the request on the standard input, and end at once.

    Python's own end is left out: it aborts now and then with libraries' threads at work, before
    the answer is written.
    """
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=FileRequest)
    Thread(target=_end_with, args=(request.server,), daemon=True).start()
    _limit(request)
    write_answer(answer_to(request, sys.stdin.buffer), sys.stdout.buffer)
    sys.stdout.buffer.flush()
    os._exit(0)


def answer_to(request: FileRequest, source: BinaryIO) -> FileAnswer:
    """Read a file as it is asked for; a refusal is an answer, too."""
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
    """Look at the columns of a file."""
    if file.kind in {"dsjson", "jsonl"}:
        return Inspected()
    first = head(file)
    columns = guess(first)
    names = tuple(filter(None, first.column_names))
    return Inspected(names, columns, nested(first, columns))


def decisions_in(file: LogFile, request: FileRequest) -> Decisions:
    """All decisions in a file.

    Raises:
        RejectedError: if it has faults, or no event.
        PersonalizerError: if it has more than are allowed.
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
    return joined(parts)


def _check(what: str, number: int, most: int) -> None:
    if number > most:
        refuse("BadRequest", "log", number, f"at most {most:,}", what)


def _limit(request: FileRequest) -> None:
    """Bound the memory and the time that this process may take, where the system can."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if resource is None:
        return
    _bound(resource.RLIMIT_CPU, request.seconds)
    if _STATUS.exists():  # Elsewhere such a bound is not kept.
        pages = int(_STATUS.read_text().split()[0])
        _bound(resource.RLIMIT_AS, pages * resource.getpagesize() + (request.memory << 20))


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _end_with(server: int) -> None:
    """End this process soon after the server, however that ends."""
    while os.getppid() == server:
        time.sleep(_LOOK)
    os._exit(1)


if __name__ == "__main__":
    main()
