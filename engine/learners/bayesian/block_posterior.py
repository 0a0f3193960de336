"""Posterior of one basis block: (3) and (6) of `posterior`; and of several small blocks at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array, with_room
from engine.learners.bayesian.basis_blocks import Block
from engine.learners.learned_state import Learned

LATER = 16
"""Rewards after which their changes are applied to Sigma: it may be large, gains are small."""


@dataclass(slots=True)
class BlockPosterior(Learned):
    """Posterior of the weights of one block.

    Attributes:
        prior: variance of a coordinate before any reward.
        size: number of coordinates (r) with a posterior.
        settled: Sigma of (3) before the latest rewards; it may have fewer coordinates.
        vectors: p and q of (3), then g of (6) of the latest rewards, (2 + `LATER`, r) with room.
        trusts: d of (6) of the latest rewards, (`LATER`,).
        latest: number of latest rewards.
    """

    prior: float
    size: int = 0
    settled: Array = field(default_factory=lambda: np.zeros((0, 0)))
    vectors: Array = field(default_factory=lambda: np.zeros((2 + LATER, 16)))
    trusts: Array = field(default_factory=lambda: np.zeros(LATER))
    latest: int = 0

    @property
    def pq(self) -> Array:
        return self.vectors[:2, : self.size]

    @property
    def gains(self) -> Array:
        return self.vectors[2 : 2 + self.latest, : self.size]

    def times_sigma(self, x: Array) -> Array:
        """Multiply coordinates (..., R) by Sigma; coordinates beyond r have the prior variance."""
        known = len(self.settled)
        if known == x.shape[-1]:
            product: Array = x @ self.settled
        else:
            product = self.prior * x
            product[..., :known] = x[..., :known] @ self.settled
        if self.latest:
            gains = self.gains
            parts = (x[..., : self.size] @ gains.T) * self.trusts[: self.latest]
            product[..., : self.size] -= parts @ gains  # (6)
        return product

    def lessen(self, gain: Array, trust: float) -> None:
        """Subtract a reward's d g g' from Sigma."""
        self.vectors[2 + self.latest, : self.size] = gain
        self.trusts[self.latest] = trust
        self.latest += 1
        if self.latest == LATER:
            self.settle()

    def settle(self) -> None:
        """Apply the changes of the latest rewards to `settled`."""
        gains, known = self.gains, len(self.settled)
        changed = (gains.T * -self.trusts[: self.latest]) @ gains  # (6)
        changed[:known, :known] += self.settled
        new = np.arange(known, self.size)
        changed[new, new] += self.prior  # (3)
        self.settled, self.latest = changed, 0

    def grow(self, size: int) -> None:
        """Add coordinates with the prior variance."""
        self.vectors = with_room(self.vectors, (2 + LATER, size))
        self.size = size


class StackedPosteriors:
    """Posteriors of B small blocks, stacked in arrays; blocks without rewards have the prior.

    Attributes:
        settled, vectors, trusts: as in `BlockPosterior`, stacked: (B, r, r), (B, 2 + `LATER`, r)
            and (B, `LATER`).
        changed: blocks to be copied again, as they learned a reward since.

    Args:
        size: coordinates (r) of the largest block.
        prior: variance of a coordinate before any reward.
    """

    def __init__(self, blocks: tuple[Block, ...], size: int, prior: float) -> None:
        many = len(blocks)
        self._blocks, self._places = blocks, {block: i for i, block in enumerate(blocks)}
        self.changed = set(blocks)
        self.settled = np.tile(prior * np.eye(size), (many, 1, 1))
        self.vectors: Array = np.zeros((many, 2 + LATER, size))
        self.trusts: Array = np.zeros((many, LATER))

    def is_of(self, blocks: tuple[Block, ...], size: int) -> bool:
        """True if these blocks, at this size, are the stacked ones."""
        return self.settled.shape[-1] == size and self._blocks == blocks

    def follow(self, shares: Mapping[Block, BlockPosterior]) -> None:
        """Copy the posteriors of changed blocks."""
        for block in self.changed:
            share, i = shares.get(block), self._places.get(block)
            if share is None or i is None:
                continue
            known, latest = len(share.settled), share.latest
            self.settled[i, :known, :known] = share.settled
            self.vectors[i, :, : share.size] = share.vectors[:, : share.size]
            self.trusts[i] = 0.0
            self.trusts[i, :latest] = share.trusts[:latest]
        self.changed.clear()
