"""Blocks of the basis, and coordinates of offered and learned rows in them.

Actions without common columns have separate blocks (`basis`). If many offered actions have a block
each, as actions known by ids alone, one call a block would be slow: small blocks are processed
together, in arrays padded with zeros.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.learned_state import Learned

SMALL = 64
"""Largest number of basis vectors of blocks processed together; for larger ones a call takes less
time than a copy."""
Positions = slice | NDArray[np.intp]
"""Positions of some offered rows: a slice for consecutive ones, which reads arrays in a third of
the time."""


def positions(rows: Sequence[int]) -> Positions:
    """Index for increasing positions."""
    first, end = rows[0], rows[-1] + 1
    return slice(first, end) if end - first == len(rows) else np.array(rows, dtype=np.intp)


def diagonal(matrices: Array) -> Array:
    """Writable view of the diagonals (..., K) of matrices (..., K, K)."""
    diagonals = matrices.diagonal(axis1=-2, axis2=-1)
    diagonals.flags.writeable = True
    return diagonals


@dataclass(eq=False, slots=True)
class Block(Learned):
    """An orthonormal basis of the rows of one family of actions.

    Attributes:
        rows: positions of its rows in the kernel, (r,) with room.
        whiten: matrix from inner products with these rows to coordinates, (r, r) with room.
        size: r.
    """

    rows: NDArray[np.intp] = field(default_factory=lambda: np.zeros(16, dtype=np.intp))
    whiten: Array = field(default_factory=lambda: np.zeros((16, 16)))
    size: int = 0

    @property
    def whitening(self) -> Array:
        """`whiten` without its room."""
        return self.whiten[: self.size, : self.size]

    def coordinates(self, products: Array) -> Array:
        """Coordinates (..., K, r) of rows from inner products (..., K, m) with all kernel rows."""
        return np.asarray(products[..., self.rows[: self.size]] @ self.whitening.T)


class OfferedBlock(NamedTuple):
    """Rows of an offer in one block: positions (k,) and coordinates (..., k, r)."""

    block: Block
    at: Positions
    coordinates: Array

    @property
    def pairs(self) -> tuple[Any, ...]:
        """Index of the block's rows in matrices (..., K, K)."""
        return ..., self.at if isinstance(self.at, slice) else self.at[:, None], self.at


class OfferedAlone(NamedTuple):
    """Rows of an offer with a small block each: B blocks, positions (B,), and coordinates
    (..., B, r), padded with zeros.
    """

    blocks: tuple[Block, ...]
    at: Positions
    coordinates: Array


@dataclass(frozen=True, slots=True)
class AloneBlocks:
    """B small blocks with one offered action each, stacked.

    Attributes:
        at, lines: positions of the actions, (B,), and as an array, (B, 1).
        rows: `Block.rows`, (B, r), padded with zeros.
        whitening: `Block.whiten`, (B, r, r), padded with zeros.
    """

    blocks: tuple[Block, ...]
    at: Positions
    lines: NDArray[np.intp]
    rows: NDArray[np.intp]
    whitening: Array

    @classmethod
    def of(cls, places: Mapping[Block, int]) -> "AloneBlocks":
        """Stack blocks in their current state; ``places`` are increasing positions of actions."""
        blocks, at = tuple(places), positions(list(places.values()))
        most = max(block.size for block in blocks)
        rows: NDArray[np.intp] = np.zeros((len(blocks), most), dtype=np.intp)
        whitening: Array = np.zeros((len(blocks), most, most))
        for i, block in enumerate(blocks):
            size = block.size
            rows[i, :size] = block.rows[:size]
            whitening[i, :size, :size] = block.whiten[:size, :size]
        lines = np.array([[row] for row in places.values()], dtype=np.intp)
        return cls(blocks, at, lines, rows, whitening)

    def offered(self, products: Array) -> OfferedAlone:
        """Coordinates of the rows from inner products (..., K, m) with all kernel rows."""
        inside = products[..., self.lines, self.rows]
        coordinates = (self.whitening @ inside[..., None])[..., 0]
        return OfferedAlone(self.blocks, self.at, coordinates)


class OfferedRows(NamedTuple):
    """K rows offered in a context, or in each of C contexts: coordinates within the span, and
    inner products of the parts outside, (..., K, K)."""

    alone: OfferedAlone | None
    parts: tuple[OfferedBlock, ...]
    outside: Array

    def sums(self, weights: Array) -> Iterator[tuple[Block, Array]]:
        """Yield for each block the sum of the coordinates of all rows by weights (C, K)."""
        for part in self.parts:
            yield part.block, (weights[:, part.at, None] * part.coordinates).sum(axis=(0, 1))
        if self.alone is not None:
            rows = (weights[:, self.alone.at, None] * self.alone.coordinates).sum(axis=0)
            for block, row in zip(self.alone.blocks, rows, strict=True):
                yield block, row[: block.size]


class GroupedRow(NamedTuple):
    """A weighted sum of rows, split by G groups of context fields: coordinates (G, r) in each
    block, and squared lengths (G,)."""

    groups: tuple[Group, ...]
    inside: Mapping[Block, Array]
    lengths: Array

    def merged(self, into: Mapping[Group, Group]) -> "GroupedRow":
        """Add some groups to others; groups have no common column."""
        to = [into.get(group, group) for group in self.groups]
        left = tuple(dict.fromkeys(to))
        taken: Array = np.array([[source == group for group in to] for source in left], dtype=float)
        inside = {block: taken @ x for block, x in self.inside.items()}
        return GroupedRow(left, inside, taken @ self.lengths)


class LearnedRow(NamedTuple):
    """A rewarded row: coordinates (r,) in its block, and squared length outside the span."""

    block: Block
    coordinates: Array
    outside: float


class Merge(NamedTuple):
    """Merge of another block into a block, in which its coordinates begin at ``at``."""

    block: Block
    other: Block
    at: int
