"""Time travel: a loop exactly as it was at any point of its log, without a full fold."""

from bisect import bisect_left

from engine.loop.entries import Ranked
from engine.loop.folding import Folding
from engine.loop.guards import check_entries
from engine.loop.learning_loop import LearningLoop
from engine.pausable_steps import Steps

_TOGETHER = 8
"""Entries read at a time in search of the next event."""


def as_of(loop: LearningLoop, entries: int) -> Steps[LearningLoop]:
    """Copy a loop as it was after the first ``entries`` of its log.

    The clock of the copy stands at that time. The copy and the loop are independent. Each entry to
    be folded is a step.

    Raises:
        PersonalizerError: ``BadRequest`` unless 1 <= ``entries`` <= length of the log.
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
    # From here on the two logs differ, so each has its own checkpoints.
    past.folding = Folding(known.of(log))
    return past


def entries_before(loop: LearningLoop, event: int) -> int:
    """Number of entries before an event's Rank call, by the event's number from 0; all entries if
    the event does not exist yet.
    """
    with loop.lock:
        if event >= len(loop.events):
            return len(loop.log)
        return bisect_left(range(len(loop.log)), event + 1, key=lambda at: _ranked(loop, at + 1))


def _ranked(loop: LearningLoop, entries: int) -> int:
    """Number of events ranked in the first ``entries`` of a log."""
    while entries < len(loop.log):
        for entry in loop.log.since(entries, _TOGETHER):
            if isinstance(entry, Ranked):
                return loop.events[entry.event_id].number
        entries += _TOGETHER
    return len(loop.events)
