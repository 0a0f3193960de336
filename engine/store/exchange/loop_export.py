"""File formats for exporting a loop."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from engine.store.exchange import dsjson, jsonl
from engine.store.exchange.untrusted_lines import write_lines_steps
from engine.store.loop_info import LoopInfo
from engine.store.loop_library import LoopLibrary
from engine.store.snapshot_codec import dump


class Format(NamedTuple):
    """A file format.

    Attributes:
        story: purpose, in a sentence.
        suffix, mime: of the file.
        writing: writes a loop into a file in steps.
    """

    key: str
    title: str
    suffix: str
    mime: str
    writing: Callable[[LoopLibrary, LoopInfo, BinaryIO], Iterator[None]]
    story: str

    def write(self, library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> None:
        """Write a loop into a file in one go."""
        for _ in self.writing(library, about, file):
            pass


def _write_log(library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> Iterator[None]:
    return write_lines_steps(jsonl.export_lines(library.store, about.id), file)


def _write_dsjson(library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> Iterator[None]:
    log = library.open(about.id).loop.log
    reading = dsjson.ExportedEvents(log)
    yield from reading.first()
    yield from write_lines_steps(reading.lines(about.origin), file)


def _write_model(library: LoopLibrary, about: LoopInfo, file: BinaryIO) -> Iterator[None]:
    stored = library.open(about.id)
    with stored.lock:
        file.write(dump({"learner": stored.loop.state.learner}))
    yield


_GZIP, _BYTES = "application/gzip", "application/octet-stream"
FORMATS = (
    Format(
        "log", "Everything, as JSON Lines", ".jsonl.gz", _GZIP, _write_log,
        "All entries with the settings, the world and the seed. Brought in again, the loop goes "
        "on exactly as here.",
    ),
    Format(
        "dsjson", "Decisions, as dsjson", ".dsjson.gz", _GZIP, _write_dsjson,
        "The retired service's own log format, for Vowpal Wabbit: contexts, actions, "
        "propensities, rewards.",
    ),
    Format(
        "model", "The model alone, as npz", ".npz", _BYTES, _write_model,
        "Arrays of NumPy with a tree of JSON: what was learned, without the events.",
    ),
)  # fmt: skip
