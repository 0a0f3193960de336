"""The learning loop: Rank, Activate, Reward, and learning from the log.

Each call parses its input, catches up with the log and the clock, decides, and appends entries to
be applied to the state: one for each wait that has ended, then its own. Only logged entries are
applied, and replaying the log gives the same loop, bit for bit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Never, Self

import numpy as np

from engine.arrays import Array
from engine.errors import refuse
from engine.learners.base import ALONE, Contribution, Group, Learner, Source
from engine.learners.belief import Belief
from engine.loop import decide, guards, multi_slot, reward_wait
from engine.loop.clock import Clock, read, utc_now
from engine.loop.entries import (
    Activated,
    Configured,
    Dangling,
    ModelImported,
    ModelReset,
    Ranked,
    Rewarded,
    ServiceConfigured,
    WorldChanged,
    id_of_slot,
)
from engine.loop.event import EventState
from engine.loop.folding import Folding
from engine.loop.lock import locked
from engine.loop.log import EventLog, Mark
from engine.loop.logged_state import Replay, in_turn
from engine.loop.service_only_settings import ServiceSettings
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.pausable_steps import Steps, finish
from engine.policies.base import Normals
from engine.protocol.multi_slot import MultiSlotRequest, parse_multi_slot_request
from engine.protocol.request import (
    RankRequest,
    parse_rank_request,
    parse_reward,
)
from engine.protocol.response import MultiSlotResponse, RankResponse
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text


class LearningLoop(Replay):
    """A Personalizer loop in the process.

    Thread-safe: each call holds `lock` from beginning to end. Hold it for several calls that belong
    together, and while reading `state`, `learner` or `events` beside other callers. The `log` may
    be read without it.

    Args:
        settings: see `LoopSettings`; the defaults need no tuning.
        seed: same seed, log, request and event id give the same answer.
        clock: tells the time, in any time zone; injected so that tests need not wait.
    """

    def __init__(
        self, settings: LoopSettings | None = None, *, seed: int = 0, clock: Clock = utc_now
    ) -> None:
        guards.check_new(settings, seed)
        now = read(clock)
        super().__init__(EventLog())
        self.seed, self._clock, self._normals = seed, clock, Normals(seed)
        self._decided: tuple[LoopState, tuple[object, ...], Ranked] | None = None
        self._append(Configured(now, settings or LoopSettings()))

    @classmethod
    def resuming(
        cls, log: EventLog, *, seed: int, clock: Clock = utc_now, folding: Folding | None = None
    ) -> Steps[Self]:
        """Restore a loop from its log, as if it had never stopped.

        Args:
            folding: makes the state; each entry to be folded is a step.
        """
        loop, folding = cls(seed=seed, clock=clock), folding or Folding()
        state = yield from folding.states(log)
        Replay.__init__(loop, log, folding, state)
        return loop

    @classmethod
    def resume(
        cls, log: EventLog, *, seed: int, clock: Clock = utc_now, folding: Folding | None = None
    ) -> Self:
        """Restore a loop in one go; see `resuming`."""
        return finish(cls.resuming(log, seed=seed, clock=clock, folding=folding))

    # -- what a caller reads ----------------------------------------------------------

    @property
    @locked
    def settings(self) -> LoopSettings:
        """Current settings."""
        return self.state.settings

    @property
    @locked
    def has_expired(self) -> bool:
        """True if a wait is over and not ended yet."""
        return bool(reward_wait.expirations(self.state, read(self._clock), 1))

    @property
    def now(self) -> datetime:
        """Time of the loop's clock."""
        return read(self._clock)

    @property
    @locked
    def learner(self) -> Learner:
        """The learner, for reading only."""
        return self.state.learner

    @property
    @locked
    def updated(self) -> datetime | None:
        """Time of the last update of the served model, by which the loop decides; None if it
        decides by the learner."""
        return self.state.updated(read(self._clock))

    @property
    @locked
    def events(self) -> Mapping[str, EventState]:
        """State of each event by id, in the order of Rank calls."""
        return self.state.events

    @property
    @locked
    def deferred(self) -> int:
        """Number of deferred events whose wait for an activation is running."""
        events = map(self.state.events.__getitem__, self.state.waiting)
        return sum(not event.activated for event in events)

    @property
    @locked
    def last(self) -> Ranked | None:
        """Last counting Rank call, or None."""
        return next((entry for entry in reversed(self.log) if isinstance(entry, Ranked)), None)

    @locked
    def answer(self, event_id: str) -> RankResponse:
        """Recorded response to a Rank call; ``ResourceNotFound`` for an unknown event."""
        return guards.find(self.events, event_id, "ResourceNotFound").ranked.answer()

    @locked
    def preview(
        self,
        actions: Sequence[Mapping[str, Any]],
        context_features: Sequence[Mapping[str, Any]] | None = None,
        excluded_actions: Sequence[str] | None = None,
        event_id: str | None = None,
        defer_activation: bool | None = None,
    ) -> Ranked:
        """Decision that `rank` would make, even in a full loop; nothing is logged or changed."""
        request = parse_rank_request(
            actions, context_features, excluded_actions, event_id, defer_activation
        )
        state, now = self._present()
        return decide.recorded(state, request) or self._decide(state, request, now)

    @locked
    def preview_multi_slot(self, request: MultiSlotRequest) -> tuple[Ranked, ...]:
        """Decisions of `rank_multi_slot`, without logging or changing the loop."""
        state, now = self._present()
        return multi_slot.decisions(state, request, now, self._normals)

    @locked
    def probabilities(self, requests: RankRequest | Sequence[RankRequest]) -> Array:
        """Current selection probabilities of K actions not excluded.

        (K,) for one request, (requests, K) for several, which is much faster than one by one. In
        apprentice mode, probabilities of taking an action for the baseline's choice. Logs nothing.

        Raises:
            PersonalizerError: ``InvalidRankRequest`` for an empty list, for values other than a
                `RankRequest`, and for requests with different offered or excluded actions.
        """
        if isinstance(requests, RankRequest):
            alone: Array = self.probabilities([requests])[0]
            return alone
        guards.check_alike(requests)
        state, now = self._present()
        return decide.probabilities(state, requests, self._normals, state.served(now))

    @locked
    def outlook(self, requests: Sequence[RankRequest]) -> tuple[Array, Array]:
        """`probabilities` of several requests, and the actions' expected rewards in the served
        model, (requests, K) each."""
        guards.check_alike(requests)
        state, now = self._present()
        return decide.outlook(state, requests, self._normals, state.served(now))

    @locked
    def probabilities_online(
        self, requests: RankRequest | Sequence[RankRequest], learner: Learner | None = None
    ) -> Array:
        """`probabilities` as if the loop were online, with its served model or another learner."""
        if isinstance(requests, RankRequest):
            alone: Array = self.probabilities_online([requests], learner)[0]
            return alone
        guards.check_alike(requests)
        state, now = self._present()
        learner = learner or state.served(now)
        return decide.probabilities_online(state, requests, self._normals, learner)

    @locked
    def belief(
        self,
        actions: Sequence[Mapping[str, Any]],
        context_features: Sequence[Mapping[str, Any]] | None = None,
    ) -> Belief:
        """Joint belief of the served model about the expected rewards of actions in a context;
        refuses as `rank`."""
        state, now = self._present()
        request = parse_rank_request(actions, context_features)
        return decide.belief(state, request, state.served(now))

    @locked
    def contributions(
        self,
        ranked: Ranked,
        weights: Array | None = None,
        into: Mapping[Group, Group] = ALONE,
    ) -> Mapping[Source, Contribution]:
        """Contribution of each source to a weighted sum of the mean rewards of a ranking's actions,
        in the served model now, or at the time of a later ranking.

        Args:
            weights: (K,); by default, 1 for the shown action.
            into: groups of fields merged into others.

        ``InvalidRankRequest`` for values other than a `Ranked`.
        """
        guards.check_parsed(ranked, Ranked)
        if weights is None:
            weights = np.eye(len(ranked.request.actions))[ranked.shown]
        state, learner = self._served_for(ranked)
        return decide.contributions(state, learner, ranked.request, weights, into)

    @locked
    def sd_of_sum(self, ranked: Ranked, weights: Array) -> float:
        """Standard deviation of the belief about a weighted sum of the expected rewards of a
        ranking's actions, weights (K,); see `contributions`."""
        offer = ranked.request.context, ranked.request.actions, weights
        return self._served_for(ranked)[1].sd_of_average([offer])

    # -- what a caller does -----------------------------------------------------------

    def rank(
        self,
        actions: Sequence[Mapping[str, Any]],
        context_features: Sequence[Mapping[str, Any]] | None = None,
        excluded_actions: Sequence[str] | None = None,
        event_id: str | None = None,
        defer_activation: bool | None = None,
    ) -> RankResponse:
        """Choose the action to show.

        The same event id with the same request gives the recorded answer and logs nothing.
        ``InvalidRankRequest``, ``PayloadSizeExceeded``, or of a full loop ``OperationNotAllowed``.
        """
        return self.ask(
            parse_rank_request(
                actions, context_features, excluded_actions, event_id, defer_activation
            )
        ).answer()

    @in_turn
    def ask(self, request: RankRequest) -> Ranked:
        """Decide on a parsed request, as `rank`; return the whole decision.

        ``InvalidRankRequest`` for values other than a `RankRequest`, and as `rank`.
        """
        guards.check_parsed(request, RankRequest)
        return self._ask(request)

    def _ask(self, request: RankRequest) -> Ranked:
        now = self._expire_late()
        ranked = decide.recorded(self.state, request)
        if ranked is None:
            guards.check_room(len(self.state.events), self.state.settings)
            ranked = self._decide(self.state, request, now)
            self._append(ranked)
        return ranked

    @in_turn
    def activate(self, event_id: str) -> None:
        """Activate a deferred event, as shown to the user.

        ``InvalidEventIdToActivate`` if it is unknown or its wait is over.
        """
        now = self._expire_late()
        event = guards.find(self.state.events, event_id, "InvalidEventIdToActivate")
        reward_wait.check_activation(event, self.state.settings, now)
        if not event.activated:
            self._append(Activated(event_id, now))

    @in_turn
    def reward(self, event_id: str, value: float) -> None:
        """Reward the shown action of an event.

        ``ResourceNotFound`` for an unknown event; ``InvalidRewardRequest`` for a value outside -1
        to 1, after the wait, or a second where the earliest counts.
        """
        amount = parse_reward(value)
        now = self._expire_late()
        event = guards.find(self.state.events, event_id, "ResourceNotFound")
        reward_wait.check_reward(event, self.state.settings, now)
        self._append(Rewarded(event_id, now, amount))

    def rank_multi_slot(
        self,
        actions: Sequence[Mapping[str, Any]],
        slots: Sequence[Mapping[str, Any]],
        context_features: Sequence[Mapping[str, Any]] | None = None,
        event_id: str | None = None,
        defer_activation: bool | None = None,
    ) -> MultiSlotResponse:
        """Choose a different action for each slot, in turn.

        Each slot becomes an event, with the slot's id and features in the context. Otherwise as
        `rank`.

        Args:
            slots: objects with ``id`` and optionally ``features``, ``excludedActions`` and
                ``baselineAction``, the most valuable slot first.
        """
        request = parse_multi_slot_request(
            actions, slots, context_features, event_id, defer_activation
        )
        return multi_slot.response(self.ask_multi_slot(request))

    def ask_multi_slot(self, request: MultiSlotRequest) -> tuple[Ranked, ...]:
        """Decide on a parsed multi-slot request; return the decision for each slot."""
        return self.together(lambda: self._ask_multi_slot(request))

    def _ask_multi_slot(self, request: MultiSlotRequest) -> tuple[Ranked, ...]:
        now = self._expire_late()
        ranked = multi_slot.decisions(self.state, request, now, self._normals)
        new = [one for one in ranked if one.event_id not in self.state.events]
        if new:
            guards.check_room(len(self.state.events) + len(new) - 1, self.state.settings)
        for decision in new:
            self._append(decision)
        return ranked

    def activate_multi_slot(self, event_id: str) -> None:
        """Activate all slots of a deferred multi-slot event; otherwise as `activate`."""

        def activate() -> None:
            self._expire_late()
            code = "InvalidEventIdToActivate"
            for event in multi_slot.find_call(self.state.events, event_id, code).values():
                self.activate(event.ranked.event_id)

        self.together(activate)

    def reward_multi_slot(self, event_id: str, rewards: Mapping[str, float]) -> None:
        """Reward slots of a multi-slot event by slot id, all or none; otherwise as `reward`.

        ``InvalidRewardRequest`` for a slot that the event does not have.
        """

        def reward() -> None:
            self._expire_late()
            slots = multi_slot.find_call(self.state.events, event_id, "ResourceNotFound")
            for slot, value in rewards.items():
                guards.check_slot(slot, slots)
                self.reward(slots[slot].ranked.event_id, value)

        self.together(reward)

    @in_turn
    def expire(self, event_id: str) -> None:
        """End an event's wait now: without a reward, the default reward applies.

        ``ResourceNotFound`` for an unknown event, ``InvalidRewardRequest`` if its wait is over or
        was ended by a reward.
        """
        now = self._expire_late()
        event = guards.find(self.state.events, event_id, "ResourceNotFound")
        reward_wait.check_expiry(event)
        self._append(reward_wait.expiration(event, self.state.settings, now))

    @in_turn
    def configure(self, /, *unnamed: Never, **changes: Any) -> None:
        """Change settings by name, all or none. Changes of the learner retrain on the log.

        ``InvalidServiceConfiguration``, ``InvalidRewardWaitTime``, or, for a learning mode together
        with a setting of rewards, ``InvalidLearningModeServiceConfiguration``.
        """
        settings = guards.changed(self.state.settings, unnamed, changes)
        now = self._expire_late()
        if settings != self.state.settings:
            self._append(Configured(now, settings))

    # -- calls of applications, which are answered where a caller in Python is refused ----

    @in_turn
    def serve(self, request: RankRequest) -> Ranked:
        """Decide on a parsed request, and give the event the rewards that came just before it.

        A known event id gets its recorded decision, whatever the request. Otherwise as `ask`.
        """
        if request.event_id not in self.state.early.by_event:
            return self._serve(request)
        return self.together(lambda: self._joined_early(lambda: (self._serve(request),)))[0]

    def _serve(self, request: RankRequest) -> Ranked:
        event = self.state.events.get(request.event_id) if request.event_id else None
        return self._ask(request) if event is None else event.ranked

    def _joined_early(self, rank: Callable[[], tuple[Ranked, ...]]) -> tuple[Ranked, ...]:
        """Rank, and give the new events the rewards that came before them."""
        early = self.state.early.fork()
        decisions = rank()
        for ranked in decisions:
            for value in early.of(ranked.early_id, ranked.time):
                self._take(ranked.event_id, value)
        return decisions

    @in_turn
    def take_reward(self, event_id: str, value: float) -> Dangling | None:
        """Reward an event. A call that is late, repeated, or for an unknown event teaches nothing,
        and is logged and returned. ``InvalidRewardRequest`` for a value outside -1 to 1."""
        return self._take(event_id, parse_reward(value))

    @in_turn
    def take_activation(self, event_id: str) -> Dangling | None:
        """Activate an event; otherwise as `take_reward`."""
        return self._take(event_id, None)

    def _take(self, event_id: str, value: float | None) -> Dangling | None:
        now, event = self._expire_late(), self.state.events.get(event_id)
        reason = reward_wait.dangling_reason(event, self.state.settings, now, value is not None)
        if reason is not None:
            act: Literal["reward", "activate"] = "activate" if value is None else "reward"
            dangling = Dangling(event_id, now, act, value, reason)
            if self.state.dangling < self.state.settings.max_events:
                self._append(dangling)
            return dangling
        if value is not None:
            self._append(Rewarded(event_id, now, value))
        elif event is not None and not event.activated:
            self._append(Activated(event_id, now))
        return None

    def serve_multi_slot(self, request: MultiSlotRequest) -> tuple[Ranked, ...]:
        """Decide on a parsed multi-slot request; a known event id gets the recorded decisions of
        any earlier request."""

        def serve() -> tuple[Ranked, ...]:
            call = request.shared.event_id
            known = multi_slot.page_of(self.state.events, call) if call else ()
            return known or self._joined_early(lambda: self._ask_multi_slot(request))

        return self.together(serve)

    def take_slot_rewards(self, event_id: str, rewards: Iterable[tuple[str, float]]) -> None:
        """Reward slots of a multi-slot event in one commit, by (slot id, reward); otherwise as
        `take_reward`."""
        given = [*rewards]

        def take() -> None:
            slots = dict(multi_slot.by_slot(self._call_of(event_id)))
            for slot, value in given:
                event = slots.get(slot)
                unknown = id_of_slot(event_id, slot)
                self.take_reward(unknown if event is None else event.ranked.event_id, value)

        self.together(take)

    def take_slot_activations(self, event_id: str) -> None:
        """Activate all slots of a multi-slot event; otherwise as `take_activation`."""

        def take() -> None:
            events = self._call_of(event_id)
            for name in [event.ranked.event_id for event in events] or [event_id]:
                self.take_activation(name)

        self.together(take)

    def _call_of(self, event_id: str) -> tuple[EventState, ...]:
        return multi_slot.events_of_call(self.state.events, event_id)

    @in_turn
    def configure_service(self, settings: ServiceSettings) -> None:
        """Change settings of the service alone. ``InvalidLogRetentionDays`` for a retention shorter
        than the reward wait time and a day."""
        settings.check_wait(self.state.settings.reward_wait_time)
        now = self._expire_late()
        if settings != self.state.service:
            self._append(ServiceConfigured(now, settings))

    @in_turn
    def reset_model(self, retrain_days: int | None = None) -> None:
        """Begin with a new model; events ranked so far teach nothing any more.

        Args:
            retrain_days: days of the log that the new model learns again, by the settings of
                rewards in force, 0 for all; nothing before an earlier reset or import.

        ``InvalidModelRetrainDays`` for an invalid number of days.
        """
        self._append(ModelReset(self._expire_late(), retrain_days))

    @in_turn
    def import_model(self, learner: Learner) -> None:
        """Go on with another model of the same settings, which is never changed; events ranked so
        far teach nothing any more. ``BadRequest`` for another kind of learner."""
        if type(learner) is not type(self.state.learner):
            allowed = f"a {type(self.state.learner).__name__}, as the settings have it"
            refuse("BadRequest", "model", type(learner).__name__, allowed)
        self._append(ModelImported(self._expire_late(), learner))

    @in_turn
    def expire_some(self, most: int) -> int:
        """End up to ``most`` waits that are over, oldest first; return their number."""
        late = reward_wait.expirations(self.state, read(self._clock), most)
        for expired in late:
            self._append(expired)
        return len(late)

    @in_turn
    def change_world(self, world: World) -> None:
        """Log a change of the world; the learner is not informed.

        ``BadRequest`` for a world that could not be read again, ``OperationNotAllowed`` beyond the
        largest number of changes.
        """
        plain = world_from_text(world.text)
        guards.check_changes(len(self.state.changes))
        now = self._expire_late()
        self._append(WorldChanged(now, len(self.state.events), plain))

    @in_turn
    def undo(self, entries: int = 1) -> None:
        """Undo the last ``entries`` entries of the log: the loop is as it was before.

        Exact by construction: the remaining entries are replayed, from the latest checkpoint. The
        next event gets the id and the random numbers of the undone one, and so a reward still under
        way for it. ``BadRequest`` for more entries than came after the first.
        """
        guards.check_entries(entries, len(self.log) - 1)
        self._take_back(entries, read(self._clock))

    @in_turn
    def undo_event(self, event: Ranked | None = None) -> Ranked | None:
        """Undo the last Rank call and all later entries; return the call, or None.

        Of a multi-slot call, all slots are undone, and the first is returned. Nothing is undone if
        the call, or its last slot, is not the intended ``event``.
        """
        for entries, last in enumerate(reversed(self.log), 1):
            if not isinstance(last, Ranked):
                continue
            if event and (event.event_id, event.time) != (last.event_id, last.time):
                return None
            event = None
            if last.slot is None or last.slot.number == 0:
                self._take_back(entries, read(self._clock))
                return last
        return None

    @in_turn
    def undo_act(self, entries: int, end: Mark) -> bool:
        """Undo all but the first ``entries`` of the log, if it is still at an ``end``.

        Returns False, without an undo, if another caller has appended since.
        """
        is_last, taken = self.log.mark.runs == end.runs, len(self.log) - entries
        if is_last and taken > 0:
            guards.check_entries(taken, len(self.log) - 1)
            self._take_back(taken, read(self._clock))
        return is_last

    @in_turn
    def redo(self, position: int | None = None) -> None:
        """Redo the last undo: everything is as before it.

        ``BadRequest`` if entries were appended since, if there is nothing to redo, or if the
        intended undo left the log at another position.
        """
        is_meant = position in (None, self.log.position)
        guards.check_redo(self.can_bring_back and is_meant)
        self._bring_back()

    # -- now --------------------------------------------------------------------------

    def _decide(self, state: LoopState, request: RankRequest, now: datetime) -> Ranked:
        """Decide in a state; cached for a preview followed by a call."""
        last, place = self._decided, (self.log.position, request, state.updated(now))
        if last and last[0] is state and last[1] == place:
            return replace(last[2], time=now)
        ranked = decide.decide(state, request, now, self._normals)
        self._decided = state, place, ranked
        return ranked

    def _present(self) -> tuple[LoopState, datetime]:
        """State after expired waits, for reading, and the time."""
        now = read(self._clock)
        return self._foresee(reward_wait.expirations(self.state, now)), now

    def _served_for(self, ranked: Ranked) -> tuple[LoopState, Learner]:
        """State and served model now, or at the time of a later ranking."""
        state, now = self._present()
        return state, state.served(max(now, ranked.time))

    def _expire_late(self) -> datetime:
        """End expired waits, and return the time."""
        now = read(self._clock)
        for expired in reward_wait.expirations(self.state, now):
            self._append(expired)
        return now
