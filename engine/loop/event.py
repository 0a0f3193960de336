"""The life cycle of an event, from Rank to its last reward."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Self

from engine.loop.entries import Activated, Expired, Ranked, Rewarded

Status = Literal["waiting", "rewarded", "default", "deferred", "dropped"]
"""Status of an event: shown and waiting, rewarded, or with the default reward; or not activated,
with or without a reward, and in time for activation or too late."""


@dataclass(slots=True)
class EventLife:
    """Progress of an event: a fold over its entries after Rank.

    Attributes:
        activated: whether it was shown, and so may be learned.
        rewards: in order of arrival, with the default reward.
        times: of their arrival.
        open: whether its wait is running.
        defaulted: whether the default reward applied.
    """

    activated: bool
    rewards: list[float] = field(default_factory=list)
    open: bool = True
    defaulted: bool = False
    times: list[datetime] = field(default_factory=list)

    def follow(self, entry: Activated | Rewarded | Expired) -> None:
        """Apply an entry."""
        match entry:
            case Activated():
                self.activated = True
            case Rewarded(_, time, value):
                self.rewards.append(value)
                self.times.append(time)
            case Expired(_, time, default):
                self.open = False
                if default is not None:
                    self.rewards.append(default)
                    self.times.append(time)
                    self.defaulted = True

    @property
    def earned(self) -> float | None:
        """Sum of the rewards of a shown event, as learned; None before the first."""
        return sum(self.rewards) if self.activated and self.rewards else None

    @property
    def status(self) -> Status:
        """Current status."""
        if not self.activated:
            return "deferred" if self.open else "dropped"
        if not self.rewards:
            return "waiting"
        return "default" if self.defaulted else "rewarded"


@dataclass(slots=True)
class EventState(EventLife):
    """An event of a loop: progress, Rank entry, and number of events before it."""

    ranked: Ranked = field(kw_only=True)
    number: int = 0

    @classmethod
    def begin(cls, ranked: Ranked, number: int) -> Self:
        """State after the Rank call."""
        return cls(not ranked.request.defer_activation, ranked=ranked, number=number)

    def is_late(self, wait: timedelta, now: datetime) -> bool:
        """True if the wait has lasted longer than a reward wait time."""
        return now - self.ranked.time > wait
