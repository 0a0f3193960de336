"""Reading files that anybody may have made, each in a process of its own.

A file that unfolds to more than there is memory for, or takes a reader down, ends that process and
not the server. What comes back is checked as any log is.
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
from engine.evaluation.decisions import Decisions
from engine.evaluation.files.columns import Columns
from engine.evaluation.files.messages import FileAnswer, FileRequest, Inspected, read_answer
from engine.steps import WAITS, Steps
from engine.store.exchange.lines import MAX_LINES, Faults

T = TypeVar("T", Decisions, Inspected)

MOST_CELLS = 1 << 25
"""Events times actions of a log: a table of them takes 256 MiB."""
SECONDS = 120
"""Of a processor's time that reading one file may take."""
_PATIENCE = 5
"""How many times that long it may take where others are at work as well."""
_processes = BoundedSemaphore(2)
"""The processes that may read at once; further files wait."""
_LOOK = 0.002
"""Seconds of waiting in one step."""
_ROOT = Path(__file__).parents[3]
_KEPT = {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP"}
"""Variables of the environment that reading may need: a password of the server's is not one."""


def inspecting(file: BinaryIO, name: str, memory: int) -> Steps[Inspected]:
    """Look at the columns of a file.

    Args:
        memory: MiB that reading it may take.

    Raises:
        RejectedError: if it cannot be read.
    """
    return _asking(file, _request(name, None, None, memory), Inspected)


def reading(
    file: BinaryIO, name: str, columns: Columns | None, bounds: tuple[float, float], memory: int
) -> Steps[Decisions]:
    """Read all decisions in a file.

    Args:
        columns: the meaning of those of a table; guessed if not given.
        bounds: of its rewards.
        memory: MiB that reading it may take.

    Raises:
        RejectedError: with the faults of its lines; if it holds no event, or cannot be read.
        PersonalizerError: if it has more events than are allowed.
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
    """Start a process, wait for it, and read its answer; it ends when this is closed."""
    with TemporaryFile() as question, TemporaryFile() as answer:
        question.write(msgspec.json.encode(request) + b"\n")
        shutil.copyfileobj(file, question, 1 << 20)
        question.seek(0)
        yield None
        process = Popen(
            [sys.executable, "-m", "engine.evaluation.files.child"],
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
    """Variables of the process: the same modules as here, one thread for matrices."""
    paths = [str(_ROOT), *filter(None, sys.path)]
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
