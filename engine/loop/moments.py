"""Moments of a log: the loop as it was then, exactly, in far less time than a fold takes."""

from bisect import bisect_left

from engine.loop.entries import Ranked
from engine.loop.folding import Folding
from engine.loop.guards import check_entries
from engine.loop.learning_loop import LearningLoop
from engine.steps import Steps

_TOGETHER = 8
"""Entries that are read together where the next event is looked for."""


def as_of(loop: LearningLoop, entries: int) -> Steps[LearningLoop]:
    """A loop as the first ``entries`` of its log left it, at that time: one of its own.

    Whatever is done with either, the other stays as it is. Each entry that has to be folded is a
    step. ``BadRequest`` unless there are so many, and one at least.
    """
    with loop.lock:
        check_entries(entries, len(loop.log))
        log, then = loop.log.until(entries), loop.log[entries - 1].time
    known = loop.folding.checkpoints
    past = yield from LearningLoop.resuming(
        log,
        seed=loop.seed,
        clock=lambda: then,
        folding=Folding(known, loop.folding.keeps, loop.log),
    )
    # From here on the two logs go different ways, and each has its own.
    past.folding = Folding(known.of(log))
    return past


def entries_before(loop: LearningLoop, event: int) -> int:
    """How many entries there were when the event with this number, from 0, was ranked.

    All of them, if there is none yet.
    """
    with loop.lock:
        if event >= len(loop.events):
            return len(loop.log)
        return bisect_left(range(len(loop.log)), event + 1, key=lambda at: _ranked(loop, at + 1))


def _ranked(loop: LearningLoop, entries: int) -> int:
    """How many events the first entries of a log have ranked."""
    while entries < len(loop.log):
        for entry in loop.log.since(entries, _TOGETHER):
            if isinstance(entry, Ranked):
                return loop.events[entry.event_id].number
        entries += _TOGETHER
    return len(loop.events)
