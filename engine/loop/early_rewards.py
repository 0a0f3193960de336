"""Early rewards: Reward calls that arrive before the Rank call of their event.

The service joined a reward with a Rank call of the next two minutes, as the two may overtake each
other on their way. Such rewards are logged as `Dangling` when they come.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.loop.entries import Dangling

LONGEST = timedelta(minutes=2)
"""Time within which the Rank call of a reward must follow."""


@dataclass(slots=True)
class EarlyRewards:
    """Latest rewards for unknown events: a fold over the log.

    Attributes:
        by_event: (time, reward) of each, by event id, oldest event first.
    """

    by_event: dict[str, tuple[tuple[datetime, float], ...]] = field(default_factory=dict)

    def add(self, entry: Dangling) -> None:
        """Note a reward for an unknown event, and forget those that are too old."""
        if entry.reason != "unknown" or entry.value is None:
            return
        for event_id, rewards in [*self.by_event.items()]:
            if entry.time - rewards[-1][0] <= LONGEST:
                break
            del self.by_event[event_id]
        earlier = self.by_event.pop(entry.event_id, ())
        self.by_event[entry.event_id] = (*earlier, (entry.time, entry.value))

    def of(self, event_id: str, now: datetime) -> list[float]:
        """Rewards of an event that is ranked now, in order of arrival."""
        rewards = self.by_event.get(event_id, ())
        return [value for time, value in rewards if now - time <= LONGEST]

    def forget(self, event_id: str) -> None:
        """Forget the rewards of an event that has been ranked."""
        self.by_event.pop(event_id, None)

    def fork(self) -> "EarlyRewards":
        """Independent copy."""
        return EarlyRewards(self.by_event.copy())

    def state(self) -> list[tuple[str, str, float]]:
        """State as JSON."""
        return [
            (event_id, time.isoformat(), value)
            for event_id, rewards in self.by_event.items()
            for time, value in rewards
        ]

    @classmethod
    def restored(cls, state: list[tuple[str, str, float]]) -> "EarlyRewards":
        """Restore from a `state`."""
        known = cls()
        for event_id, time, value in state:
            earlier = known.by_event.get(event_id, ())
            known.by_event[event_id] = (*earlier, (datetime.fromisoformat(time), value))
        return known
