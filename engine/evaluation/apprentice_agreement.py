"""Matching performance: agreement of an apprentice's choices with the baseline's.

Definitions of the service's portal ("Matching performance"): the reward counts for the apprentice
on events on which its choice was the baseline's. This measures resemblance, not the reward that
the apprentice would earn alone. Each choice was made before its event was learned, so the figures
are progressive validation (Blum, Kalai & Langford, COLT 1999).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice, pairwise, takewhile

import numpy as np

from engine.arrays import Array
from engine.evaluation.curve_points import rolling_mean, rows_of, thinned
from engine.loop.entries import Configured, Entry, Ranked
from engine.loop.event import EventState
from engine.loop.projection import Projection
from engine.loop.settings import LearningMode, LoopSettings
from engine.loop.state import State
from engine.store.entry_codec import settings_from_json, settings_to_json

LATEST = 1_000
"""Events in the reward achievement ratio, as in the service."""
RECENT_EVENTS = 100
"""Events in the rolling match rate."""
NEAR_CHANCE = 0.02
"""Difference of the match rate from chance, beyond its error, that still counts as chance."""


@dataclass(frozen=True, slots=True)
class _Ratio:
    """Ratio of two fields of `Matching`; NaN if the denominator is 0."""

    part: str
    whole: str

    def __get__(self, matching: "Matching", owner: object) -> float:
        whole: float = getattr(matching, self.whole)
        return getattr(matching, self.part) / whole if whole else float("nan")


@dataclass(frozen=True, slots=True)
class Matching:
    """Matching performance over some answered events: sums, and ratios of sums.

    Attributes:
        events: number of events.
        matched: number on which the apprentice chose the baseline's action.
        agreement: sum of its probabilities of the baseline's action.
        ceiling: sum of the highest such probabilities that its policy allows.
        reward: sum of the rewards of the shown actions.
        imitated: sum of the rewards on matched events.
    """

    events: int = 0
    matched: int = 0
    agreement: float = 0.0
    ceiling: float = 0.0
    reward: float = 0.0
    imitated: float = 0.0

    match_rate = _Ratio("matched", "events")
    """Share of events with the same choice."""
    expected_agreement = _Ratio("agreement", "events")
    """Mean probability of the same choice: the match rate without sampling noise."""
    highest_match_rate = _Ratio("ceiling", "events")
    """Mean ceiling of the events."""
    baseline_average_reward = _Ratio("reward", "events")
    """Mean reward of the actions shown to users."""
    apprentice_average_reward = _Ratio("imitated", "events")
    """Mean over all events of the reward on matched events, else 0."""
    reward_achievement_ratio = _Ratio("imitated", "reward")
    """Apprentice average reward / baseline average reward."""

    def is_chance(self, actions: int) -> bool:
        """Return True if the match rate is near that of a uniform choice among so many actions.

        Near means within two standard errors plus `NEAR_CHANCE`; also True without events.
        """
        fair = 1 / actions
        error = math.sqrt(fair * (1 - fair) / self.events) if self.events else math.inf
        return not abs(self.match_rate - fair) > 2 * error + NEAR_CHANCE


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answered event: its number from 1, and its contribution to `Matching`."""

    number: int
    mode: LearningMode
    columns: Sequence[str]
    matches: bool
    agreement: float
    ceiling: float
    reward: float


