"""What a model believes about the actions on offer."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array

OWN = 0.05
"""Share of an action's variance that is its own, at least."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Belief about the expected rewards of K offered actions: a mixture of joint Gaussians: weights
    of the H parts, (H,), sum to 1; means, (H, K), in units of reward; covariances, (H, K, K); and
    the position of each part's source among the learner's hypotheses; and the covariances (H, K, K)
    before any reward, each up to a scale, where they are known."""

    weights: Array
    means: Array
    covariances: Array
    before: Array | None = None

    @classmethod
    def of_one(cls, mean: Array, covariance: Array) -> "Belief":
        """A single Gaussian."""
        return cls(np.ones(1), mean[None], covariance[None])

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

    @property
    def widths(self) -> Array:
        """Widths of the bells, (K,): standard deviations of the whole in what decides between the
        actions, without what they share, which moves all alike. What is known of one action from
        the start, because it is longer or more like the others, is no knowledge: before any reward
        all are as wide."""
        own = _apart(self.covariances)
        if self.before is not None:
            prior = _apart(self.before)
            own = own * prior.mean(axis=-1, keepdims=True) / prior
        return np.asarray(np.sqrt(self.weights @ (own + (self.means - self.mean) ** 2)))

    def only(self, positions: list[int]) -> "Belief":
        """The belief about some of the actions."""
        inner = self.covariances[:, positions][:, :, positions]
        before = None if self.before is None else self.before[:, positions][:, :, positions]
        return Belief(self.weights, self.means[:, positions], inner, before)


def _apart(covariances: Array) -> Array:
    """Variances (..., K) less the mean covariance of two actions, of (..., K, K)."""
    own: Array = np.diagonal(covariances, axis1=-2, axis2=-1)
    size = own.shape[-1]
    if size == 1:
        return own
    shared = (covariances.sum(axis=(-1, -2)) - own.sum(axis=-1)) / (size * (size - 1))
    return np.asarray(np.maximum(own - np.maximum(shared, 0.0)[..., None], OWN * own))
