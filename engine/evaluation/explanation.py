"""What a reward changed in the model."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.learners.base import Group


@dataclass(frozen=True, slots=True)
class ContributionChange:
    """What a group of context fields adds to a mean reward, before and after; in its units.

    Without a group it is what none adds: the mean of everything, whatever is offered.
    """

    group: Group | None
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def largest_changes(
    before: Mapping[Group, float],
    after: Mapping[Group, float],
    means: tuple[float, float],
    count: int = 3,
) -> list[ContributionChange]:
    """The parts of a mean reward that moved most, by size; equal ones by fewer fields.

    Args:
        before, after: contributions to one ranking (`LearningLoop.contributions`).
        means: the mean reward that they are parts of, before and after.
    """
    everything = [
        mean - math.fsum(parts.values()) for mean, parts in zip(means, (before, after), strict=True)
    ]
    groups = sorted({**before, **after}, key=lambda group: (group.order, group.fields))
    changes = [
        ContributionChange(None, *everything),
        *(ContributionChange(g, before.get(g, 0.0), after.get(g, 0.0)) for g in groups),
    ]
    changes.sort(key=lambda change: -round(abs(change.change), 12))
    return changes[:count]
