"""State of a loop as a fold over its log: events and learner."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

import numpy as np

from engine.learners.base import Impression, Learner
from engine.loop.checkpoints import Checkpoint
from engine.loop.entries import (
    Activated,
    Configured,
    Dangling,
    Entry,
    Expired,
    ModelImported,
    ModelReset,
    Ranked,
    Rewarded,
    ServiceConfigured,
    WorldChanged,
)
from engine.loop.event import EventState
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.log import EventLog, Mark
from engine.loop.revision import Experiences
from engine.loop.service_settings import ServiceSettings
from engine.loop.settings import LoopSettings, learner_of
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

State = Mapping[str, Any]
"""State of a fold as arrays and JSON."""


class LoopState:
    """Settings, events and learner after the applied entries.

    Attributes:
        settings: in force.
        events: by id, in the order of Rank calls.
        waiting: ids of events whose wait has consequences, oldest first.
        world: after its last change; None in the world of the start.
        changes: numbers of events before each change of the world.
        service: settings of the service alone.
        dangling: number of `Dangling` entries.
        forgotten: number of events before the last reset or import of the model; these events
            teach nothing.
    """

    VERSION: ClassVar[int] = 16
    """Increased with each change of the content or meaning of `state`: if the same log leads to
    another one."""
    version: ClassVar[str] = f"{VERSION}, NumPy {np.__version__}"
    """Version of the state: `VERSION`, and the library that computes it."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.restart()
        for entry in entries:
            self.apply(entry)

    def restart(self) -> None:
        """Reset to the state before the first entry."""
        self.settings = LoopSettings()
        self.events = EventIndex()
        self.waiting: dict[str, None] = {}
        self.world: World | None = None
        self.changes: tuple[int, ...] = ()
        self.service, self.dangling = ServiceSettings(), 0
        self.forgotten = 0
        self._imported: Learner | None = None
        self._experiences = self._from(self._begin())

    def state(self) -> State:
        """Learner and waiting events; settings and events are stored beside it."""
        experiences = self._experiences.state(self.events)
        parts: dict[str, Any] = {"experiences": experiences, "waiting": list(self.waiting)}
        if self.world is not None:
            parts |= {"world": self.world.text, "changes": [*self.changes]}
        if self.service != ServiceSettings():
            parts |= {"service": asdict(self.service)}
        if self.dangling or self.forgotten:
            parts |= {"dangling": self.dangling, "forgotten": self.forgotten}
        return parts if self._imported is None else {**parts, "imported": self._imported}

    def restore(self, state: State, settings: LoopSettings, events: EventIndex) -> None:
        """Restore a `state` of the same version."""
        self.settings, self.events = settings, events
        self._experiences = Experiences.restored(state["experiences"])
        self.waiting = dict.fromkeys(state["waiting"])
        text = state.get("world")
        self.world = None if text is None else world_from_text(text)
        self.changes = tuple(state.get("changes", ()))
        self.service = ServiceSettings(**state.get("service", {}))
        self.dangling, self.forgotten = state.get("dangling", 0), state.get("forgotten", 0)
        self._imported = state.get("imported")

    def _from(self, learner: Learner) -> Experiences:
        """Experiences from a learner on."""
        return Experiences(learner, revisable=self.settings.reward_aggregation == "sum")

    def _begin(self) -> Learner:
        """Learner before the first event that counts."""
        return learner_of(self.settings) if self._imported is None else self._imported.fork()

    @property
    def learner(self) -> Learner:
        """The learner, for reading only."""
        return self._experiences.learner(self.events)

    def learn(self, impression: Impression, earned: float) -> None:
        """Learn a final reward, without a log."""
        self.learner.learn(impression, earned)

    def fork(self) -> "LoopState":
        """Copy for applying entries; valid while this state does not change."""
        twin = copy(self)
        twin._experiences = self._experiences.fork(self.events)
        twin.events, twin.waiting = EventIndex(self.events), self.waiting.copy()
        return twin

    def checkpoint(self, mark: Mark) -> Checkpoint["LoopState"]:
        """Checkpoint of this state in memory; its events are in the log."""
        settings, waiting, digests = self.settings, self.waiting.copy(), self.events.digests
        experiences, place = self._experiences.fork(self.events), (self.world, self.changes)
        service = self.service, self.dangling, self.forgotten, self._imported

        def restore(state: LoopState, log: EventLog) -> bool:
            state.settings, state.waiting = settings, waiting.copy()
            state.world, state.changes = place
            state.service, state.dangling, state.forgotten, state._imported = service
            state.events = EventIndex(ArchivedEvents(log, mark, digests))
            state._experiences = experiences.fork(state.events)
            return True

        return Checkpoint(mark, restore, experiences.size + digests.nbytes)

    def apply(self, entry: Entry) -> None:
        """Apply an entry."""
        self._experiences.finish(entry.time - self.settings.reward_wait_time)
        match entry:
            case Configured():
                self._configure(entry)
            case WorldChanged():
                self.world, self.changes = entry.world, (*self.changes, entry.before)
            case ServiceConfigured():
                self.service = entry.settings
            case ModelReset():
                self._forget(None)
            case ModelImported():
                self._forget(entry.learner)
            case Dangling():
                self.dangling += 1
            case Ranked():
                self.waiting[entry.event_id] = None
                self._imitate(self.events.add(entry))
            case Activated() | Rewarded() | Expired():
                self._go_on(self.events[entry.event_id], entry)

    def _configure(self, entry: Configured) -> None:
        before, self.settings = self.settings, entry.settings
        if not self.settings.learns_like(before):
            self._imported = None  # A model of other settings cannot go on.
            self._learn_anew(entry.time)
        elif self.settings.reward_aggregation != before.reward_aggregation:
            self._experiences = self._from(self.learner)

    def _forget(self, imported: Learner | None) -> None:
        """Go on with an imported model, or with a new one."""
        self.forgotten, self._imported = len(self.events), imported
        self._experiences = self._from(self._begin())

    def _learn_anew(self, now: datetime) -> None:
        """Learn all events that count again, in the order of Rank calls."""
        self._experiences = self._from(self._begin())
        for event in self.events.values():
            self._imitate(event)
            if event.earned is not None and event.number >= self.forgotten:
                self._experiences.add(event, event.earned)
        self._experiences.finish(now - self.settings.reward_wait_time)

    def _go_on(self, event: EventState, entry: Activated | Rewarded | Expired) -> None:
        before = event.earned
        event.follow(entry)
        if isinstance(entry, Activated):
            self._imitate(event)
        if not event.open or (event.activated and event.rewards):
            self.waiting.pop(entry.event_id, None)
        if event.earned is None or event.earned == before or event.number < self.forgotten:
            return
        if before is None:
            self._experiences.add(event, event.earned)
        elif not self._experiences.revise(entry.event_id, event.earned):
            self._learn_anew(entry.time)

    def _imitate(self, event: EventState) -> None:
        """Learn the baseline's choice shown by an apprentice."""
        counts = event.activated and event.number >= self.forgotten
        if event.ranked.mode == "apprentice" and counts:
            self._experiences.add(event, None)
