"""The files that a loop can leave in."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from engine.store.about import About
from engine.store.exchange import dsjson, jsonl
from engine.store.exchange.lines import Progress, write_lines
from engine.store.library import Library
from engine.store.snapshot_codec import dump


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        story: what it is good for, in a sentence.
        suffix, mime: of the file.
        is_long: whether it grows with the number of events.
        write: writes a loop into a file.
    """

    key: str
    title: str
    suffix: str
    mime: str
    is_long: bool
    write: Callable[[Library, About, BinaryIO, Progress], None]
    story: str


def _write_log(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    write_lines(jsonl.export_lines(library.store, about.id), file, about.length, progress)


def _write_dsjson(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    log = library.open(about.id).loop.log
    lines = dsjson.export_lines(log, about.origin, lambda share: progress(share / 2))
    write_lines(lines, file, about.events, lambda share: progress((1 + share) / 2))


def _write_model(library: Library, about: About, file: BinaryIO, progress: Progress) -> None:
    stored = library.open(about.id)
    with stored.lock:
        file.write(dump({"learner": stored.loop.state.learner}))


_GZIP, _BYTES = "application/gzip", "application/octet-stream"
FORMATS = (
    Format(
        "log", "Everything, as JSON Lines", ".jsonl.gz", _GZIP, True, _write_log,
        "All entries with the settings, the world and the seed. Brought in again, the loop goes "
        "on exactly as here.",
    ),
    Format(
        "dsjson", "Decisions, as dsjson", ".dsjson.gz", _GZIP, True, _write_dsjson,
        "The retired service's own log format, for Vowpal Wabbit: contexts, actions, "
        "propensities, rewards.",
    ),
    Format(
        "model", "The model alone, as npz", ".npz", _BYTES, False, _write_model,
        "Arrays of NumPy with a tree of JSON: what was learned, without the events.",
    ),
)  # fmt: skip