class MatchingRecord(Projection):
    """Every answered event's choice beside the baseline's, as a fold over a loop's log.

    Events of both modes are recorded: online choices can be compared with the baseline, too.

    Attributes:
        switches: (number of events before it, mode) of every change of the mode, the
            first mode included.
    """

    VERSION = 1

    def restart(self) -> None:
        self._settings = LoopSettings()
        self._ceilings: list[float] = []
        self._answered: list[_Answered] = []
        self.switches: list[tuple[int, LearningMode]] = []

    def apply(self, entry: Entry, event: EventState | None) -> None:
        if isinstance(entry, Configured):
            self._settings = entry.settings
            if not self.switches or self.switches[-1][1] != entry.settings.learning_mode:
                self.switches.append((len(self._ceilings), entry.settings.learning_mode))
        elif isinstance(entry, Ranked):
            self._ceilings.append(self._settings.policy.best_match(len(entry.request.allowed)))
        elif event is not None and event.earned is not None:
            self._count(event, event.earned)

    def state(self) -> State:
        """The settings in force, `switches`, every event's ceiling, and a row per answered
        event."""
        return {
            "settings": settings_to_json(self._settings),
            "switches": [*self.switches],
            "ceilings": [*self._ceilings],
            "answered": [astuple(event) for event in self._answered],
        }

    def restore(self, state: State) -> None:
        self._settings = settings_from_json(state["settings"])
        self.switches = [(before, mode) for before, mode in state["switches"]]
        self._ceilings = list(state["ceilings"])
        self._answered = [_Answered(*row) for row in state["answered"]]

    def _count(self, state: EventState, earned: float) -> None:
        """Insert or replace an answered event; events stay in the order of their Rank calls."""
        number, ranked = state.number + 1, state.ranked
        position = bisect_left(self._answered, number, key=lambda event: event.number)
        known = position < len(self._answered) and self._answered[position].number == number
        self._answered[position : position + known] = [
            _Answered(
                number=number,
                mode=ranked.mode,
                columns=tuple(ranked.request.context.columns),
                matches=ranked.matches,
                agreement=ranked.probabilities[ranked.baseline],
                ceiling=self._ceilings[state.number],
                reward=earned,
            )
        ]

    def __len__(self) -> int:
        return len(self._answered)

    def _apprentice_events(self, latest: int | None = None, after: int = 0) -> list[_Answered]:
        backwards = takewhile(lambda event: event.number > after, reversed(self._answered))
        events = (event for event in backwards if event.mode == "apprentice")
        return list(islice(events, latest))[::-1]

    def performance(self, latest: int | None = None, after: int = 0) -> Matching:
        """Performance over the latest apprentice events after a number, by default over all."""
        return _sum(self._apprentice_events(latest, after))

    def segments(self) -> list[Matching]:
        """Performance in each mode of `switches`, until the next switch."""
        starts = [start for start, _ in self.switches]
        ends = [
            bisect_right(self._answered, start, key=lambda event: event.number) for start in starts
        ]
        return [_sum(self._answered[start:end]) for start, end in pairwise([*ends, len(self)])]

    def slices(self, latest: int | None = None) -> Mapping[str, Matching]:
        """Performance for each column of the context, over the latest apprentice events."""
        groups: dict[str, list[_Answered]] = {}
        for event in self._apprentice_events(latest):
            for column in event.columns:
                groups.setdefault(column, []).append(event)
        return {column: _sum(group) for column, group in groups.items()}

    def rows(self, points: int = 300) -> Iterator[Mapping[str, float]]:
        """Thinned curves over the apprentice events, the first and the last included.

        Yields:
            visitor (number of the event, from 1), match (cumulative match rate), recent (of the
            last `RECENT_EVENTS`), agreement (expected, of those), ceiling (the event's own),
            and ratio (reward achievement ratio of the latest `LATEST`).
        """
        events = self._apprentice_events()
        matched = np.array([event.matches for event in events], dtype=float)
        earned = np.array([event.reward for event in events])
        agreement = np.array([event.agreement for event in events])
        at = thinned(1, len(events), points)
        rewards = rolling_mean(earned, at, LATEST)
        imitated = rolling_mean(earned * matched, at, LATEST)
        columns: dict[str, Array] = {
            "visitor": np.array([event.number for event in events], dtype=float)[at - 1],
            "match": rolling_mean(matched, at, len(events)),
            "recent": rolling_mean(matched, at, RECENT_EVENTS),
            "agreement": rolling_mean(agreement, at, RECENT_EVENTS),
            "ceiling": np.array([event.ceiling for event in events])[at - 1],
            "ratio": np.divide(imitated, rewards, out=np.full(len(at), np.nan), where=rewards != 0),
        }
        return rows_of(columns)


def _sum(events: Sequence[_Answered]) -> Matching:
    return Matching(
        events=len(events),
        matched=sum(event.matches for event in events),
        agreement=sum(event.agreement for event in events),
        ceiling=sum(event.ceiling for event in events),
        reward=sum(event.reward for event in events),
        imitated=sum(event.reward for event in events if event.matches),
    )
