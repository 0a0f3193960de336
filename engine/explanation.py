"""What a reward changed in the model."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.features import Column


@dataclass(frozen=True, slots=True)
class WeightChange:
    """A weight before and after, in units of reward per unit of its column."""

    column: Column
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def largest_changes(
    before: Mapping[Column, float], after: Mapping[Column, float], count: int = 3
) -> list[WeightChange]:
    """The weights that moved most, by size of the change; equal ones by fewer crosses.

    Args:
        before, after: weights of the same columns (`LearningLoop.weights`).
    """
    changes = [WeightChange(column, before[column], after[column]) for column in after]
    changes.sort(key=lambda c: (-round(abs(c.change), 12), len(c.column.context), c.column.action))
    return changes[:count]
