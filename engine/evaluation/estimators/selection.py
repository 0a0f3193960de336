"""How far a target chooses by context among what the log did not show.

What was not shown may be lent to a target that takes it as it comes, such as one action for
everybody. Whoever picks the action context by context picks what is better there than most.
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.estimators.table import Table

_MEDIAN_OF_MOST = 0.5264
"""The largest of K normal numbers is on average about where it has this chance to be (Chen &
Tyler, *Expected values of normal order statistics*, 1999)."""


def _empty() -> Table:
    return Table.empty(4)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Sums over events that tell; ``+`` merges two parts of a log.

    Attributes:
        sums: for each action, of what was not shown of it, 1 - q: all of it; times the chance pi
            with which the target shows it; times pi²; and how many events offered it.
    """

    sums: Table = field(default_factory=_empty)

    def add(self, weighed: Weighed) -> "Selection":
        """With so many more events, of which all probabilities are known."""
        log, target = weighed.decisions, weighed.probabilities
        assert target is not None
        assert log.probabilities is not None
        unshown = log.offered - log.probabilities
        parts = (unshown, unshown * target, unshown * target**2, log.offered)
        sums = np.array([part.sum(axis=0) for part in parts], dtype=float)[:, None]
        return Selection(self.sums + Table(("all",), log.actions, sums))

    def __add__(self, other: "Selection") -> "Selection":
        return Selection(self.sums + other.sums)

    @property
    def share(self) -> float:
        """0 for a target that shows each action as often in whatever context; nearly 1 for one
        that always shows another: the variance of pi, as a share of its mean square."""
        if not self.sums.rows:
            return 0.0
        unshown, taken, squares, _ = self._whole
        mean = np.divide(taken**2, unshown, out=np.zeros(len(taken)), where=unshown > 0)
        total = float(squares.sum())
        return max(0.0, 1 - float(mean.sum()) / total) if total > 0 else 0.0

    def advantage(self, events: int) -> float:
        """How many standard deviations the best of what is offered is above the mean."""
        offered = float(self._whole[3].sum()) / events
        return NormalDist().inv_cdf(_MEDIAN_OF_MOST ** (1 / offered))

    @property
    def _whole(self) -> Array:
        return self.sums.sums[:, 0]
