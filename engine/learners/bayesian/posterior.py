"""The Gaussian posterior of one hypothesis: Bayesian linear regression, one reward at a time.

Model: reward = m0 + x.w + noise, with w ~ N(0, prior_sd^2 I), noise ~ N(0, noise_sd^2) and
m0 ~ N(1/2, 1/4), the mean of everything. Rows of different blocks share nothing but m0, so
the joint posterior is a bordered block-diagonal system, solved exactly: with G = sum v x x',
h = sum v y x, f = sum v x, n = sum v, s = sum v y over a block's rows, v = 1 / noise_sd^2,

    (3)  Sigma = (I / prior_sd^2 + G)^-1,    p = Sigma h,    q = Sigma f,
    (4)  precision of m0:  A = 4 + n - sum over blocks of f.q,
         mean of m0:       m0 = (2 + s - sum over blocks of f.p) / A,
    (5)  mean of a row x of the block:   m0 + x.(p - m0 q),
         its covariance with a row z:    x' Sigma z + (1 - x.q)(1 - z.q) / A

(Bishop, *Pattern Recognition and Machine Learning*, 2006, section 3.3, with m0 eliminated
by its Schur complement). A reward's predictive variance is the noise plus (5). With the gain
g = Sigma x and v = b / noise_sd^2, a reward y of weight b changes all of these by the
Sherman-Morrison formula, in O(r^2): with d = v / (1 + v x.g) and e = d (y - x.p),

    (6)  Sigma <- Sigma - d g g',    p <- p + e g,    q <- q + d (1 - x.q) g,
         A <- A + d (1 - x.q)^2,     A m0 <- A m0 + e (1 - x.q).

Forgetting is directional (Kulhavy, *Automatica* 23, 1987): a reward counts with a weight

    (7)  b = memory - (1 - memory) / c,    c the variance of the row in units of the noise,

and the mean moves as if it counted in full. So only what is met again is forgotten, and
the variance of a row never falls below (1 - memory) / memory of the noise. With memory 1,
b = 1, and the belief depends on the rewards alone, in any order.

How noisy rewards are is learned with them: w, m0 and the noise have variances in one unknown unit,
with a conjugate (inverse gamma) prior (Murphy, *Machine Learning: A Probabilistic Perspective*,
2012, section 7.6.3). Of N rewards that are not all 0 or 1, with innovations delta, from the mean,
and predictive variances nu, that unit is

    (20)  scale = (u + sum delta^2 / nu) / (u + N),    u = `USUAL`,

and the next one is expected by Student's t with u + N degrees of freedom, its nu multiplied by the
scale. So hypotheses differ in how much there is to learn beside the noise, not in the noise. What a
mixture believes is widened by the scale, and never narrowed: where much was learned of what is
shown, little was of what is not.
Numbers of equations as in ``engine/README.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.arrays import Array, with_room
from engine.learners.bayesian.basis import (
    Block,
    GroupedRow,
    LearnedRow,
    Merge,
    OfferedAlone,
    OfferedRows,
    diagonal,
)
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import CENTRE, Observation
from engine.learners.bayesian.row_form import RowForm
from engine.learners.learned_state import Learned

CENTRE_PRECISION = 4.0
"""Precision of the prior of m0."""
USUAL = 10
"""Innovations as large as expected that count beside those that came."""
LATER = 16
"""Rewards after which their changes are applied to Sigma: it may be large, gains are small."""


# -- blocks ---------------------------------------------------------------------------


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
        """Return whether the stack holds exactly the given blocks, at the given size."""
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


# -- all blocks -----------------------------------------------------------------------


@dataclass(eq=False)
class Posterior(Learned):
    """Posterior of one hypothesis after ``count`` rewards; ``_excess`` is the sum of delta^2 / nu -
    1 of (20)."""

    hypothesis: Hypothesis
    count: int = 0
    level: float = CENTRE
    _shares: dict[Block, BlockPosterior] = field(default_factory=dict)
    _precision: float = CENTRE_PRECISION
    _pull: float = 0.0
    _excess: float = 0.0

    _last = cached_property[StackedPosteriors | None](lambda _: None)
    _tau2 = cached_property(lambda self: float(self.hypothesis.prior_sd**2))
    _sigma2 = cached_property(lambda self: float(self.hypothesis.noise_sd**2))

    @cached_property
    def form(self) -> RowForm:
        """Form of its rows."""
        return self.hypothesis.form

    @property
    def centre(self) -> float:
        """Mean of m0."""
        return (CENTRE_PRECISION * self.level + self._pull) / self._precision  # (4)

    @property
    def centre_variance(self) -> float:
        """Variance of m0."""
        return 1.0 / self._precision

    @property
    def common_before(self) -> float:
        """Variance of m0 before any reward, in units of that of a row of length 1."""
        return 1.0 / (CENTRE_PRECISION * self._tau2)

    @property
    def scale(self) -> float:
        """Factor on the variances of noise and doubt, learned from innovations."""
        return 1.0 + self._excess / (USUAL + self.count)  # (20)

    @property
    def inflation(self) -> float:
        """Factor on variances in a mixture."""
        return max(self.scale, 1.0)

    # -- what is believed -------------------------------------------------------------

    def means(self, offer: OfferedRows) -> Array:
        """Mean (..., K) of the expected rewards of offered rows: (5)."""
        return self._means(offer)[0]

    def moments(self, offer: OfferedRows) -> tuple[Array, Array]:
        """Means, and covariances (..., K, K), of the expected rewards of offered rows: (5)."""
        mean, unclaimed, beside = self._means(offer)
        covariance = self._tau2 * offer.outside
        for part in offer.parts:
            x, share = part.coordinates, self._shares.get(part.block)
            product = self._tau2 * x if share is None else share.times_sigma(x)
            covariance[part.pairs] += product @ x.swapaxes(-1, -2)
        if offer.alone is not None:
            x, known = offer.alone.coordinates, self._beside(offer.alone)
            inside = ((x[..., None, :] @ known.settled)[..., 0, :] * x).sum(axis=-1)
            inside -= (beside[..., 2:] ** 2 * known.trusts).sum(axis=-1)
            diagonal(covariance)[..., offer.alone.at] += inside
        covariance += unclaimed[..., :, None] * (unclaimed[..., None, :] / self._precision)
        return mean, covariance

    def _means(self, offer: OfferedRows) -> tuple[Array, Array, Array]:
        """Mean of offered rows; 1 - x.q of (5), their share of m0 that the rewards have not
        claimed; and of blocks of one action each the products of x with `BlockPosterior.vectors`,
        (..., B, 2 + `LATER`)."""
        mean = np.zeros(offer.outside.shape[:-1])
        unclaimed, beside = mean + 1.0, mean
        for part in offer.parts:
            share = self._shares.get(part.block)
            if share is not None:
                products = part.coordinates[..., : share.size] @ share.pq.T
                mean[..., part.at] += products[..., 0]
                unclaimed[..., part.at] -= products[..., 1]
        if offer.alone is not None:
            at, known = offer.alone.at, self._beside(offer.alone)
            beside = (known.vectors @ offer.alone.coordinates[..., None])[..., 0]
            mean[..., at] += beside[..., 0]
            unclaimed[..., at] -= beside[..., 1]
        mean += self.centre * unclaimed
        return mean, unclaimed, beside

    def _beside(self, alone: OfferedAlone) -> StackedPosteriors:
        """Posteriors of blocks of one action each, stacked."""
        size = alone.coordinates.shape[-1]
        if self._last is None or not self._last.is_of(alone.blocks, size):
            self._last = StackedPosteriors(alone.blocks, size, self._tau2)
        self._last.follow(self._shares)
        return self._last

    def contributions(self, row: GroupedRow) -> tuple[Array, Array]:
        """Contribution of each of G groups to the mean of a sum of rows, without m0, and its
        variance, both (G,): (19), where the doubt about m0 enters by the weights claimed by
        rewards."""
        mean: Array = np.zeros(len(row.groups))
        claimed, variance = mean.copy(), self._tau2 * row.lengths
        for block, x in row.inside.items():
            share = self._shares.get(block)
            if share is None:
                continue
            known = x[:, : share.size]
            p, q = share.pq
            mean += known @ (p - self.centre * q)
            claimed += known @ q
            variance += ((share.times_sigma(known) - self._tau2 * known) * known).sum(axis=1)
        return mean, variance + claimed * claimed / self._precision  # (19)

    def variance_of(self, inside: Mapping[Block, Array], total: float, length: float) -> float:
        """Variance of a weighted sum of expected rewards, from the sum of the rows' coordinates by
        block, (r,), the total of the weights, and the squared length of the sum of rows."""
        variance, unclaimed = self._tau2 * length, total
        for block, x in inside.items():
            share = self._shares.get(block)
            if share is None:
                continue
            known = x[: share.size]
            variance += float(share.times_sigma(known) @ known) - self._tau2 * float(known @ known)
            unclaimed -= float(known @ share.pq[1])
        return variance + unclaimed * unclaimed / self._precision

    # -- what is learned --------------------------------------------------------------

    def expected_first(self, place: LearnedRow, seen: Observation) -> float:
        """Log density of a first reward under the prior."""
        length = float(place.coordinates @ place.coordinates) + place.outside
        doubt = self._tau2 * length + 1.0 / CENTRE_PRECISION
        noise = self._sigma2 * seen.spread
        return seen.log_density_learned(seen.level, noise, doubt, 1.0, USUAL)

    def learn(self, place: LearnedRow, seen: Observation) -> float:
        """Learn a reward; return its predictive log density."""
        share, self.level = self._share(place.block), seen.level
        x, pq = place.coordinates, share.pq
        gain = share.times_sigma(x)
        known, claimed = (pq @ x).tolist()
        unclaimed, inside = 1.0 - claimed, float(x @ gain)
        variance = inside + unclaimed * unclaimed / self._precision  # (5)
        noise = self._sigma2 * seen.spread + self._tau2 * place.outside
        mean = self.centre * unclaimed + known  # (5)
        expected = noise, variance, self.scale, USUAL + self.count
        density = seen.log_density_learned(mean, *expected)
        self._excess += seen.excess(mean, noise + variance)
        weight, target = self._weigh(variance / noise, mean, seen.reward - mean)
        step = 1.0 / (noise + weight * inside)
        trust, pull = weight * step, (target - weight * known) * step  # d and e of (6)
        share.lessen(gain, trust)
        pq += np.multiply.outer((pull, trust * unclaimed), gain)
        self._precision += trust * unclaimed * unclaimed
        self._pull += pull * unclaimed
        self.count += 1
        if self._last is not None:
            self._last.changed.add(place.block)
        return density

    def _weigh(self, ratio: float, mean: float, innovation: float) -> tuple[float, float]:
        """b of (7), and b times the reward at which the mean moves as for a reward that counts in
        full; ``ratio`` is c, the variance of the row in units of the noise."""
        memory = self.hypothesis.memory
        if memory == 1.0:
            return 1.0, mean + innovation
        weight = memory - (1.0 - memory) / ratio  # (7)
        return weight, weight * mean + innovation * (1.0 + weight * ratio) / (1.0 + ratio)

    def merge(self, merge: Merge) -> None:
        """Merge the posterior of a block into another; so far they were independent."""
        self._last = None
        added = self._shares.pop(merge.other, None)
        if added is None and merge.block not in self._shares:
            return
        share = self._shares.setdefault(merge.block, BlockPosterior(self._tau2))
        share.grow(merge.at + merge.other.size)
        if added is not None:
            share.settle()
            added.settle()
            own = slice(merge.at, merge.at + added.size)
            share.settled[own, own] = added.settled
            share.vectors[:2, own] = added.pq

    def _share(self, block: Block) -> BlockPosterior:
        """Posterior of a block, grown to all its current coordinates."""
        share = self._shares.get(block)
        if share is None:
            share = self._shares[block] = BlockPosterior(self._tau2)
        if share.size < block.size:
            share.grow(block.size)
        return share
