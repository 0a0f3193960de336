"""Learning curve of a loop before a simulated crowd: rewards earned, and regret against the truth.

The curve is a fold over the log together with the hidden truth: for each visitor that of the world
in force at the time. Rewards are read in those of the present world, see `Versions.worth`.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from engine.arrays import Array, with_room
from engine.evaluation.curve_points import rolling_mean, rows_of, thinned
from engine.loop.entries import Entry, Ranked, WorldChanged
from engine.loop.event import EventState
from engine.loop.projection import Projection
from engine.loop.state import State
from engine.worlds.world import World
from engine.worlds.world_history import Versions
from engine.worlds.world_json import world_from_text

RECENT_VISITORS = 50
"""Visitors in the rolling mean, where rewards are not rare."""
_RARE, _MANY = 0.1, 10
"""Size of rewards below which the rolling mean is over more visitors, and how many times more."""


def recent_visitors(world: World) -> int:
    """Number of visitors in the rolling mean of a world's rewards."""
    return RECENT_VISITORS * (_MANY if world.reward_size < _RARE else 1)


class LearningCurve(Projection):
    """Rewards of a loop's answered visitors in the order of their Rank calls.

    Args:
        world: the loop's first world, which knows the expected rewards.
    """

    VERSION = 3

    def __init__(self, world: World) -> None:
        self._world = world
        super().__init__()

    @property
    def version(self) -> str:
        """Version with the world's digest, as the state holds the world's expected rewards."""
        return f"{self.VERSION}, world {self._world.digest}"

    def restart(self) -> None:
        self.versions = Versions([self._world])
        self._size, self._answered = 0, np.zeros((0, 4))

    def apply(self, entry: Entry, event: EventState | None) -> None:
        if isinstance(entry, WorldChanged):
            self.versions.change(entry.before, entry.world)
        if event is None or event.earned is None or isinstance(entry, Ranked):
            return
        row = self._row(event.number)
        world, ranked = self.versions.at(event.number), event.ranked
        expected, request = world.expected_in(world.cell_of(ranked.request)), ranked.request
        available = [world.position(request.actions[i].id) for i in request.allowed]
        truth = expected[world.position(ranked.action_id)], expected[available].max()
        self._answered[row] = (event.number, event.earned, *truth)

    def _row(self, number: int) -> int:
        """Row of an answered event, inserted if new; most are appended."""
        row = self._size
        if row and number <= self._answered[row - 1, 0]:
            row = int(np.searchsorted(self._column(0), number))
            if self._answered[row, 0] == number:
                return row
        self._answered = with_room(self._answered, (self._size + 1, 4))
        if row < self._size:
            self._answered[row + 1 : self._size + 1] = self._answered[row : self._size]
        self._size += 1
        return row

    def state(self) -> State:
        """Number and reward of each answered event, and the expected rewards of the shown and of
        the best available action, (events, 4); and the changes of the world."""
        rows = {"answered": self._answered[: self._size].copy()}
        since, worlds = self.versions.since[1:], self.versions.worlds[1:]
        return {**rows, "changes": [[at, w.text] for at, w in zip(since, worlds, strict=True)]}

    def restore(self, state: State) -> None:
        self.versions = Versions([self._world])
        for before, text in state.get("changes", ()):
            self.versions.change(before, world_from_text(text))
        self._answered = state["answered"].copy()
        self._size = len(self._answered)

    def __len__(self) -> int:
        return self._size

    def _column(self, column: int) -> Array:
        return self._answered[: self._size, column]

    def _worth(self, column: int) -> Array:
        """A column of rewards in those of the present world."""
        return self._column(column) * self.versions.worth(self._column(0))

    @property
    def rewards(self) -> Array:
        """Reward of each answered visitor, in the order of the Rank calls."""
        return self._worth(1)

    @property
    def expected(self) -> Array:
        """Expected reward of the action shown to each answered visitor, known to the world."""
        return self._worth(2)

    @property
    def regret(self) -> float:
        """Sum of (expected reward of the best available action - of the shown action), known to the
        world."""
        return float(self._worth(3).sum() - self._worth(2).sum())

    def rows(self, points: int = 300) -> Iterator[Mapping[str, float]]:
        """Thinned curve, at most ``points`` rows, the first and the last visitor included.

        Yields:
            visitor (from 1), mean (running mean reward), recent (mean of the last
            `recent_visitors`), regret (cumulative); the mean reward in that visitor's world of a
            uniform choice, of the best single item, and of the best item for each visitor: uniform,
            single, best; and the expected regret so far of the first two: uniform_regret,
            single_regret.
        """
        regret = np.cumsum(self._worth(3) - self._worth(2))
        numbers = thinned(1, len(self), points)
        # Number of visitors of each world so far, and the world of the latest visitor.
        firsts = np.searchsorted(self._column(0), self.versions.since)
        ends = np.append(firsts[1:], len(self))[:, None]
        visits = (np.clip(numbers, firsts[:, None], ends) - firsts[:, None]).astype(float)
        which = np.searchsorted(firsts, numbers - 1, side="right") - 1
        worlds, most = self.versions.worlds, self.versions.now.most
        uniform, single, best = (
            np.array([getattr(world, f"{name}_value") * world.most / most for world in worlds])
            for name in ("uniform", "single", "best")
        )
        columns: dict[str, Array] = {
            "visitor": numbers.astype(float),
            "mean": rolling_mean(self.rewards, numbers, len(self)),
            "recent": rolling_mean(self.rewards, numbers, recent_visitors(self._world)),
            "regret": regret[numbers - 1],
            "uniform_regret": (best - uniform) @ visits,
            "single_regret": (best - single) @ visits,
            "uniform": uniform[which],
            "single": single[which],
            "best": best[which],
        }
        return rows_of(columns)
