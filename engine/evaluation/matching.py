"""Matching performance: how well an apprentice chooses what the baseline shows.

The service's own definitions (its portal's "Matching performance"): the reward counts for
the apprentice on events where its own choice was the baseline's. That is resemblance,
not the reward the apprentice would earn alone. Every choice was made before the event was
learned, so all of it is progressive validation (Blum, Kalai & Langford, COLT 1999).
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

import numpy as np

from engine.arrays import Array
from engine.evaluation.windows import rolling_mean
from engine.loop.entries import Configured, Ranked
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.policies.uniform import Uniform

LATEST = 1_000
"""EventIndex in the reward achievement ratio, as in the service."""
RECENT = 100
"""EventIndex in the rolling match rate."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Matching performance over some answered events. Ratios are NaN where they divide by 0.

    Attributes:
        events: how many.
        matched: on how many the apprentice chose the baseline's action.
        agreement: sum of the probabilities with which it would have.
        ceiling: sum of the highest such probabilities that its policy allows.
        reward: sum of the rewards of what was shown.
        imitated: sum of those on matched events.
    """

    events: int = 0
    matched: int = 0
    agreement: float = 0.0
    ceiling: float = 0.0
    reward: float = 0.0
    imitated: float = 0.0

    @property
    def match_rate(self) -> float:
        """Share of events on which the choices were the same."""
        return _ratio(self.matched, self.events)

    @property
    def expected_agreement(self) -> float:
        """Mean probability of the same choice: the match rate without its luck."""
        return _ratio(self.agreement, self.events)

    @property
    def highest_match_rate(self) -> float:
        """Mean ceiling of the events."""
        return _ratio(self.ceiling, self.events)

    @property
    def baseline_average_reward(self) -> float:
        """Mean reward of what users really saw."""
        return _ratio(self.reward, self.events)

    @property
    def apprentice_average_reward(self) -> float:
        """Mean over all events of the reward where the choices were the same, else 0."""
        return _ratio(self.imitated, self.events)

    @property
    def reward_achievement_ratio(self) -> float:
        """Apprentice average reward / baseline average reward."""
        return _ratio(self.imitated, self.reward)


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a learning mode.

    Attributes:
        mode: the mode.
        start: number of events ranked before it began.
        performance: over the answered events of the period.
    """

    mode: LearningMode
    start: int
    performance: Matching


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answered event: its number from 1, its Rank entry, its reward and its ceiling."""

    number: int
    ranked: Ranked
    reward: float
    ceiling: float

    @property
    def agreement(self) -> float:
        """Probability with which the policy chooses the baseline's action."""
        return self.ranked.probabilities[self.ranked.baseline]


class MatchingRecord:
    """Every answered event's choice beside the baseline's, as a fold over a loop's log.

    `follow` folds in what is new; after an undo it starts again. It reads events of all
    modes: online, too, a loop chooses as the baseline would, or not.

    Attributes:
        switches: (number of events before it, mode) of every change of the mode, the
            first mode included.
    """

    def __init__(self) -> None:
        self._start_over(0)

    def _start_over(self, undos: int) -> None:
        self._undos = undos
        self._read = 0
        self._policy: Policy = Uniform()
        self._asked: dict[str, tuple[int, float]] = {}
        self._answered: list[_Answered] = []
        self.switches: list[tuple[int, LearningMode]] = []

    def follow(self, loop: LearningLoop) -> None:
        """Fold in the entries that are new."""
        if loop.log.undos != self._undos:
            self._start_over(loop.log.undos)
        for seen in loop.log.since(self._read):
            match seen:
                case Configured(settings=settings):
                    self._policy = settings.policy
                    if not self.switches or self.switches[-1][1] != settings.learning_mode:
                        self.switches.append((len(self._asked), settings.learning_mode))
                case Ranked() as ranked:
                    highest = self._policy.best_match(len(ranked.request.allowed))
                    self._asked[ranked.event_id] = (len(self._asked) + 1, highest)
                case entry:
                    self._count(loop.events[entry.event_id])
        self._read = len(loop.log)

    def _count(self, state: EventState) -> None:
        """Take over what an event has earned; events stay in the order of their Rank calls."""
        if state.earned is None:
            return
        number, highest = self._asked[state.ranked.event_id]
        place = bisect_left(self._answered, number, key=lambda event: event.number)
        known = place < len(self._answered) and self._answered[place].number == number
        event = _Answered(number, state.ranked, state.earned, highest)
        self._answered[place : place + known] = [event]

    def __len__(self) -> int:
        return len(self._answered)

    def _apprentice_events(self, latest: int | None = None, after: int = 0) -> list[_Answered]:
        backwards = takewhile(lambda event: event.number > after, reversed(self._answered))
        events = (event for event in backwards if event.ranked.mode == "apprentice")
        return list(islice(events, latest))[::-1]

    def performance(self, latest: int | None = None, after: int = 0) -> Matching:
        """Over the latest apprentice events, or all of them, of those after a number."""
        return _sum(self._apprentice_events(latest, after))

    def segments(self) -> list[Period]:
        """One for each period of a mode, in order; periods without an event included."""
        starts = [start for start, _ in self.switches]
        periods: list[list[_Answered]] = [[] for _ in starts]
        for event in self._answered:
            periods[bisect_left(starts, event.number) - 1].append(event)
        return [
            Period(mode, start, _sum(events))
            for (start, mode), events in zip(self.switches, periods, strict=True)
        ]

    def slices(self, latest: int | None = None) -> Mapping[str, Matching]:
        """Performance for each column of the context, over the latest apprentice events."""
        groups: dict[str, list[_Answered]] = {}
        for event in self._apprentice_events(latest):
            for column in event.ranked.request.context.columns:
                groups.setdefault(column, []).append(event)
        return {column: _sum(group) for column, group in groups.items()}

    def rows(self, points: int = 300) -> Iterator[Mapping[str, float]]:
        """Thinned curves over the apprentice events, the first and the last included.

        Yields:
            visitor (number of the event, from 1), match (cumulative match rate), recent
            (of the last `RECENT`), agreement (mean expected agreement of those), ceiling (the
            event's own), and ratio (reward achievement ratio of the latest `LATEST`).
        """
        events = self._apprentice_events()
        size = len(events)
        if not size:
            return
        matched = np.array([event.ranked.matches for event in events], dtype=float)
        earned = np.array([event.reward for event in events])
        agreement = np.array([event.agreement for event in events])
        at = np.unique(np.linspace(1, size, min(points, size)).round().astype(int))
        rewards = rolling_mean(earned, at, LATEST)
        imitated = rolling_mean(earned * matched, at, LATEST)
        columns: dict[str, Array] = {
            "visitor": np.array([event.number for event in events], dtype=float)[at - 1],
            "match": rolling_mean(matched, at, size),
            "recent": rolling_mean(matched, at, RECENT),
            "agreement": rolling_mean(agreement, at, RECENT),
            "ceiling": np.array([event.ceiling for event in events])[at - 1],
            "ratio": np.divide(imitated, rewards, out=np.full(len(at), np.nan), where=rewards != 0),
        }
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, map(float, values), strict=True))


def _sum(events: Sequence[_Answered]) -> Matching:
    return Matching(
        events=len(events),
        matched=sum(event.ranked.matches for event in events),
        agreement=sum(event.agreement for event in events),
        ceiling=sum(event.ceiling for event in events),
        reward=sum(event.reward for event in events),
        imitated=sum(event.reward for event in events if event.ranked.matches),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
