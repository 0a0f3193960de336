"""The log of a loop: what happened, appended once and never edited.

Everything else (posterior, metrics, charts, undo) is a fold over it. Taking back is
an entry too: `Undone` says how many of the entries that counted until then do not
count from then on, so the log keeps what was taken back, and the entries that count
are themselves a fold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.actions import RankRequest
from engine.policies import Cause
from engine.settings import LoopSettings


@dataclass(frozen=True, slots=True)
class Configured:
    """The loop's settings from here on."""

    time: datetime
    settings: LoopSettings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A Rank call and everything that decided it. Tuples are in the order of the request.

    Attributes:
        event_id: the event's id.
        time: when it was asked; the wait for a reward starts here.
        request: what was asked.
        probabilities: propensity of each action, 0 for an excluded one.
        errors: their Monte-Carlo standard errors.
        means: believed expected reward of each action, excluded ones included.
        sds: standard deviation of that belief.
        draw: the drawn expected rewards if a posterior draw decided (None for an
            excluded action), else None.
        chosen: position of the action to show.
        cause: what decided: a draw, the best guess, or chance.
    """

    event_id: str
    time: datetime
    request: RankRequest
    probabilities: tuple[float, ...]
    errors: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]
    draw: tuple[float | None, ...] | None
    chosen: int
    cause: Cause

    @property
    def best(self) -> int:
        """Position of the best guess among the non-excluded actions."""
        return max(self.request.allowed, key=lambda i: self.means[i])

    @property
    def action_id(self) -> str:
        """Id of the action to show."""
        return self.request.actions[self.chosen].id


@dataclass(frozen=True, slots=True)
class Activated:
    """A deferred event was shown after all."""

    event_id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rewarded:
    """A reward came in time."""

    event_id: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Expired:
    """The wait for a reward ended.

    Attributes:
        default_reward: the reward that applies now, or None if the event was never
            activated, so that nothing is learned from it.
    """

    event_id: str
    time: datetime
    default_reward: float | None


@dataclass(frozen=True, slots=True)
class Undone:
    """The last ``entries`` entries that counted do not count any more."""

    time: datetime
    entries: int


Entry = Configured | Ranked | Activated | Rewarded | Expired
"""What can count."""


class EventLog:
    """Entries in the order in which they were appended.

    Iterating and ``len`` give the entries that count; `history` gives all.
    """

    def __init__(self) -> None:
        self._history: list[Entry | Undone] = []
        self._counting: list[Entry] = []

    def __len__(self) -> int:
        return len(self._counting)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._counting)

    def __getitem__(self, position: int) -> Entry:
        return self._counting[position]

    @property
    def history(self) -> tuple[Entry | Undone, ...]:
        """All entries ever appended, undone ones and the undoing included."""
        return tuple(self._history)

    def append(self, entry: Entry | Undone) -> None:
        """Append an entry. An `Undone` may not reach beyond the first entry."""
        self._history.append(entry)
        if isinstance(entry, Undone):
            del self._counting[len(self._counting) - entry.entries :]
        else:
            self._counting.append(entry)

    def rows(self) -> Iterator[Mapping[str, object]]:
        """One plain row for each entry that counts, for a table or a CSV file."""
        for number, entry in enumerate(self, start=1):
            yield {"number": number, "time": entry.time, **_row(entry)}


def _row(entry: Entry) -> dict[str, object]:
    match entry:
        case Ranked():
            return {
                "what": "ranked",
                "event": entry.event_id,
                "context": ", ".join(entry.request.context.columns),
                "action": entry.action_id,
                "probability": entry.probabilities[entry.chosen],
                "cause": entry.cause,
            }
        case Activated():
            return {"what": "activated", "event": entry.event_id}
        case Rewarded():
            return {"what": "rewarded", "event": entry.event_id, "reward": entry.value}
        case Expired():
            return {"what": "expired", "event": entry.event_id, "reward": entry.default_reward}
        case Configured():
            return {"what": "configured"}
