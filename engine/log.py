"""The log of a loop: what happened, appended once and never edited.

Everything else (posterior, metrics, charts, undo) is a fold over it. Taking back is
an entry too: `Undone` says how many of the entries that counted until then do not
count from then on, so the log keeps what was taken back, and the entries that count
are themselves a fold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.actions import RankRequest
from engine.policies import Cause
from engine.settings import LearningMode, LoopSettings


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
        hypothesis: position, among the hypotheses that the loop compares, of the one that was
            drawn from, if a draw decided.
        draw: the drawn expected rewards if a posterior draw decided (None for an
            excluded action), else None.
        chosen: position of the action that the policy chose. In apprentice mode the policy
            chooses by how much each action looks like the baseline's choice, and the
            probabilities are those of that.
        cause: what decided that: a draw, the best guess, chance, or, in logging-only mode,
            the baseline.
        mode: the learning mode.
        shown: position of the action to show: the chosen one online, else the baseline,
            or, with apprentice exploration, any.
        propensity: probability with which it was shown.
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

    @property
    def best(self) -> int:
        """Position of the best guess among the non-excluded actions."""
        return max(self.request.allowed, key=lambda i: self.means[i])

    @property
    def baseline(self) -> int:
        """Position of the first action that is not excluded."""
        return self.request.allowed[0]

    @property
    def matches(self) -> bool:
        """Whether the policy chose what the baseline would have shown."""
        return self.chosen == self.baseline

    @property
    def action_id(self) -> str:
        """Id of the action to show."""
        return self.request.actions[self.shown].id


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
        self._undos = 0

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

    @property
    def undos(self) -> int:
        """How often entries were taken back; while it stays the same, the log only grows."""
        return self._undos

    def append(self, entry: Entry | Undone) -> None:
        """Append an entry; for the loop, which applies it too. Others only read.

        Raises:
            ValueError: for an `Undone` that reaches back to the first entry or beyond.
        """
        if isinstance(entry, Undone) and not 0 < entry.entries < len(self):
            raise ValueError(f"{entry.entries} of {len(self)} entries cannot be taken back")
        self._history.append(entry)
        if isinstance(entry, Undone):
            self._undos += 1
            del self._counting[len(self._counting) - entry.entries :]
        else:
            self._counting.append(entry)

    def rows(self) -> list[dict[str, object]]:
        """One plain row an event, in the order of their Rank calls, for a table or a CSV file.

        Returns:
            number (from 1), time, event, mode, context, action (the one shown), probability
            (its propensity), chosen (the policy's own), cause, reward (None while there is
            none) and status: waiting, rewarded, default (the default reward applied), deferred
            (not activated yet, whatever its reward) or dropped (never activated in time).
        """
        rows: dict[str, dict[str, object]] = {}
        for entry in self:
            match entry:
                case Ranked():
                    rows[entry.event_id] = {"number": len(rows) + 1, **_row(entry)}
                case Activated(event_id):
                    has_reward = rows[event_id]["reward"] is not None
                    rows[event_id]["status"] = "rewarded" if has_reward else "waiting"
                case Rewarded(event_id, _, value):
                    row = rows[event_id]
                    earned = row["reward"]
                    row["reward"] = value + (earned if isinstance(earned, float) else 0.0)
                    if row["status"] == "waiting":
                        row["status"] = "rewarded"
                case Expired(event_id, _, None):
                    rows[event_id]["status"] = "dropped"
                case Expired(event_id, _, default):
                    rows[event_id] |= {"reward": default, "status": "default"}
        return list(rows.values())


def _row(ranked: Ranked) -> dict[str, object]:
    return {
        "time": ranked.time,
        "event": ranked.event_id,
        "mode": ranked.mode,
        "context": ", ".join(ranked.request.context.columns),
        "action": ranked.action_id,
        "probability": ranked.propensity,
        "chosen": ranked.request.actions[ranked.chosen].id,
        "cause": ranked.cause,
        "reward": None,
        "status": "deferred" if ranked.request.defer_activation else "waiting",
    }
