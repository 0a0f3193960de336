"""What a simulated crowd tells about a loop: rewards earned, and regret against the truth.

All of it is a fold over the log with the world's hidden truth beside it: for each visitor that of
the world that they came to.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from engine.arrays import Array, with_room
from engine.evaluation.windows import rolling_mean, rows_of, thinned
from engine.loop.entries import Entry, Ranked, WorldChanged
from engine.loop.event import EventState
from engine.loop.projection import Projection
from engine.loop.state import State
from engine.worlds.versions import Versions
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

RECENT_VISITORS = 50
"""Visitors in the rolling mean."""


class LearningCurve(Projection):
    """Rewards of a loop's answered visitors in the order of their Rank calls.

    Args:
        world: whose visitors the loop serves at first; it knows the expected rewards.
    """

    VERSION = 2

    def __init__(self, world: World) -> None:
        self._world = world
        super().__init__()

    @property
    def version(self) -> str:
        """With the world's digest: what it would give is in the state."""
        return f"{self.VERSION}, world {self._world.digest}"

    def restart(self) -> None:
        self.versions = Versions([self._world])
        self._size, self._answered = 0, np.zeros((0, 4))

    def apply(self, entry: Entry, event: EventState | None) -> None:
        if isinstance(entry, WorldChanged):
            self.versions.change(entry.before, entry.world)
        if event is None or event.earned is None or isinstance(entry, Ranked):
            return
        place = self._place(event.number)
        world, ranked = self.versions.at(event.number), event.ranked
        expected = world.expected_in(world.cell_of(ranked.request))
        truth = expected[world.position(ranked.action_id)], expected.max()
        self._answered[place] = (event.number, event.earned, *truth)

    def _place(self, number: int) -> int:
        """Where an answered event belongs, made where it is new: most come after all others."""
        place = self._size
        if place and number <= self._answered[place - 1, 0]:
            place = int(np.searchsorted(self._column(0), number))
            if self._answered[place, 0] == number:
                return place
        self._answered = with_room(self._answered, (self._size + 1, 4))
        if place < self._size:
            self._answered[place + 1 : self._size + 1] = self._answered[place : self._size]
        self._size += 1
        return place

    def state(self) -> State:
        """For each answered event its number, its reward, and the expected rewards of the
        action shown and of the best one: (events, 4); and what the world was changed to."""
        told = {"answered": self._answered[: self._size].copy()}
        since, worlds = self.versions.since[1:], self.versions.worlds[1:]
        return {**told, "changes": [[at, w.text] for at, w in zip(since, worlds, strict=True)]}

    def restore(self, state: State) -> None:
        self.versions = Versions([self._world])
        for before, text in state.get("changes", ()):
            self.versions.change(before, world_from_text(text))
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
            `RECENT_VISITORS`), regret (cumulative); what choosing uniformly, always offering the
            best single item, and the best for each would earn on average in the world of that
            visitor: uniform, single, best; and what the first two would have lost by then on
            average: uniform_regret, single_regret.
        """
        regret = np.cumsum(self._column(3) - self._column(2))
        numbers = thinned(1, len(self), points)
        # How many visitors of each world there have been, and to which the last of them came.
        firsts = np.searchsorted(self._column(0), self.versions.since)
        ends = np.append(firsts[1:], len(self))[:, None]
        come = (np.clip(numbers, firsts[:, None], ends) - firsts[:, None]).astype(float)
        which = np.searchsorted(firsts, numbers - 1, side="right") - 1
        uniform, single, best = (
            np.array([getattr(world, f"{name}_value") for world in self.versions.worlds])
            for name in ("uniform", "single", "best")
        )
        columns: dict[str, Array] = {
            "visitor": numbers.astype(float),
            "mean": rolling_mean(self.rewards, numbers, len(self)),
            "recent": rolling_mean(self.rewards, numbers, RECENT_VISITORS),
            "regret": regret[numbers - 1],
            "uniform_regret": (best - uniform) @ come,
            "single_regret": (best - single) @ come,
            "uniform": uniform[which],
            "single": single[which],
            "best": best[which],
        }
        return rows_of(columns)
