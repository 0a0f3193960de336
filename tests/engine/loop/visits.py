"""Loops of the coffee shop under every kind of operation, and their state."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from engine import LearningLoop
from engine.loop.entries import Entry, Ranked, Undone
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.log import EventLog
from engine.loop.projection import Projection
from engine.loop.state import LoopState
from engine.simulation.simulated_visitors import crowd
from engine.store.snapshot_codec import dump, load
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock


class Past:
    """An archive in memory that records the positions of its reads.

    Attributes:
        read_from: from which positions on it was read.
    """

    def __init__(self, history: Sequence[Entry | Undone]) -> None:
        self.entries = history
        self.read_from: list[int] = []

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        self.read_from.append(start)
        return iter(self.entries[start:stop])

    def of_event(self, event_id: str, stop: int) -> Sequence[tuple[int, Entry]]:
        return [
            (at, entry)
            for at, entry in enumerate(self.entries[:stop])
            if not isinstance(entry, Undone) and getattr(entry, "event_id", None) == event_id
        ]


def evict(loop: LearningLoop) -> Past:
    """Let go of the log up to here."""
    past, mark = Past(loop.log.history), loop.log.mark
    data, settings = dump(loop.state.state()), loop.settings
    digests = loop.state.events.digests

    def restore(state: LoopState, _: EventLog) -> bool:
        state.restore(load(data), settings, EventIndex(ArchivedEvents(past, mark, digests)))
        return True

    loop.evict(past, restore)
    return past


def configure(loop: LearningLoop, setting: str, value: int) -> None:
    """Change a setting of a loop."""
    match setting:
        case "mode":
            loop.configure(learning_mode=("online", "apprentice", "logging_only")[value % 3])
        case "update":
            service = replace(loop.state.service, update_frequency=60 * (value % 3))
            loop.configure_service(service)
        case "retrain":
            loop.configure(default_reward=value / 10)
            loop.reset_model(retrain_days=0)
        case "learn anew":
            loop.configure(crosses=value % 4)


def go(loop: LearningLoop, clock: ManualClock, verb: str, value: int) -> None:
    """Apply one operation to a loop."""
    match verb:
        case "visit":
            list(crowd(loop, COFFEE, 1 + value % 3))
        case "rank":
            context = COFFEE.features(COFFEE.contexts[value])
            loop.rank(COFFEE.actions, context, defer_activation=value % 2 == 0)
        case "wait":
            clock.now += timedelta(minutes=value)
        case "mode" | "update" | "retrain" | "learn anew":
            configure(loop, verb, value)
        case "undo":
            loop.undo(1 + value % 4)
        case "redo":
            loop.redo()
        case "evict":
            evict(loop)
        case "activate" | "reward":
            waiting = [s.ranked.event_id for s in loop.events.values() if s.open][-1 - value :]
            for event_id in waiting[:1]:
                if verb == "activate":
                    loop.activate(event_id)
                else:
                    loop.reward(event_id, value / 10)


def state_lists(projection: Projection) -> dict[str, Any]:
    """A projection's state, with arrays as lists."""
    state = projection.state()
    return {n: v.tolist() if isinstance(v, np.ndarray) else v for n, v in state.items()}


def stands(loop: LearningLoop) -> list[object]:
    """The state of each event."""
    return [
        (state.ranked, state.activated, state.rewards, state.open, state.earned, state.number)
        for state in loop.events.values()
    ]


def beliefs(loop: LearningLoop) -> list[Ranked]:
    return [loop.preview(COFFEE.actions, COFFEE.features(c)) for c in COFFEE.contexts[::7]]
