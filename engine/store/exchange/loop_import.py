"""Import of loops from files of any format, entirely or not at all.

A loop is visible only after the last line of its file was read.
"""

import contextlib
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO

from engine.errors import FullError, PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.pausable_steps import at_once
from engine.store import world_codec
from engine.store.entry_codec import parse
from engine.store.exchange import dsjson, jsonl
from engine.store.exchange.file_seal import SealedLines
from engine.store.exchange.log_checker import LogChecker
from engine.store.exchange.untrusted_lines import (
    GZIP,
    MAX_LINE,
    STEP,
    Faults,
    numbered_lines,
)
from engine.store.loop_info import LoopInfo, Origin
from engine.store.loop_library import LoopLibrary
from engine.store.loop_recorder import LoopRecorder
from engine.store.stored_loop import StoredLoop
from engine.worlds import WORLDS, World
from engine.worlds.spreadsheet_cells import WORKBOOK

_KINDS = "An exported session is JSON Lines or dsjson, plain or as gzip"
_WORLD = "if it is a world, open it on Worlds"
_TABLE = "open a log on Evaluate, and a table of actions or rates on Worlds"
Read = Callable[[str], Iterable[Entry | Undone]]
"""Reader of the entries in one line."""


def import_steps(
    library: LoopLibrary,
    file: BinaryIO,
    owner: str,
    name: str = "Log",
    *,
    edited: bool = False,
    needs_world: bool = True,
) -> Generator[float, None, LoopInfo]:
    """Import a loop from a log file of any format, plain or gzip.

    Yields the share read after every `STEP` lines. If the generator is closed early, nothing
    remains of the loop.

    Args:
        name: of the file; names the loop of a dsjson log.
        edited: whether to accept a file that does not match its seal; the loop is marked.
        needs_world: whether the loop must have a known world or bring its own.

    Raises:
        RejectedError: if a line or the seal is faulty; nothing is imported.
        StoreError: if the loop cannot be written, or the owner has too many loops.
    """
    faults, size = Faults(), file.seek(0, io.SEEK_END)
    _check_is_text(file, faults)
    lines = SealedLines(numbered_lines(file, library.store.limits.max_upload, faults))
    about, read, rest = _begin(library, lines, owner, name, needs_world, faults)
    library.store.create(about, ready=False)
    try:
        world = world_codec.from_text(about.world)
        checker = LogChecker(world, library.store.limits.max_events)
        take = _Intake(library, about)
        while block := list(islice(rest, STEP)):
            entries = list(_checked(block, read, checker, faults))
            if entries and not faults.total:
                take.learn(entries)
            yield min(file.tell() / max(size, 1), 1.0)
        origin = _origin(about, lines, checker, edited, faults)
        if faults.total or not checker.events:
            raise faults.rejection()
        take.finish(checker.events, origin)
        return library.store.loop_info(about.id)
    except BaseException:
        # Also when a person leaves the page: what is not finished never was.
        with contextlib.suppress(PersonalizerError):
            library.store.delete(about.id, about.owner)
        raise


import_file = at_once(import_steps)
"""Import a loop in one go; see `import_steps`."""


def _worlds_of(library: LoopLibrary, owner: str) -> Iterator[World]:
    """Worlds of the app, then the worlds kept by an owner, most recently used first."""
    yield from WORLDS.values()
    for kept in library.store.worlds(owner):
        yield kept.world


