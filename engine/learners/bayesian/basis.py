"""Coordinates of rows in the span of all rewarded rows.

Crosses make thousands of columns, but only the span of the rows that were rewarded
matters. An incremental Cholesky factorisation of the rows' inner products gives each row
coordinates in an orthonormal basis of that span, in which a prior that is isotropic over
the columns stays isotropic; a row outside the span adds a basis vector (Rasmussen &
Williams, *Gaussian Processes for Machine Learning*, 2006, section 2.1.2). So the work
depends on how many independent rows were rewarded, never on how many columns crosses make.

Rows of actions that share no column have inner product 0. The basis falls into *blocks*
accordingly, one for each family of actions that are connected by shared columns: actions
told apart by their ids alone have a block each, and none pays for the others. If many offered
actions have a block each, one call a block would be slow: small blocks are processed together, in
arrays padded with zeros.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Group, WeighedOffer
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.row_form import RowForm
from engine.learners.bayesian.row_kernels import Contexts, kernel_of
from engine.learners.learned_state import BoundedCache, Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

MAX_BLOCK, MAX_BASIS = 400, 1_500
"""Basis vectors that a block, and all blocks together, keep. From there on, the part of a row
outside the span counts as noise of its reward: right for rows that never come again, too
sure of others."""
_NEGLIGIBLE = 1e-8
"""Squared length of a part outside the span that is rounding."""
Where = Features | tuple[Features, ...]
"""A context, or several."""
SMALL = 64
"""Largest number of basis vectors of blocks processed together; for larger ones a call takes less
time than a copy."""
Positions = slice | NDArray[np.intp]
"""Positions of some offered rows: a slice for consecutive ones, which reads arrays in a third of
the time."""


# -- blocks, and rows in them ---------------------------------------------------------


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


# -- the basis ------------------------------------------------------------------------


class Basis(Learned):
    """Basis of all rewarded rows of one form."""

    STATE = ("form", "scales", "_kernel", "_owners", "_blocks")
    _offers = cached_property(
        lambda _: BoundedCache[tuple[Where, tuple[Action, ...]], OfferedRows]()
    )
    _grouped = cached_property(
        lambda _: BoundedCache[tuple[Features, tuple[Action, ...], tuple[float, ...]], GroupedRow]()
    )
    _places = cached_property(lambda _: BoundedCache[tuple[Features, Action], LearnedRow]())
    _met = cached_property(lambda _: BoundedCache[Action, tuple[Block, ...]]())
    _apart = cached_property(
        lambda _: BoundedCache[
            tuple[Action, ...], tuple[dict[Block, Positions], AloneBlocks | None]
        ]()
    )
    _joined = cached_property(lambda _: BoundedCache[Action, Block]())

    def __init__(self, form: RowForm, scales: Scales, contexts: Contexts | None = None) -> None:
        self.form, self.scales = form, scales
        self._kernel = kernel_of(form, scales, contexts)
        self._owners: dict[Hashable, Block] = {}
        self._blocks: dict[Block, None] = {}

    @property
    def size(self) -> int:
        """Number of basis vectors."""
        return len(self._kernel)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, oldest first."""
        return tuple(self._blocks)

    def alike(self, actions: tuple[Action, ...]) -> Array:
        """Inner products of the actions' parts of rows, (K, K)."""
        return self._kernel.alike(actions)

    def offer(self, where: Where, actions: tuple[Action, ...]) -> OfferedRows:
        """Coordinates of offered rows in a context, or in each of several."""
        if (where, actions) in self._offers:
            return self._offers[where, actions]
        if isinstance(where, tuple):
            products, outside = self._kernel.between_all(where, actions)
        else:
            products, outside = self._kernel.between(where, actions)
        if actions not in self._apart:
            self._apart.clear()  # Blocks may be large, and loops mostly offer the same.
            self._apart[actions] = self._told_apart(actions)
        shared, own = self._apart[actions]
        parts = []
        for block, at in shared.items():
            part = OfferedBlock(block, at, block.coordinates(products[..., at, :]))
            outside[part.pairs] -= part.coordinates @ part.coordinates.swapaxes(-1, -2)
            parts.append(part)
        alone = own.offered(products) if own is not None else None
        if alone is not None:
            diagonal(outside)[..., alone.at] -= (alone.coordinates**2).sum(axis=-1)
        self._offers[where, actions] = OfferedRows(alone, tuple(parts), outside)
        return self._offers[where, actions]

    def _told_apart(
        self, actions: tuple[Action, ...]
    ) -> tuple[dict[Block, Positions], AloneBlocks | None]:
        """Positions of the rows in each block; and stacked, if there are several, the small blocks
        with a single row."""
        touched: dict[Block, list[int]] = defaultdict(list)
        for i, action in enumerate(actions):
            for block in self._touched(action):
                touched[block].append(i)
        own = {
            block: rows[0]
            for block, rows in touched.items()
            if len(rows) == 1 and block.size <= SMALL and len(self._touched(actions[rows[0]])) == 1
        }
        if len(own) < 2:
            own = {}
        shared = {block: positions(at) for block, at in touched.items() if block not in own}
        return shared, AloneBlocks.of(own) if own else None

    def length(self, offers: Sequence[WeighedOffer]) -> float:
        """Squared length of a weighted sum of the rows of several offers."""
        all_actions = dict.fromkeys(action for _, actions, _ in offers for action in actions)
        columns = {action: column for column, action in enumerate(all_actions)}
        weights: Array = np.zeros((len(offers), len(columns)))
        for row, (_, actions, own) in enumerate(offers):
            weights[row, [columns[action] for action in actions]] = own
        contexts = [context for context, _, _ in offers]
        return self._kernel.length(contexts, tuple(columns), weights)

    def grouped(
        self, context: Features, actions: tuple[Action, ...], weights: tuple[float, ...]
    ) -> GroupedRow:
        """Weighted sum of the rows offered in a context, split by groups of fields."""
        key = context, actions, weights
        if key not in self._grouped:
            groups, products, lengths = self._kernel.grouped(context, actions, np.array(weights))
            touched = dict.fromkeys(block for action in actions for block in self._touched(action))
            inside = {block: block.coordinates(products) for block in touched}
            self._grouped[key] = GroupedRow(groups, inside, lengths)
        return self._grouped[key]

    def place(
        self, context: Features, actions: tuple[Action, ...], shown: int
    ) -> tuple[LearnedRow, tuple[Merge, ...]]:
        """Coordinates of a rewarded row, after extending the basis, and the merges of blocks."""
        action = actions[shown]
        if (context, action) in self._places:
            return self._places[context, action], ()
        block, merged = self._join(action)
        products, own = self._kernel.row(context, actions, shown)
        coordinates = block.coordinates(products)
        outside = own - float(coordinates @ coordinates)
        outside = outside if outside > _NEGLIGIBLE else 0.0
        if outside and block.size < MAX_BLOCK and self.size < MAX_BASIS:
            return self._extend(block, context, action, coordinates, math.sqrt(outside)), merged
        place = self._places[context, action] = LearnedRow(block, coordinates, outside)
        return place, merged

    def _changed(self) -> None:
        self._offers.clear()
        self._grouped.clear()
        self._places.clear()
        self._apart.clear()

    def _touched(self, action: Action) -> tuple[Block, ...]:
        """Blocks that own a column of the action."""
        if action not in self._met:
            self._met[action] = tuple(self._owning(action))
        return self._met[action]

    def _owning(self, action: Action) -> dict[Block, None]:
        blocks: dict[Block, None] = {}
        for column in self._kernel.columns(action):
            block = self._owners.get(column)
            if block is not None:
                blocks[block] = None
                if len(blocks) == len(self._blocks):  # An action may have a thousand columns.
                    break
        return blocks

    def _join(self, action: Action) -> tuple[Block, tuple[Merge, ...]]:
        """Block of an action, created or merged if necessary."""
        if action in self._joined:
            return self._joined[action], ()
        first, *others = self._touched(action) or [Block()]
        self._blocks.setdefault(first)
        merges = tuple(self._absorb(first, other) for other in others)
        for column in self._kernel.columns(action):
            self._owners[column] = first
        self._met.clear()
        self._apart.clear()
        self._joined[action] = first
        return first, merges

    def _absorb(self, block: Block, other: Block) -> Merge:
        self._changed()
        self._joined.clear()
        at, size = block.size, block.size + other.size
        block.rows = with_room(block.rows, (size,))
        block.rows[at:size] = other.rows[: other.size]
        block.whiten = with_room(block.whiten, (size, size))
        block.whiten[at:size, at:size] = other.whitening
        block.size = size
        del self._blocks[other]
        self._owners = {c: block if b is other else b for c, b in self._owners.items()}
        return Merge(block, other, at)

    def _extend(
        self, block: Block, context: Features, action: Action, row: Array, length: float
    ) -> LearnedRow:
        """Extend a block's basis by the part of a row outside the span, of a given length."""
        self._changed()
        at = block.size
        block.rows = with_room(block.rows, (at + 1,))
        block.rows[at] = self._kernel.remember(context, action)
        block.whiten = with_room(block.whiten, (at + 1, at + 1))
        block.whiten[at, :at] = -row @ block.whitening / length
        block.whiten[at, at] = 1.0 / length
        block.size = at + 1
        return LearnedRow(block, np.append(row, length), 0.0)
