"""What a simulated crowd tells about a loop: rewards earned, and regret against the truth.

All of it is a fold over the log with the world's hidden truth beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, with_room
from engine.evaluation.windows import rolling_mean
from engine.loop.entries import Activated, Expired, Ranked, Rewarded
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.log import START, Mark
from engine.worlds.world import World

RECENT = 50
"""Visitors in the rolling mean."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a curve has folded in.

    Attributes:
        mark: up to which place of the log.
        answered: number of the event, reward, and the expected rewards of the action shown
            and of the best one, for each answered event: (events, 4).
    """

    mark: Mark
    answered: Array


NOTHING = Followed(START, np.zeros((0, 4)))


class LearningCurve:
    """Rewards of a loop's answered visitors in the order of their Rank calls.

    `follow` folds in what the log has gained since the last call; after an undo it
    starts again, from `begun` if that still counts.

    Args:
        world: the world whose visitors the loop serves; it knows the expected rewards.
        begun: what was folded in before.
    """

    def __init__(self, world: World, begun: Followed = NOTHING) -> None:
        self._world = world
        self.begin(begun)

    def begin(self, begun: Followed) -> None:
        """Go on from what was folded in before, now and after an undo."""
        self._begun = begun
        self._read, self._undos = begun.mark.counting, begun.mark.undos
        self._size = len(begun.answered)
        self._answered: Array = begun.answered.copy()

    def followed(self, mark: Mark) -> Followed:
        """What is folded in so far, up to a place."""
        return Followed(mark, self._answered[: self._size].copy())

    def follow(self, loop: LearningLoop) -> None:
        """Fold in the entries that are new."""
        if loop.log.undos != self._undos:
            self.begin(self._begun if loop.log.counted_at(self._begun.mark) else NOTHING)
            self._undos = loop.log.undos
        for entry in loop.log.since(self._read):
            if isinstance(entry, Activated | Rewarded | Expired):
                self._count(loop.events[entry.event_id])
        self._read = len(loop.log)

    def _count(self, state: EventState) -> None:
        """Take over what an event has earned, if it has."""
        if state.earned is None:
            return
        place = int(np.searchsorted(self._column(0), state.number))
        if place == self._size or self._answered[place, 0] != state.number:
            self._answered = with_room(self._answered, (self._size + 1, 4))
            self._answered[place + 1 : self._size + 1] = self._answered[place : self._size]
            self._size += 1
        self._answered[place] = (state.number, state.earned, *self._truth(state.ranked))

    def _truth(self, ranked: Ranked) -> tuple[float, float]:
        """Expected reward of the action shown, and of the best one."""
        row = self._world.expected[self._world.cell(self._world.context_of(ranked.request))]
        return float(row[self._world.position(ranked.action_id)]), float(row.max())

    def __len__(self) -> int:
        return self._size

    def _column(self, place: int) -> Array:
        return self._answered[: self._size, place]

    @property
    def rewards(self) -> Array:
        """Reward of each answered visitor, in the order of the Rank calls."""
        return self._column(1).copy()

    @property
    def mean_reward(self) -> float:
        """Mean reward so far; NaN before the first answer."""
        return float(self.rewards.mean()) if self._size else float("nan")

    @property
    def recent_reward(self) -> float:
        """Mean reward of the last `RECENT` visitors; NaN before the first answer."""
        return float(self.rewards[-RECENT:].mean()) if self._size else float("nan")

    @property
    def regret(self) -> float:
        """Sum of (expected reward of the best action - of the one shown), known to the world."""
        return float(self._column(3).sum() - self._column(2).sum())

    def rows(self, points: int = 300) -> Iterator[Mapping[str, float]]:
        """Thinned curve, at most ``points`` rows, the first and the last visitor included.

        Yields:
            visitor (from 1), mean (running mean reward), recent (mean of the last
            `RECENT`), regret (cumulative), and uniform_regret, single_regret: what
            choosing uniformly and always offering the best single item would have
            lost up to there on average.
        """
        size = len(self)
        if not size:
            return
        regret = np.cumsum(self._column(3) - self._column(2))
        numbers = np.unique(np.linspace(1, size, min(points, size)).round().astype(int))
        columns: dict[str, Array] = {
            "visitor": numbers.astype(float),
            "mean": rolling_mean(self.rewards, numbers, size),
            "recent": rolling_mean(self.rewards, numbers, RECENT),
            "regret": regret[numbers - 1],
            "uniform_regret": numbers * (self._world.best_value - self._world.uniform_value),
            "single_regret": numbers * (self._world.best_value - self._world.single_value),
        }
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, map(float, values), strict=True))
