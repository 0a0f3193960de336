"""A block of the basis, and rows by their coordinates in it: offered, learned, split or alone.

Actions that share no column have blocks of their own (`basis`). Where each of several offered
actions has one, as those that are told apart by their ids alone, each would be a call for a few
numbers: small ones are looked at together, in arrays with zeros beyond the size of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.learned_state import Learned

SMALL = 64
"""Basis vectors up to which blocks are looked at together: of larger ones a call takes less time
than a copy."""
Positions = slice | NDArray[np.intp]
"""Where some of the offered rows are: a slice where one follows the other, as arrays are read by it
in a third of the time."""


def positions(rows: Sequence[int]) -> Positions:
    """Increasing positions, to read arrays by."""
    first, end = rows[0], rows[-1] + 1
    return slice(first, end) if end - first == len(rows) else np.array(rows, dtype=np.intp)


def diagonal(matrices: Array) -> Array:
    """The diagonals (..., K) of (..., K, K), to be changed in place."""
    found = matrices.diagonal(axis1=-2, axis2=-1)
    found.flags.writeable = True
    return found


@dataclass(eq=False, slots=True)
class Block(Learned):
    """An orthonormal basis of the rows of one family of actions: their places in the kernel.
    `whiten`, (r, r) with room, turns inner products with those rows into coordinates."""

    rows: NDArray[np.intp] = field(default_factory=lambda: np.zeros(16, dtype=np.intp))
    whiten: Array = field(default_factory=lambda: np.zeros((16, 16)))
    size: int = 0

    @property
    def whitening(self) -> Array:
        """`whiten` without its room."""
        return self.whiten[: self.size, : self.size]

    def coordinates(self, products: Array) -> Array:
        """Coordinates (..., K, r) of rows by their inner products (..., K, m) with kernel rows."""
        return np.asarray(products[..., self.rows[: self.size]] @ self.whitening.T)


@dataclass(frozen=True, slots=True)
class OfferedBlock:
    """The rows of an offer that touch one block: positions (k,) and coordinates (..., k, r)."""

    block: Block
    at: Positions
    coordinates: Array

    @property
    def pairs(self) -> tuple[Any, ...]:
        """Where any two of them meet in (..., K, K)."""
        return ..., self.at if isinstance(self.at, slice) else self.at[:, None], self.at


@dataclass(frozen=True, slots=True)
class OfferedAlone:
    """Rows of an offer that each have a small block to themselves, as those of actions that are
    told apart by their ids alone: B blocks, positions (B,) and coordinates (..., B, r), with zeros
    beyond the size of a block.
    """

    blocks: tuple[Block, ...]
    at: Positions
    coordinates: Array


@dataclass(frozen=True, slots=True)
class AloneBlocks:
    """B small blocks, each with one offered action to itself: positions (B,) of these, also
    as an array, (B, 1), and the blocks' places in the kernel, (B, r), and `Block.whiten`,
    (B, r, r), beside each other."""

    blocks: tuple[Block, ...]
    at: Positions
    lines: NDArray[np.intp]
    rows: NDArray[np.intp]
    whitening: Array

    @classmethod
    def of(cls, places: Mapping[Block, int]) -> "AloneBlocks":
        """Of blocks as they are now, and the increasing positions of their actions."""
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
        """Rows by their inner products (..., K, m) with kernel rows."""
        inside = products[..., self.lines, self.rows]
        coordinates = (self.whitening @ inside[..., None])[..., 0]
        return OfferedAlone(self.blocks, self.at, coordinates)


@dataclass(frozen=True, slots=True)
class OfferedRows:
    """K rows offered in a context, or in each of (C,): what lies in the span, and inner products of
    what lies outside, (..., K, K)."""

    alone: OfferedAlone | None
    parts: tuple[OfferedBlock, ...]
    outside: Array

    def sums(self, weights: Array) -> Iterator[tuple[Block, Array]]:
        """By block, what the coordinates of all rows in C contexts come to by weight, (C, K)."""
        for part in self.parts:
            yield part.block, (weights[:, part.at, None] * part.coordinates).sum(axis=(0, 1))
        if self.alone is not None:
            found = (weights[:, self.alone.at, None] * self.alone.coordinates).sum(axis=0)
            for block, row in zip(self.alone.blocks, found, strict=True):
                yield block, row[: block.size]


@dataclass(frozen=True, slots=True)
class GroupedRow:
    """A weighted sum of rows, split into the parts that it has in the columns of G groups of
    context fields: coordinates (G, r) of each in every block, squared lengths (G,)."""

    groups: tuple[Group, ...]
    inside: Mapping[Block, Array]
    lengths: Array

    def merged(self, into: Mapping[Group, Group]) -> "GroupedRow":
        """The same with some groups as a part of others; no two have a column in common."""
        to = [into.get(group, group) for group in self.groups]
        left = tuple(dict.fromkeys(to))
        taken: Array = np.array([[one == group for group in to] for one in left], dtype=float)
        inside = {block: taken @ x for block, x in self.inside.items()}
        return GroupedRow(left, inside, taken @ self.lengths)


@dataclass(frozen=True, slots=True)
class LearnedRow:
    """A row that is learned: coordinates (r,) in its block, squared length outside the span."""

    block: Block
    coordinates: Array
    outside: float


@dataclass(frozen=True, slots=True)
class Merge:
    """A block has taken up another, whose coordinates begin at ``at`` in it."""

    block: Block
    other: Block
    at: int