def _begin(
    library: LoopLibrary,
    lines: SealedLines,
    owner: str,
    name: str,
    needs_world: bool,
    faults: Faults,
) -> tuple[LoopInfo, Read, Iterator[tuple[int, str]]]:
    """Read the first line; return the loop's facts, the reader of entries, and their lines."""
    number, text = next(lines, (0, "null"))
    read: Read = jsonl.read
    rest: Iterator[tuple[int, str]] = lines
    try:
        origin = dsjson.origin_of(text)
        several = origin is not None and dsjson.is_of_several_worlds(text)
        if origin is not None:
            lines.has_seal = True
            number, text = next(lines, (0, "null"))
        row = _first_row(text)
        if origin is None and not dsjson.is_row(row):
            about, lines.has_seal = jsonl.read_head(row, owner)
            nowhere = "it serves no world"
        else:
            known = iter(()) if several else _worlds_of(library, owner)
            about = dsjson.read_head(text, owner, name, origin or "foreign", known)
            read = dsjson.reader(library.store.limits.max_events)
            rest = chain([(number, text)], lines)
            nowhere = "its actions are not those of a world of this app, or of one that you keep"
            if several:
                nowhere = "its world was changed on the way, which its JSON Lines file alone tells"
        if needs_world and about.world is None:
            raise UnreadableError(nowhere)
    except (UnreadableError, PersonalizerError) as error:
        faults.add(number, str(error))
        raise faults.rejection() from error
    return about, read, rest


def _check_is_text(file: BinaryIO, faults: Faults) -> None:
    """Refuse a workbook, and other files that are no text, as a whole: read as text, each of their
    lines would be a fault."""
    file.seek(0)
    start = file.readline(MAX_LINE)
    if start.startswith(WORKBOOK):
        advice = "its sheet, saved as CSV, can be read on Evaluate"
        faults.add(0, f"it is a workbook, or packed: {advice}. {_KINDS}")
        raise faults.rejection()
    if start.startswith(GZIP):
        return
    try:
        start.decode("utf-8-sig")
    except UnicodeDecodeError:
        faults.add(0, f"it is not text in UTF-8. {_KINDS}")
        raise faults.rejection() from None


def _first_row(text: str) -> Any:
    """JSON value of the first line, which tells the format."""
    try:
        return parse(text)
    except UnreadableError as error:
        if text.strip() in {"{", "["}:
            reason = f"it is JSON over several lines: {_WORLD}"
        elif text.lstrip().startswith("{"):
            reason = str(error)
        else:
            reason = f"it is a table or another text, not JSON: {_TABLE}"
        raise UnreadableError(f"{reason}. {_KINDS}") from None


def _checked(
    lines: Iterable[tuple[int, str]], read: Read, checker: LogChecker, faults: Faults
) -> Iterator[Entry | Undone]:
    """Read and check the entries of all lines, also after a fault.

    Raises:
        RejectedError: at once, if there are too many events.
    """
    for number, text in lines:
        try:
            for entry in read(text):
                checker.follow(entry, number)
                yield entry
        except FullError as error:
            faults.add(number, str(error))
            raise faults.rejection() from error
        except (UnreadableError, PersonalizerError) as error:
            faults.add(number, str(error))


def _origin(
    about: LoopInfo, lines: SealedLines, checker: LogChecker, edited: bool, faults: Faults
) -> Origin:
    """Origin of the loop, after its file was read; notes faults of the file as a whole.

    Times may decrease (clocks are reset) in a file that matches its seal, and in files of other
    programs.
    """
    fault = None if faults.total else lines.fault()
    if fault is not None and not edited:
        faults.add(0, fault)
    is_whole = lines.has_seal and fault is None
    if checker.fell and not is_whole and about.origin != "foreign":
        faults.add(checker.fell, "its time is before that of the line before")
    return about.origin if fault is None else "edited"


class _Intake(LoopRecorder):
    """A loop during import, with its growing log."""

    def __init__(self, library: LoopLibrary, about: LoopInfo) -> None:
        super().__init__(library.store, about, EventLog(), is_begun=True)
        loop = LearningLoop.resume(self.log, seed=about.seed)
        self._stored = StoredLoop(about, loop, self, library.make_projections)
        self._new: Sequence[Entry | Undone] = ()

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        return self._new

    def learn(self, entries: Sequence[Entry | Undone]) -> None:
        """Append and learn entries."""
        self.end = self.store.append(self.loop_id, self.end, entries, 0)
        self._new = entries
        self._stored.catch_up()

    def finish(self, events: int, origin: Origin) -> None:
        """Make the loop visible."""
        self._stored.snapshot_if_due(every=1)
        self.store.finish(self.loop_id, replace(self.end, events=events), origin)
