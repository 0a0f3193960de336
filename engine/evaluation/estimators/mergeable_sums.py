"""Sums over events in a table with named rows and columns, so that any two tables can be added."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array


@dataclass(frozen=True, eq=False)
class SumTable:
    """Several sums per row and column, (sums, rows, columns); absent rows and columns count as
    0."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    sums: Array

    @classmethod
    def empty(cls, sums: int) -> "SumTable":
        """Table without rows."""
        return cls((), (), np.zeros((sums, 0, 0)))

    def __add__(self, other: "SumTable") -> "SumTable":
        rows = tuple(dict.fromkeys(self.rows + other.rows))
        columns = tuple(dict.fromkeys(self.columns + other.columns))
        sums = np.zeros((len(self.sums), len(rows), len(columns)))
        for table in (self, other):
            at_rows, at_columns = _positions(table.rows, rows), _positions(table.columns, columns)
            sums[:, at_rows[:, None], at_columns] += table.sums
        return SumTable(rows, columns, sums)

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Mask of the cells whose first sum is above 0, (rows, columns)."""
        return np.asarray(self.sums[0] > 0)


def _positions(names: tuple[str, ...], among: tuple[str, ...]) -> NDArray[np.intp]:
    if names == among[: len(names)]:
        return np.arange(len(names))
    positions = {name: position for position, name in enumerate(among)}
    return np.array([positions[name] for name in names], dtype=np.intp)
