"""What a model believes about the actions on offer."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array


@dataclass(frozen=True, slots=True)
class Belief:
    """Belief about the expected rewards of K offered actions: a mixture of joint Gaussians: weights
    of the H parts, (H,), sum to 1; means, (H, K), in units of reward; covariances, (H, K, K); and
    the position of each part's source among the learner's hypotheses."""

    weights: Array
    means: Array
    covariances: Array
    sources: tuple[int, ...]

    @classmethod
    def of_one(cls, mean: Array, covariance: Array) -> "Belief":
        """A single Gaussian."""
        return cls(np.ones(1), mean[None], covariance[None], (0,))

    @property
    def mean(self) -> Array:
        """Expected rewards, (K,)."""
        return np.asarray(self.weights @ self.means)

    @property
    def sds(self) -> Array:
        """Standard deviation of each part, (H, K)."""
        variances = np.diagonal(self.covariances, axis1=1, axis2=2)
        return np.asarray(np.sqrt(np.maximum(variances, 0.0)))

    @property
    def sd(self) -> Array:
        """Standard deviation of the whole, (K,): within the parts and between them."""
        squares = self.sds**2 + (self.means - self.mean) ** 2
        return np.asarray(np.sqrt(self.weights @ squares))

    def only(self, positions: list[int]) -> "Belief":
        """The belief about some of the actions."""
        inner = self.covariances[:, positions][:, :, positions]
        return Belief(self.weights, self.means[:, positions], inner, self.sources)
