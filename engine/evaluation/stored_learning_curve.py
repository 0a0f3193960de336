"""Reward curve of a stored loop from its log alone, without learning."""

from engine.evaluation.learning_curve import LearningCurve
from engine.loop.entries import OfNoEvent
from engine.loop.event_index import events_of
from engine.loop.log import EventLog
from engine.pausable_steps import Steps
from engine.store.loop_info import LoopInfo
from engine.store.store import Store
from engine.worlds.world import World


def stored_curve_steps(store: Store, about: LoopInfo, world: World) -> Steps[LearningCurve]:
    """Curve of a loop as of the time when ``about`` was read; each entry is a step.

    Raises:
        StoreError: if the log cannot be read.
    """
    log, curve = EventLog(), LearningCurve(world)
    for entry in store.read(about.id, 0, about.length):
        log.append(entry, recorded=True)
        yield None
    entries = list(log)
    events = events_of(entries)
    for counting in entries:
        event = None if isinstance(counting, OfNoEvent) else events[counting.event_id]
        curve.apply(counting, event)
        yield None
    return curve
