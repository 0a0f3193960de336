"""Retraining of a model on the latest log, after an edit of the settings of rewards.

In the service such an edit began a new model, which learned the latest days of the log again. The
rewards of these events are computed anew from the logged ones, by the edited settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from engine.loop.event import EventState
from engine.loop.settings import LoopSettings


@dataclass(frozen=True, slots=True)
class Retraining:
    """A restart of the model on a part of the log.

    Attributes:
        first: number of the first event that is learned again.
        before: number of events ranked before the restart.
        wait, default_reward, aggregation: settings of rewards at the restart, the wait in seconds.
    """

    first: int
    before: int
    wait: float
    default_reward: float
    aggregation: str

    @classmethod
    def begin(
        cls, events: Iterable[EventState], settings: LoopSettings, now: datetime, days: int
    ) -> Self:
        """Restart on the events ranked in the last ``days``; 0 for all."""
        known, apart = [event.ranked.time for event in events], timedelta(days=days)
        inside = (number for number, time in enumerate(known) if not days or now - time <= apart)
        return cls(
            next(inside, len(known)),
            len(known),
            settings.reward_wait_time.total_seconds(),
            settings.default_reward,
            settings.reward_aggregation,
        )

    def earned(self, event: EventState) -> float | None:
        """Reward of an event as learned: of one ranked before the restart by these settings.

        A logged reward counts if it came within the wait. Calls that were late, or second, when
        they came are logged as `Dangling` and do not count.
        """
        if event.number >= self.before or event.earned is None:
            return event.earned
        wait, pairs = timedelta(seconds=self.wait), zip(event.rewards, event.times, strict=True)
        in_time = [value for value, time in pairs if time - event.ranked.time <= wait]
        if event.defaulted or not in_time:
            return self.default_reward
        return in_time[0] if self.aggregation == "earliest" else sum(in_time)

    def state(self) -> dict[str, Any]:
        """State as JSON."""
        return asdict(self)

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Restore from a `state`."""
        return cls(**state)
