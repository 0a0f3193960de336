"""Entries of a loop's log, one class for each kind of event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.learners.base import Impression, Learner
from engine.loop.service_only_settings import ServiceSettings, check_retrain_days
from engine.loop.settings import LearningMode, LoopSettings
from engine.policies.base import Cause
from engine.protocol.request import MAX_ID_LENGTH, RankRequest
from engine.protocol.response import RankedAction, RankResponse
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings in force from this entry on."""

    time: datetime
    settings: LoopSettings


@dataclass(frozen=True, slots=True)
class WorldChanged:
    """Change of the world: its visitors, actions, or tastes.

    Learners are not informed; they meet the consequences.

    Attributes:
        before: number of events ranked before.
    """

    time: datetime
    before: int
    world: World


@dataclass(frozen=True, slots=True)
class SlotOfCall:
    """Slot of an event in a multi-slot call.

    Attributes:
        call: event id of the call, which is also that of its first slot's event.
        slots: ids of all slots of the call, in order.
        number: position of this slot.
    """

    call: str
    slots: tuple[str, ...]
    number: int


def id_of_slot(call: str, slot: str) -> str:
    """Event id under which a reward for a slot of an unknown call is logged."""
    return f"{call}/{slot}"[:MAX_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A Rank call with the causes of its decision. Tuples are in the order of the request.

    Attributes:
        time: of the call; the wait for a reward starts here.
        probabilities: propensity of each action, 0 for an excluded one.
        errors: their Monte-Carlo standard errors.
        means: believed expected reward of each action, excluded ones included.
        sds: widths of the bells (`Belief.widths`) used for draws; in old logs of joint draws,
            standard deviations of the beliefs.
        hypothesis: position of the drawn hypothesis among those compared, in old logs of loops that
            drew one first; None since all hypotheses form the bell.
        draw: drawn expected rewards if a draw decided (None for an excluded action).
        chosen: position of the policy's choice. For an apprentice the policy chooses by likeness to
            the baseline's choice, with these probabilities.
        cause: of the choice: a draw, the best guess, weighted chance, uniform chance, or the
            baseline when logging only.
        mode: learning mode.
        shown: position of the shown action: online the choice; otherwise the baseline, or any
            action under apprentice exploration.
        propensity: probability of showing that action.
        slot: in a multi-slot call; None in a Rank call of its own.
        by_rule: position of the baseline by the settings' rule; None for the first action not
            excluded.
    """

    event_id: str
    time: datetime
    request: RankRequest
    probabilities: tuple[float, ...]
    errors: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    hypothesis: int | None
    draw: tuple[float | None, ...] | None
    chosen: int
    cause: Cause
    mode: LearningMode
    shown: int
    propensity: float
    slot: SlotOfCall | None = None
    by_rule: int | None = None

    @property
    def best(self) -> int:
        """Position of the best guess among the actions not excluded."""
        return max(self.request.allowed, key=lambda i: self.means[i])

    @property
    def baseline(self) -> int:
        """Position of the baseline."""
        return self.request.allowed[0] if self.by_rule is None else self.by_rule

    @property
    def matches(self) -> bool:
        """True if the policy chose the baseline."""
        return self.chosen == self.baseline

    @property
    def impression(self) -> Impression:
        """The event as seen by a learner."""
        propensity = self.probabilities[self.chosen]
        apprentice = self.mode == "apprentice"
        chosen = self.request, self.shown, self.chosen, propensity
        return Impression(*chosen, apprentice, self.by_rule)

    @property
    def early_id(self) -> str:
        """Event id of a reward sent before this call was known: with the slot, if there is one."""
        slot = self.slot
        return self.event_id if slot is None else id_of_slot(slot.call, slot.slots[slot.number])

    @property
    def action_id(self) -> str:
        """Id of the action to show."""
        return self.request.actions[self.shown].id

    def answer(self) -> RankResponse:
        """The response: actions by decreasing probability, with excluded actions in their
        positions."""
        actions, allowed = self.request.actions, self.request.allowed
        chances = self.probabilities
        places = sorted(allowed, key=chances.__getitem__, reverse=True)
        if len(allowed) < len(actions):
            falling = iter(places)
            places = [next(falling) if i in allowed else i for i in range(len(actions))]
        ranking = tuple([RankedAction(actions[i].id, chances[i]) for i in places])
        return RankResponse(self.event_id, self.action_id, ranking)

    def shown_probabilities(self) -> list[float]:
        """Probability of showing each action, (K,): online the policy's.

        Otherwise the baseline's is 1, less an apprentice's share of uniformly random actions.
        """
        if self.mode == "online":
            return list(self.probabilities)
        allowed, share = self.request.allowed, self.propensity
        others = len(allowed) - 1
        if self.shown == self.baseline:
            share = (1 - self.propensity) / others if others else 0.0
        chances = [share if i in allowed else 0.0 for i in range(len(self.request.actions))]
        chances[self.baseline] = 1 - share * others
        return chances


@dataclass(frozen=True, slots=True)
class Activated:
    """Activation of a deferred event."""

    event_id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rewarded:
    """A reward received in time."""

    event_id: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Expired:
    """End of the wait for a reward; the default reward applies.

    The reward is None for an event never activated, which is not learned.
    """

    event_id: str
    time: datetime
    default_reward: float | None


@dataclass(frozen=True, slots=True)
class Undone:
    """Undo of the last ``entries`` counting entries."""

    time: datetime
    entries: int


@dataclass(frozen=True, slots=True)
class ServiceConfigured:
    """Settings that only the service has, in force from here on."""

    time: datetime
    settings: ServiceSettings


@dataclass(frozen=True, slots=True)
class ModelReset:
    """Reset of the model: events ranked before teach nothing any more, or are learned again.

    Attributes:
        retrain_days: events ranked in so many days before are learned again by the settings of
            rewards in force, 0 for all; None for no event. Invalid values are refused with
            ``InvalidModelRetrainDays``.
    """

    time: datetime
    retrain_days: int | None = None

    def __post_init__(self) -> None:
        if self.retrain_days is not None:
            check_retrain_days(self.retrain_days)


@dataclass(frozen=True, slots=True)
class ModelImported:
    """Import of a model in place of the present one; see `ModelReset`.

    Attributes:
        learner: the model; never changed, only forked.
    """

    time: datetime
    learner: Learner


@dataclass(frozen=True, slots=True)
class Dangling:
    """A reward or an activation of an application that came late, again, or for an unknown event.

    It teaches nothing.

    Attributes:
        act: the call.
        value: of a reward; None for an activation.
        reason: the event is unknown, its wait was over, or it had its reward.
    """

    event_id: str
    time: datetime
    act: Literal["reward", "activate"]
    value: float | None
    reason: Literal["unknown", "late", "second"]


OfService = ServiceConfigured | ModelReset | ModelImported | Dangling
"""Entry of a call to the service that concerns no waiting event."""
OfNoEvent = Configured | WorldChanged | OfService
"""Entry that changes no event."""
Entry = OfNoEvent | Ranked | Activated | Rewarded | Expired
"""An entry that can count."""
