"""A loop as a file and back: one line of JSON that says what it is, then one an entry.

Nothing of a file with a fault is kept: until its last line is read the loop is not
there for anybody.
"""

import contextlib
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from engine.errors import FullError, PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.store import world_codec
from engine.store.entry_codec import from_json, parse
from engine.store.exchange.check import LogChecker
from engine.store.exchange.lines import Faults, each_read, numbered_lines
from engine.store.journal import Journal
from engine.store.logs import CHUNK
from engine.store.store import MAX_NAME, About, Store, new_id
from engine.store.stored_loop import Followers, StoredLoop, nobody

FORMAT = "personalizer-playground-loop"
VERSION = 1
Progress = Callable[[float], object]
"""Is told how much is done, 0 to 1."""


def silent(share: float) -> None:
    """Progress that nobody wants to know."""


# -- out ------------------------------------------------------------------------------


def export_lines(store: Store, loop_id: str) -> Iterator[str]:
    """A loop as lines of JSON.

    Raises:
        StoreError: if it is not there or cannot be read.
    """
    about = store.about(loop_id)
    head = {"format": FORMAT, "version": VERSION, "name": about.name}
    head |= {"world": world_codec.to_json(about.world), "seed": about.seed}
    yield json.dumps(head, ensure_ascii=False)
    yield from store.texts(loop_id, 0, about.length)


def write_lines(
    lines: Iterable[str], file: BinaryIO, total: int, progress: Progress = silent
) -> None:
    """Write lines as gzip.

    Args:
        total: how many there will be.
    """
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as packed:
        for number, line in enumerate(lines):
            packed.write(line.encode() + b"\n")
            if number % CHUNK == 0:
                progress(min(number / max(total, 1), 1.0))
    progress(1.0)


# -- in -------------------------------------------------------------------------------


def import_loop(
    store: Store,
    file: BinaryIO,
    owner: str,
    *,
    needs_world: bool = False,
    followers: Followers = nobody,
    progress: Progress = silent,
) -> About:
    """Take in a loop from a file, as it is or as gzip; it goes on like the one exported.

    Args:
        needs_world: whether it has to serve a world.
        followers: make what follows it, to be snapshot beside it.

    Raises:
        RejectedError: if any line is faulty; nothing was imported then.
        StoreError: if it cannot be written, or the owner has too many loops.
    """
    faults = Faults()
    lines = numbered_lines(file, store.limits.max_upload, faults, progress)
    number, text = next(lines, (0, "null"))
    try:
        about = _read_head(parse(text), owner, needs_world)
    except UnreadableError as error:
        faults.add(number, str(error))
        raise faults.rejection() from error
    return take_in(store, about, followers, each_read(lines, from_json, faults), faults)


def _read_head(head: Any, owner: str, needs_world: bool) -> About:
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise UnreadableError(f'the first line does not say that it is a "{FORMAT}"')
    if head.get("version") != VERSION:
        raise UnreadableError(f"this app reads version {VERSION} of the format only")
    name, seed, told = head.get("name"), head.get("seed"), head.get("world")
    if type(seed) is not int or not 0 <= seed < 10**6:
        raise UnreadableError("its seed is not a whole number from 0 to 999,999")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= MAX_NAME or "\x00" in name:
        raise UnreadableError(f"its name does not have 1 to {MAX_NAME} characters")
    if needs_world and told is None:
        raise UnreadableError("it serves no world")
    try:
        world = world_codec.to_text(world_codec.from_json(told))
    except PersonalizerError as error:
        raise UnreadableError(f"its world cannot be read: {error.message}") from None
    if name.encode(errors="ignore").decode() != name:
        raise UnreadableError("its name is not text")
    return About(new_id(), owner, name.strip(), world, seed)


def take_in(
    store: Store,
    about: About,
    followers: Followers,
    entries: Iterator[tuple[int, Entry | Undone]],
    faults: Faults,
) -> About:
    """Keep entries as a loop of their own, if all of them are right.

    Raises:
        RejectedError, StoreError: if not; then there is no such loop.
    """
    store.create(about, ready=False)
    checker = LogChecker(world_codec.from_text(about.world), store.limits.max_events)
    try:
        _learn(store, about, followers, _checked(entries, checker, faults))
        store.finish(about.id, checker.events)
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


def _learn(
    store: Store, about: About, followers: Followers, entries: Iterator[Entry | Undone]
) -> None:
    """Write down entries and learn them, chunk by chunk."""
    log = EventLog()
    journal = _Intake(store, about, log, is_begun=True)
    stored = StoredLoop(about, LearningLoop.resume(log, seed=about.seed), journal, followers)
    while chunk := list(islice(entries, CHUNK)):
        store.append(about.id, log.position, chunk, 0)
        journal.chunk = chunk
        stored.catch_up()
    stored.snapshot_if_due(every=1)


class _Intake(Journal):
    """The log of a loop that comes in: whatever is new in it has just been read."""

    chunk: Sequence[Entry | Undone] = ()

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        return self.chunk
