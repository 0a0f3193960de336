"""The state of a loop as a fold over its log: where events stand, and what was learned."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.log import Activated, Configured, Entry, Expired, Ranked, Rewarded
from engine.model import RewardModel
from engine.settings import LoopSettings


@dataclass(slots=True)
class EventState:
    """Where one event stands: a fold over its entries.

    Attributes:
        ranked: its Rank entry.
        activated: whether it was shown, so that it may be learned.
        rewards: values in the order in which they came, the default included.
        open: whether its wait is still running.
        learned: the reward that the model has learned for it, if any.
    """

    ranked: Ranked
    activated: bool
    rewards: list[float] = field(default_factory=list)
    open: bool = True
    learned: float | None = None


class LoopState:
    """Settings, events and model after the entries that were applied.

    Attributes:
        settings: those in force.
        model: what the rewards taught.
        events: by event id, in the order of their Rank calls.
        waiting: ids of the events whose wait decides something, oldest first.

    Args:
        entries: what happened so far.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.settings = LoopSettings()
        self.model = _new_model(self.settings)
        self.events: dict[str, EventState] = {}
        self.waiting: dict[str, None] = {}
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: Entry) -> None:
        """Fold in one entry."""
        match entry:
            case Configured():
                self._configure(entry.settings)
            case Ranked():
                active = not entry.request.defer_activation
                self.events[entry.event_id] = EventState(entry, active)
                self.waiting[entry.event_id] = None
            case Activated() | Rewarded() | Expired():
                self._go_on(self.events[entry.event_id], entry)

    def _configure(self, settings: LoopSettings) -> None:
        same = settings.learns_like(self.settings)
        self.settings = settings
        if not same:
            self.model = _new_model(settings)
            for state in self.events.values():
                state.learned = None
                self._learn(state)

    def _go_on(self, state: EventState, entry: Activated | Rewarded | Expired) -> None:
        match entry:
            case Activated():
                state.activated = True
            case Rewarded(_, _, value):
                state.rewards.append(value)
            case Expired(_, _, default):
                state.open = False
                if default is not None:
                    state.rewards.append(default)
        if not state.open or (state.activated and state.rewards):
            self.waiting.pop(entry.event_id, None)
        self._learn(state)

    def _learn(self, state: EventState) -> None:
        """Teach the model what an event earned so far, once it was shown."""
        if not state.activated or not state.rewards:
            return
        ranked = state.ranked
        context, action = ranked.request.context, ranked.request.actions[ranked.chosen]
        earned = sum(state.rewards)
        if state.learned is None:
            self.model.learn(context, action, earned)
        elif earned != state.learned:
            self.model.correct(context, action, earned - state.learned)
        state.learned = earned


def _new_model(settings: LoopSettings) -> RewardModel:
    return RewardModel(settings.crosses, settings.prior_sd, settings.noise_sd)
