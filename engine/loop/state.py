"""State of a loop as a fold over its log: events and learner."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

import numpy as np

from engine.learners.base import Impression, Learner
from engine.learners.learned_state import size_of
from engine.loop.checkpoints import Checkpoint
from engine.loop.early_rewards import EarlyRewards
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
from engine.loop.provisional_rewards import Experiences
from engine.loop.retraining import Retraining
from engine.loop.served_model import ServedModel
from engine.loop.service_only_settings import ServiceSettings
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
        early: latest rewards for unknown events.
        forgotten: number of events before the last reset or import of the model; these events
            teach nothing.
        retraining: last restart of the model on the latest log, if later than that.
    """

    VERSION: ClassVar[int] = 24
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
        self.early, self.forgotten = EarlyRewards(), 0
        self.retraining: Retraining | None = None
        self._imported: Learner | None = None
        self._experiences = self._from(self._begin())
        self._served: ServedModel | None = None

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
        if self.early.by_event:
            parts |= {"early": self.early.state()}
        if self.retraining is not None:
            parts |= {"retraining": self.retraining.state()}
        if self._served is not None:
            parts |= {"served": self._served.state()}
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
        self.early = EarlyRewards.restored(state.get("early", []))
        self._imported = state.get("imported")
        retraining, served = state.get("retraining"), state.get("served")
        self.retraining = retraining and Retraining.restored(retraining)
        self._served = served and ServedModel.restored(served)

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

    def served(self, now: datetime) -> Learner:
        """Model of decisions at a time, for reading only: the learner as of the last update."""
        served = self._served
        return self.learner if served is None or served.is_due(now) else served.learner

    def updated(self, now: datetime) -> datetime | None:
        """Time of the last update of the served model; None if each reward counts at once."""
        return None if self._served is None else self._served.latest(now)

    def learn(self, impression: Impression, earned: float) -> None:
        """Learn a final reward, without a log."""
        self.learner.learn(impression, earned)

    def fork(self) -> "LoopState":
        """Copy for applying entries; valid while this state does not change."""
        twin = copy(self)
        twin._experiences = self._experiences.fork(self.events)
        twin.events, twin.waiting = EventIndex(self.events), self.waiting.copy()
        twin.early = self.early.fork()
        return twin

    def checkpoint(self, mark: Mark) -> Checkpoint["LoopState"]:
        """Checkpoint of this state in memory; its events are in the log."""
        settings, waiting, digests = self.settings, self.waiting.copy(), self.events.digests
        experiences, place = self._experiences.fork(self.events), (self.world, self.changes)
        service, retraining = (self.service, self.dangling, self.forgotten), self.retraining
        imported, early = self._imported, self.early.fork()
        served = self._served and self._served.fork()

        def restore(state: LoopState, log: EventLog) -> bool:
            state.settings, state.waiting = settings, waiting.copy()
            state.world, state.changes = place
            state.service, state.dangling, state.forgotten = service
            state.retraining, state._imported = retraining, imported
            state.early = early.fork()
            state._served = served and served.fork()
            state.events = EventIndex(ArchivedEvents(log, mark, digests))
            state._experiences = experiences.fork(state.events)
            return True

        size = experiences.size + digests.nbytes
        return Checkpoint(mark, restore, size + size_of(served and served.learner))

    def apply(self, entry: Entry) -> None:
        """Apply an entry."""
        self._experiences.finish(entry.time - self.settings.reward_wait_time)
        if self._served is not None and self._served.is_due(entry.time):
            self._served = self._served.update(self.learner, entry.time)
        match entry:
            case Configured():
                self._configure(entry)
            case WorldChanged():
                self.world, self.changes = entry.world, (*self.changes, entry.before)
            case ServiceConfigured():
                self._configure_service(entry)
            case ModelReset() if entry.retrain_days is not None:
                self._retrain(entry.time, entry.retrain_days)
            case ModelReset():
                self._forget(None, entry.time)
            case ModelImported():
                self._forget(entry.learner, entry.time)
            case Dangling():
                self.dangling += 1
                self.early.add(entry)
            case Ranked():
                self.early.forget(entry.early_id)
                self.waiting[entry.event_id] = None
                self._imitate(self.events.add(entry))
            case Activated() | Rewarded() | Expired():
                self._go_on(self.events[entry.event_id], entry)

    def _configure(self, entry: Configured) -> None:
        before, self.settings = self.settings, entry.settings
        if not self.settings.learns_like(before):
            self._imported = None  # A model of other settings cannot go on.
            self._learn_anew(entry.time)
            self._serve(entry.time)
        elif self.settings.reward_aggregation != before.reward_aggregation:
            self._experiences = self._from(self.learner)

    def _configure_service(self, entry: ServiceConfigured) -> None:
        before, self.service = self.service, entry.settings
        if self.service.update_frequency != before.update_frequency:
            self._serve(entry.time)

    def _serve(self, now: datetime) -> None:
        """Serve the present learner, and count the time to the next update from now on."""
        seconds = self.service.update_frequency
        self._served = ServedModel.begin(self.learner, now, seconds) if seconds else None

    def _forget(self, imported: Learner | None, now: datetime) -> None:
        """Go on with an imported model, or with a new one."""
        self.forgotten, self._imported = len(self.events), imported
        self.retraining = None
        self._experiences = self._from(self._begin())
        self._serve(now)

    def _retrain(self, now: datetime, days: int) -> None:
        """Go on with a new model of the latest log."""
        self._imported = None
        self.retraining = Retraining.begin(self.events.values(), self.settings, now, days)
        self._learn_anew(now)
        self._serve(now)

    def _counts(self, event: EventState) -> bool:
        """True if an event teaches the present model."""
        first = 0 if self.retraining is None else self.retraining.first
        return event.number >= max(self.forgotten, first)

    def _earned(self, event: EventState) -> float | None:
        """Reward of an event as learned."""
        return event.earned if self.retraining is None else self.retraining.earned(event)

    def _learn_anew(self, now: datetime) -> None:
        """Learn all events that count again, in the order of Rank calls."""
        self._experiences = self._from(self._begin())
        for event in self.events.values():
            self._imitate(event)
            earned = self._earned(event)
            if earned is not None and self._counts(event):
                self._experiences.add(event, earned)
        self._experiences.finish(now - self.settings.reward_wait_time)

    def _go_on(self, event: EventState, entry: Activated | Rewarded | Expired) -> None:
        before = self._earned(event)
        event.follow(entry)
        earned = self._earned(event)
        if isinstance(entry, Activated):
            self._imitate(event)
        if not event.open or (event.activated and event.rewards):
            self.waiting.pop(entry.event_id, None)
        if earned is None or earned == before or not self._counts(event):
            return
        if before is None:
            self._experiences.add(event, earned)
        elif not self._experiences.revise(entry.event_id, earned):
            self._learn_anew(entry.time)

    def _imitate(self, event: EventState) -> None:
        """Learn the baseline's choice shown by an apprentice."""
        if event.ranked.mode == "apprentice" and event.activated and self._counts(event):
            self._experiences.add(event, None)
