"""What a reward changed in the model."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.learners.base import Column


@dataclass(frozen=True, slots=True)
class ContributionChange:
    """What a column adds to the mean reward, before and after; in units of reward."""

    column: Column
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def largest_shifts(
    before: Mapping[Column, float], after: Mapping[Column, float], count: int = 3
) -> list[ContributionChange]:
    """The contributions that moved most, by size of the change; equal ones by fewer crosses.

    Args:
        before, after: contributions of the same columns (`LearningLoop.contributions`).
    """
    shifts = [ContributionChange(column, before[column], after[column]) for column in after]
    shifts.sort(key=lambda s: (-round(abs(s.change), 12), len(s.column.context), s.column.action))
    return shifts[:count]
