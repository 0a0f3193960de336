"""Sums over events in a table whose rows and columns have names, so that any two can be added."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array


@dataclass(frozen=True, eq=False)
class Table:
    """Several sums for each row and column, (sums, rows, columns); what is not there is 0."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    sums: Array

    @classmethod
    def empty(cls, sums: int) -> "Table":
        """Without a row."""
        return cls((), (), np.zeros((sums, 0, 0)))

    def __add__(self, other: "Table") -> "Table":
        rows = tuple(dict.fromkeys(self.rows + other.rows))
        columns = tuple(dict.fromkeys(self.columns + other.columns))
        sums = np.zeros((len(self.sums), len(rows), len(columns)))
        for one in (self, other):
            at_rows, at_columns = _places(one.rows, rows), _places(one.columns, columns)
            sums[:, at_rows[:, None], at_columns] += one.sums
        return Table(rows, columns, sums)

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Where the first of the sums is above 0, (rows, columns)."""
        return np.asarray(self.sums[0] > 0)


def _places(names: tuple[str, ...], among: tuple[str, ...]) -> NDArray[np.intp]:
    if names == among[: len(names)]:
        return np.arange(len(names))
    places = {name: place for place, name in enumerate(among)}
    return np.array([places[name] for name in names], dtype=np.intp)
