"""The state of a loop as a fold over its log: where events stand, and what was learned."""

from collections.abc import Iterable
from copy import copy
from typing import ClassVar

import numpy as np

from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded
from engine.loop.event import EventState
from engine.loop.event_index import EventIndex
from engine.loop.projection import State
from engine.loop.settings import LoopSettings, learner_of

__all__ = ["EventState", "LoopState"]


class LoopState:
    """Settings, events and what was learned after the entries that were applied.

    Attributes:
        settings: those in force.
        learner: taught by what shown actions earned, and by what the baseline chose in
            apprentice mode.
        events: by event id, in the order of their Rank calls.
        waiting: ids of the events whose wait decides something, oldest first.

    Args:
        entries: what happened so far.
    """

    VERSION: ClassVar[int] = 1
    """Raised whenever what `state` holds or means changes: whenever the same log teaches
    anything else."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.restart()
        for entry in entries:
            self.apply(entry)

    def restart(self) -> None:
        """Be as before the first entry."""
        self.settings = LoopSettings()
        self.learner = learner_of(self.settings)
        self.events = EventIndex()
        self.waiting: dict[str, None] = {}

    @property
    def version(self) -> str:
        """Of its state: `VERSION`, and the library that computed it."""
        return f"{self.VERSION}, NumPy {np.__version__}"

    def state(self) -> State:
        """What was learned and who waits; settings and events are written down beside it."""
        return {"learner": self.learner, "waiting": list(self.waiting)}

    def restore(self, state: State, settings: LoopSettings, events: EventIndex) -> None:
        """Be what a `state` of the same version says."""
        self.settings, self.events = settings, events
        self.learner = state["learner"]
        self.waiting = dict.fromkeys(state["waiting"])

    def fork(self) -> "LoopState":
        """A copy to apply entries to, good for as long as this state stays as it is."""
        twin = copy(self)
        twin.learner = self.learner.fork()
        twin.events, twin.waiting = self.events.fork(), self.waiting.copy()
        return twin

    def apply(self, entry: Entry) -> None:
        """Fold in one entry."""
        match entry:
            case Configured():
                self._configure(entry.settings)
            case Ranked():
                self.waiting[entry.event_id] = None
                self._imitate(self.events.add(entry))
            case Activated() | Rewarded() | Expired():
                self._go_on(self.events[entry.event_id], entry)

    def _configure(self, settings: LoopSettings) -> None:
        same = settings.learns_like(self.settings)
        self.settings = settings
        if same:
            return
        self.learner = learner_of(settings)
        for state in self.events.values():
            self._imitate(state)
            self._learn(state, None)

    def _go_on(self, state: EventState, entry: Activated | Rewarded | Expired) -> None:
        before = state.earned
        state.follow(entry)
        if isinstance(entry, Activated):
            self._imitate(state)
        if not state.open or (state.activated and state.rewards):
            self.waiting.pop(entry.event_id, None)
        self._learn(state, before)

    def _imitate(self, state: EventState) -> None:
        """Learn what the baseline chose, once it was shown to an apprentice."""
        if state.ranked.mode == "apprentice" and state.activated:
            self.learner.watch(state.ranked.impression)

    def _learn(self, state: EventState, before: float | None) -> None:
        """Learn what an event earned so far, where ``before`` is known."""
        earned = state.earned
        if earned is None:
            return
        if before is None:
            self.learner.learn(state.ranked.impression, earned)
            state.lesson = self.learner.learned
        elif earned != before:
            self.learner.correct(state.ranked.impression, earned - before, state.lesson)
