"""Bayesian linear regression over rows given as coordinates in an orthonormal basis.

Model: reward = m0 + x.w + noise, w ~ N(0, prior_sd^2 I), noise ~ N(0, noise_sd^2),
centred at the running mean reward m0 = (total + 10) / (count + 20): twenty imaginary
rewards of 1/2, so that a person's first clicks move the action they are for, not all.
It is the mean of what was *shown*, which is better than what was not: actions that were
never tried are believed somewhat too good, an optimism that makes the engine try them.

`Statistics` hold data only (Gram matrix, response, sums): they add, subtract and
merge in any order. `Posterior` adds prior and noise when it solves,

    Sigma = (I / prior_sd^2 + G / noise_sd^2)^-1,
    mu    = Sigma (h - m0 f) / noise_sd^2,

(Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 3.53-3.54), and from
then on keeps Sigma current by the Sherman-Morrison formula, O(r^2) a reward.
"""

import numpy as np

from engine.arrays import Array, with_room

IMAGINARY = 20.0
"""How many imaginary rewards of 1/2 the running mean starts with."""


class Statistics:
    """Data-only sufficient statistics of (row, reward) pairs over r coordinates.

    Attributes:
        gram: G = sum of weight * x x', (r, r).
        response: h = sum of weight * reward * x, (r,).
        row_sum: f = sum of weight * x, (r,).
        count: sum of weights.
        total: sum of weight * reward.
    """

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self._gram: Array = np.zeros((max(size, 16),) * 2)
        self._sums: Array = np.zeros((2, max(size, 16)))
        self.count = 0.0
        self.total = 0.0

    @property
    def gram(self) -> Array:
        return self._gram[: self.size, : self.size]

    @property
    def response(self) -> Array:
        return self._sums[0, : self.size]

    @property
    def row_sum(self) -> Array:
        return self._sums[1, : self.size]

    @property
    def centre(self) -> float:
        """m0, the running mean reward, imaginary rewards included."""
        return (self.total + IMAGINARY / 2) / (self.count + IMAGINARY)

    def grow(self, size: int) -> None:
        """Make room for coordinates that no earlier row has: zeros."""
        self._gram = with_room(self._gram, (size, size))
        self._sums = with_room(self._sums, (2, size))
        self.size = size

    def add(self, x: Array, reward: float, weight: float = 1.0) -> None:
        """Count a reward for row ``x``; a negative weight takes it back."""
        self.gram[...] += np.outer(weight * x, x)
        self.row_sum[...] += weight * x
        self.count += weight
        self.correct(x, reward, weight)

    def correct(self, x: Array, difference: float, weight: float = 1.0) -> None:
        """Change the reward of a row that is counted already by ``difference``."""
        self.response[...] += weight * difference * x
        self.total += weight * difference

    def merge(self, other: "Statistics") -> None:
        """Count all that ``other`` counted, over the same coordinates."""
        self.grow(max(self.size, other.size))
        self.gram[: other.size, : other.size] += other.gram
        self.response[: other.size] += other.response
        self.row_sum[: other.size] += other.row_sum
        self.count += other.count
        self.total += other.total


class Posterior:
    """The belief about w that follows from the statistics, a prior and a noise level.

    Args:
        prior_sd: prior standard deviation of the score of a row of length 1,
            in units of reward.
        noise_sd: standard deviation of a reward around its expectation.
        statistics: what was seen so far; owned by the posterior from here on.
    """

    def __init__(
        self, prior_sd: float, noise_sd: float, statistics: Statistics | None = None
    ) -> None:
        self.prior_variance = prior_sd**2
        self.noise_variance = noise_sd**2
        self.statistics = statistics or Statistics()
        size = self.statistics.size
        self._covariance: Array = np.zeros((max(size, 16),) * 2)
        precision = np.eye(size) / self.prior_variance + self.statistics.gram / self.noise_variance
        self._covariance[:size, :size] = np.linalg.inv(precision)

    @property
    def covariance(self) -> Array:
        """Sigma, (r, r)."""
        size = self.statistics.size
        return self._covariance[:size, :size]

    @property
    def mean(self) -> Array:
        """mu, (r,)."""
        return self.covariance @ self._pull

    @property
    def _pull(self) -> Array:
        s = self.statistics
        pull: Array = (s.response - s.centre * s.row_sum) / self.noise_variance
        return pull

    def grow(self) -> None:
        """One coordinate more, about which only the prior is known."""
        at = self.statistics.size
        self.statistics.grow(at + 1)
        self._covariance = with_room(self._covariance, (at + 1, at + 1))
        self._covariance[at, at] = self.prior_variance

    def add(self, x: Array, reward: float, outside: float = 0.0) -> None:
        """Learn one reward.

        Args:
            x: coordinates of the row, (r,).
            reward: its reward.
            outside: squared length of the row's part outside the basis; what that
                part contributes is unknown, so it widens the noise of this reward.
        """
        noise = self.noise_variance + self.prior_variance * outside
        gain = self.covariance @ x
        self.covariance[...] -= np.outer(gain / (noise + x @ gain), gain)
        self.statistics.add(x, reward, self.noise_variance / noise)

    def correct(self, x: Array, difference: float, outside: float = 0.0) -> None:
        """Change a learned reward by ``difference``; how much is known stays the same."""
        noise = self.noise_variance + self.prior_variance * outside
        self.statistics.correct(x, difference, self.noise_variance / noise)

    def moments(self, rows: Array) -> tuple[Array, Array]:
        """Mean (K,) and covariance (K, K) of the expected rewards of K rows (K, r)."""
        spread = rows @ self.covariance
        return self.statistics.centre + spread @ self._pull, spread @ rows.T
