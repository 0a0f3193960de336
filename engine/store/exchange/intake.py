"""The one way in for all files: a loop comes in whole, or nothing of it does.

Until the last line of a file is read the loop is not there for anybody.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO

from engine.errors import FullError, PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.store import world_codec
from engine.store.exchange import dsjson, jsonl
from engine.store.exchange.check import LogChecker
from engine.store.exchange.lines import Faults, Progress, numbered_lines, silent
from engine.store.journal import Journal
from engine.store.library import Library
from engine.store.logs import CHUNK, End
from engine.store.store import About
from engine.store.stored_loop import StoredLoop


def import_file(
    library: Library,
    file: BinaryIO,
    owner: str,
    name: str = "Log",
    progress: Progress = silent,
    *,
    needs_world: bool = True,
) -> About:
    """Take in a loop from a file of any kind that holds a log, as it is or as gzip.

    Args:
        name: of the file; a dsjson log has no other.
        needs_world: whether the loop has to serve a world of `engine.worlds`, or one of its own.

    Raises:
        RejectedError: if any line is faulty; nothing was imported then.
        StoreError: if it cannot be written, or the owner has too many loops.
    """
    faults, limits = Faults(), library.store.limits
    lines = numbered_lines(file, limits.max_upload, faults, progress)
    number, text = next(lines, (0, "null"))
    try:
        if dsjson.is_row(text):
            rows = chain([(number, text)], lines)
            about, entries = dsjson.read_log(rows, owner, name, limits.max_events, faults)
            if needs_world and about.world is None:
                raise UnreadableError("its actions are not those of a world of this app")
        else:
            about = jsonl.read_head(text, owner, needs_world)
            entries = jsonl.read_entries(lines, faults)
    except UnreadableError as error:
        faults.add(number, str(error))
        raise faults.rejection() from error
    return _take_in(library, about, entries, faults)


def _take_in(
    library: Library, about: About, entries: Iterator[tuple[int, Entry | Undone]], faults: Faults
) -> About:
    """Keep entries as a loop of their own, if all of them are right."""
    store = library.store
    store.create(about, ready=False)
    checker = LogChecker(world_codec.from_text(about.world), store.limits.max_events)
    try:
        end = _learn(library, about, _checked(entries, checker, faults))
        store.finish(about.id, replace(end, events=checker.events))
        return store.about(about.id)
    except BaseException:
        # Also when a person leaves the page: what is not finished never was.
        with contextlib.suppress(PersonalizerError):
            store.delete(about.id, about.owner)
        raise


def _checked(
    entries: Iterable[tuple[int, Entry | Undone]], checker: LogChecker, faults: Faults
) -> Iterator[Entry | Undone]:
    """The entries before the first fault; those after it are looked at, too.

    Raises:
        RejectedError: in the end, if there was a fault, or no event.
    """
    for number, entry in entries:
        try:
            checker.follow(entry)
        except UnreadableError as error:
            faults.add(number, str(error))
            if isinstance(error, FullError):
                break
        else:
            if not faults.total:
                yield entry
    if faults.total or not checker.events:
        raise faults.rejection()


def _learn(library: Library, about: About, entries: Iterator[Entry | Undone]) -> End:
    """Write down entries and learn them, chunk by chunk; where the log ends then."""
    log = EventLog()
    journal = _Intake(library.store, about, log, is_begun=True)
    loop = LearningLoop.resume(log, seed=about.seed)
    stored = StoredLoop(about, loop, journal, library.followers)
    while chunk := list(islice(entries, CHUNK)):
        journal.end = library.store.append(about.id, journal.end, chunk, 0)
        journal.chunk = chunk
        stored.catch_up()
    stored.snapshot_if_due(every=1)
    return journal.end


class _Intake(Journal):
    """The log of a loop that comes in: whatever is new in it has just been read."""

    chunk: Sequence[Entry | Undone] = ()

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        return self.chunk
