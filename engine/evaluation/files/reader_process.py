"""Reading of untrusted files, each in a process of its own.

A file that exceeds the memory limit, or crashes a reader, ends that process and not the server.
Its answer is validated like any log.
"""

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO, TypeVar

import msgspec
import pyarrow as pa

from engine.errors import PersonalizerError
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.reader_messages import FileAnswer, FileRequest, Inspected, read_answer
from engine.evaluation.logged_decisions import Decisions
from engine.pausable_steps import WAITS, Steps
from engine.store.exchange.untrusted_lines import MAX_LINES, Faults

T = TypeVar("T", Decisions, Inspected)

MOST_CELLS = 1 << 25
"""Maximum of events times actions of a log: such a table takes 256 MiB."""
SECONDS = 120
"""Processor time that reading one file may take."""
_PATIENCE = 5
"""Factor on the time limit in wall clock time."""
_processes = BoundedSemaphore(2)
"""Concurrent reader processes; further files wait."""
_LOOK = 0.002
"""Seconds of waiting in one step."""
_ROOT = Path(__file__).parents[3]
_KEPT = {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP"}
"""Environment variables passed on to a reader; secrets of the server are not."""


def inspection_steps(file: BinaryIO, name: str, memory: int) -> Steps[Inspected]:
    """Inspect the columns of a file.

    Args:
        memory: MiB that reading may take.

    Raises:
        RejectedError: if the file cannot be read.
    """
    return _asking(file, _request(name, None, None, memory), Inspected)


def reading_steps(
    file: BinaryIO, name: str, columns: Columns | None, bounds: tuple[float, float], memory: int
) -> Steps[Decisions]:
    """Read all decisions in a file.

    Args:
        columns: meaning of a table's columns; guessed if None.
        bounds: of its rewards.
        memory: MiB that reading may take.

    Raises:
        RejectedError: with the faults of its lines; if the file has no event, or cannot be read.
        PersonalizerError: if the file has more events than allowed.
    """
    return _asking(file, _request(name, columns, bounds, memory), Decisions)


def _request(
    name: str, columns: Columns | None, bounds: tuple[float, float] | None, memory: int
) -> FileRequest:
    return FileRequest(name, bounds, columns, MAX_LINES, MOST_CELLS, memory, SECONDS, os.getpid())


def _asking(file: BinaryIO, request: FileRequest, kind: type[T]) -> Steps[T]:
    while not _processes.acquire(blocking=False):
        yield WAITS
    try:
        answer = yield from _answering(file, request)
    finally:
        _processes.release()
    if isinstance(answer, PersonalizerError):
        raise answer
    assert isinstance(answer, kind)
    return answer


def _answering(file: BinaryIO, request: FileRequest) -> Steps[FileAnswer]:
    """Start a process, wait for it, and read its answer; closing the generator kills it."""
    with TemporaryFile() as question, TemporaryFile() as answer:
        question.write(msgspec.json.encode(request) + b"\n")
        shutil.copyfileobj(file, question, 1 << 20)
        question.seek(0)
        yield None
        process = Popen(
            [sys.executable, "-m", "engine.evaluation.files.reader_main"],
            stdin=question,
            stdout=answer,
            env=_environment(),
        )
        try:
            end = time.monotonic() + SECONDS * _PATIENCE
            while process.poll() is None and time.monotonic() < end:
                with suppress(TimeoutExpired):
                    process.wait(_LOOK)
                yield WAITS
        finally:
            process.kill()
            process.wait()
        answer.seek(0)
        with suppress(pa.ArrowInvalid, OSError):
            return read_answer(answer)
    faults = Faults("evaluated")
    faults.add(
        0,
        f"it cannot be read within {request.memory:,} MiB and {request.seconds} s: it is damaged, "
        "or unfolds to far more than it is",
    )
    return faults.rejection()


def _environment() -> dict[str, str]:
    """Environment of the process: this process's modules, and one thread for matrices."""
    paths = [str(_ROOT), *filter(None, sys.path)]
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
