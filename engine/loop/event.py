"""The life of an event, from Rank to its last reward: here alone, whoever follows a log."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Self

from engine.loop.entries import Activated, Expired, Ranked, Rewarded

Status = Literal["waiting", "rewarded", "default", "deferred", "dropped"]
"""Where an event stands: shown, and its reward or the default reward has come or not; or not
activated, whatever its reward, and in time for that or not any more."""


@dataclass(slots=True)
class EventLife:
    """How far an event has come: a fold over its entries, without its Rank entry.

    Attributes:
        activated: whether it was shown, so that it may be learned.
        rewards: values in the order in which they came, the default included.
        open: whether its wait is still running.
        defaulted: whether the default reward applied.
    """

    activated: bool
    rewards: list[float] = field(default_factory=list)
    open: bool = True
    defaulted: bool = False

    def follow(self, entry: Activated | Rewarded | Expired) -> None:
        """Fold in an entry."""
        match entry:
            case Activated():
                self.activated = True
            case Rewarded(_, _, value):
                self.rewards.append(value)
            case Expired(_, _, default):
                self.open = False
                if default is not None:
                    self.rewards.append(default)
                    self.defaulted = True

    @property
    def earned(self) -> float | None:
        """Sum of its rewards once it was shown and one came, which is what is learned of it."""
        return sum(self.rewards) if self.activated and self.rewards else None

    @property
    def status(self) -> Status:
        """Where it stands."""
        if not self.activated:
            return "deferred" if self.open else "dropped"
        if not self.rewards:
            return "waiting"
        return "default" if self.defaulted else "rewarded"


@dataclass(slots=True)
class EventState(EventLife):
    """Where one event of a loop stands: with its Rank entry, and how many were ranked before."""

    ranked: Ranked = field(kw_only=True)
    number: int = 0

    @classmethod
    def begin(cls, ranked: Ranked, number: int) -> Self:
        """As its Rank call leaves it."""
        return cls(not ranked.request.defer_activation, ranked=ranked, number=number)

    def is_late(self, wait: timedelta, now: datetime) -> bool:
        """Whether it has waited for its reward longer than that."""
        return now - self.ranked.time > wait
