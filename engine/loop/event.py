"""Where one event stands: its life, from Rank to its last reward."""

from dataclasses import dataclass, field

from engine.loop.entries import Activated, Expired, Ranked, Rewarded


@dataclass(slots=True)
class EventState:
    """Where one event stands: a fold over its entries.

    Attributes:
        ranked: its Rank entry.
        activated: whether it was shown, so that it may be learned.
        rewards: values in the order in which they came, the default included.
        open: whether its wait is still running.
        earned: what it earned so far, once it was shown and an answer came.
        number: how many events were ranked before it.
        lesson: which lesson of the reward head's its reward was; 0 if that is not known.
    """

    ranked: Ranked
    activated: bool
    rewards: list[float] = field(default_factory=list)
    open: bool = True
    earned: float | None = None
    number: int = 0
    lesson: int = 0

    def follow(self, entry: Activated | Rewarded | Expired) -> None:
        """Fold in an entry; what was earned is for the fold of the loop to say."""
        match entry:
            case Activated():
                self.activated = True
            case Rewarded(_, _, value):
                self.rewards.append(value)
            case Expired(_, _, default):
                self.open = False
                if default is not None:
                    self.rewards.append(default)


def begin(ranked: Ranked, number: int) -> EventState:
    return EventState(ranked, not ranked.request.defer_activation, number=number)


def settled(state: EventState) -> EventState:
    """With what it earned, as the fold of the loop says it."""
    if state.activated and state.rewards:
        state.earned = sum(state.rewards)
    return state
