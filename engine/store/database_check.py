"""Check of a database against its digests: logs, counts, snapshots, and people's worlds."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import PersonalizerError
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import EventLog
from engine.store.loop_info import LoopInfo
from engine.store.store import Store
from engine.store.stored_loop import StoredLoop


@dataclass(frozen=True, slots=True)
class Finding:
    """A damage found by the check.

    Attributes:
        view: of the loop; empty for the database as a whole.
        description: damage in one sentence.
    """

    view: str
    description: str


def check_database(store: Store) -> Iterator[Finding]:
    """Read the whole database, and yield all damages."""
    try:
        for sentence in store.integrity():
            yield Finding("", sentence)
        views = store.views()
    except PersonalizerError as error:
        yield Finding("", error.message)
        return
    if faulty := store.faulty_worlds():
        yield Finding("", f"{faulty} of its worlds are damaged.")
    for view in views:
        try:
            for sentence in _faults(store, store.loop_info(view)):
                yield Finding(view, sentence)
        except PersonalizerError as error:
            yield Finding(view, error.message)


def _faults(store: Store, about: LoopInfo) -> Iterator[str]:
    log, last = EventLog(), None
    for entry in store.read(about.id, 0, about.length):
        log.append(entry, recorded=True)
        last = entry if isinstance(entry, Ranked) else last
    folded = LearningLoop.resume(log, seed=about.seed)
    if len(folded.events) != about.events:
        yield f"It has {len(folded.events):,} events that count, and not {about.events:,}."
    (entries, written), snapshots = store.rows(about.id), store.snapshots(about.id)
    if entries != about.length:
        yield f"It has {entries:,} entries, and not {about.length:,}."
    whole = sum(store.data(about.id, snapshot) is not None for snapshot in snapshots)
    if whole != written:
        yield f"{written - whole} of its {written} snapshots are damaged; the log has everything."
    opened = StoredLoop.open(store, about.id).loop
    if last is not None and _answer(opened, last) != _answer(folded, last):
        yield "Its snapshot is not what its log tells."


def _answer(loop: LearningLoop, ranked: Ranked) -> tuple[object, ...]:
    """Beliefs of a loop for a request, for comparison to the last bit."""
    chances = loop.probabilities(ranked.request)
    return (len(loop.events), len(loop.log), loop.settings, *chances.tolist())
