"""The files that a loop can leave in, and the one way in for all of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from engine.errors import UnreadableError
from engine.store.entry_codec import parse
from engine.store.exchange.dsjson import dsjson_rows, import_dsjson
from engine.store.exchange.jsonl import Progress, export_lines, import_loop, silent, write_lines
from engine.store.exchange.lines import Faults, numbered_lines
from engine.store.library import Library
from engine.store.snapshot_codec import dump
from engine.store.store import MAX_NAME, About

Write = Callable[[Library, About, BinaryIO, Progress], None]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes:
        key: short name.
        title: what it is.
        story: what it is good for, in a sentence.
        suffix: of the file's name.
        mime: its media type.
        is_long: whether it grows with the number of events.
        write: writes a loop into a file.
    """

    key: str
    title: str
    story: str
    suffix: str
    mime: str
    is_long: bool
    write: Write


def _write_log(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    write_lines(export_lines(library.store, about.id), file, about.length, progress)


def _write_dsjson(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    log = library.open(about.id).loop.log
    rows = dsjson_rows(log, lambda share: progress(share / 2))
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    write_lines(lines, file, about.events, lambda share: progress((1 + share) / 2))


def _write_model(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    stored = library.open(about.id)
    with stored.lock:
        file.write(dump({"learner": stored.loop.state.learner}))


FORMATS = (
    Format(
        "log",
        "Everything, as JSON Lines",
        "All entries with the settings, the world and the seed. Brought in again, the loop goes "
        "on exactly as here.",
        ".jsonl.gz",
        "application/gzip",
        True,
        _write_log,
    ),
    Format(
        "dsjson",
        "Decisions, as dsjson",
        "The retired service's own log format, for Vowpal Wabbit: contexts, actions, "
        "propensities, rewards.",
        ".dsjson.gz",
        "application/gzip",
        True,
        _write_dsjson,
    ),
    Format(
        "model",
        "The model alone, as npz",
        "Arrays of NumPy with a tree of JSON: what was learned, without the events.",
        ".npz",
        "application/octet-stream",
        False,
        _write_model,
    ),
)


def import_file(
    library: Library, file: BinaryIO, owner: str, name: str, progress: Progress = silent
) -> About:
    """Take in a loop of a world from a file of any kind that holds a log.

    Args:
        name: of the file; a dsjson log has no other.

    Raises:
        RejectedError, StoreError: as `engine.store.exchange.jsonl.import_loop`.
    """
    bring = import_loop
    lines = numbered_lines(file, library.store.limits.max_upload, Faults(), silent)
    _, first = next(lines, (0, ""))
    if _is_dsjson(first):
        title = "".join(c for c in name.partition(".")[0] if c.isprintable())[:MAX_NAME]
        bring = partial(import_dsjson, name=title or "Log")
    return bring(
        library.store, file, owner, needs_world=True, followers=library.followers, progress=progress
    )


def _is_dsjson(line: str) -> bool:
    try:
        row = parse(line)
    except UnreadableError:
        return False
    return isinstance(row, dict) and "c" in row and "format" not in row
