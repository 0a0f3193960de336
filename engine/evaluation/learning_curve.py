"""What a simulated crowd tells about a loop: rewards earned, and regret against the truth.

All of it is a fold over the log with the world's hidden truth beside it.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from engine.arrays import Array, with_room
from engine.evaluation.windows import rolling_mean, rows_of, thinned
from engine.loop.entries import Entry, Ranked
from engine.loop.event import EventState
from engine.loop.projection import Projection
from engine.loop.state import State
from engine.worlds.world import World

RECENT_VISITORS = 50
"""Visitors in the rolling mean."""


class LearningCurve(Projection):
    """Rewards of a loop's answered visitors in the order of their Rank calls.

    Args:
        world: the world whose visitors the loop serves; it knows the expected rewards.
    """

    VERSION = 1

    def __init__(self, world: World) -> None:
        self._world = world
        super().__init__()

    @property
    def version(self) -> str:
        """With the world's digest: what it would give is in the state."""
        return f"{self.VERSION}, world {self._world.digest}"

    def restart(self) -> None:
        self._size, self._answered = 0, np.zeros((0, 4))

    def apply(self, entry: Entry, event: EventState | None) -> None:
        if event is None or event.earned is None or isinstance(entry, Ranked):
            return
        place = int(np.searchsorted(self._column(0), event.number))
        if place == self._size or self._answered[place, 0] != event.number:
            self._answered = with_room(self._answered, (self._size + 1, 4))
            self._answered[place + 1 : self._size + 1] = self._answered[place : self._size]
            self._size += 1
        world, ranked = self._world, event.ranked
        expected = world.expected_in(world.cell(world.context_of(ranked.request)))
        truth = expected[world.position(ranked.action_id)], expected.max()
        self._answered[place] = (event.number, event.earned, *truth)

    def state(self) -> State:
        """For each answered event its number, its reward, and the expected rewards of the
        action shown and of the best one: (events, 4)."""
        return {"answered": self._answered[: self._size].copy()}

    def restore(self, state: State) -> None:
        self._answered = state["answered"].copy()
        self._size = len(self._answered)

    def __len__(self) -> int:
        return self._size

    def _column(self, place: int) -> Array:
        return self._answered[: self._size, place]

    @property
    def rewards(self) -> Array:
        """Reward of each answered visitor, in the order of the Rank calls."""
        return self._column(1).copy()

    @property
    def regret(self) -> float:
        """Sum of (expected reward of the best action - of the one shown), known to the world."""
        return float(self._column(3).sum() - self._column(2).sum())

    def rows(self, points: int = 300) -> Iterator[Mapping[str, float]]:
        """Thinned curve, at most ``points`` rows, the first and the last visitor included.

        Yields:
            visitor (from 1), mean (running mean reward), recent (mean of the last
            `RECENT_VISITORS`), regret (cumulative), and what choosing uniformly and always
            offering the best single item would have lost on average: uniform_regret, single_regret.
        """
        regret = np.cumsum(self._column(3) - self._column(2))
        world, numbers = self._world, thinned(1, len(self), points)
        visitors: Array = numbers.astype(float)
        columns: dict[str, Array] = {
            "visitor": visitors,
            "mean": rolling_mean(self.rewards, numbers, len(self)),
            "recent": rolling_mean(self.rewards, numbers, RECENT_VISITORS),
            "regret": regret[numbers - 1],
            "uniform_regret": visitors * (world.best_value - world.uniform_value),
            "single_regret": visitors * (world.best_value - world.single_value),
        }
        return rows_of(columns)
