"""What a model believes about the actions on offer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.arrays import Array

OWN = 1e-3
"""Variance that an action has for itself at least, as a share of what all have on average."""
_NEGLIGIBLE = 1e-9
"""The same as a share of its variance: ties are split evenly."""


@dataclass(frozen=True, eq=False)
class Before:
    """Covariances of K actions before any reward in H parts of a belief, (H, K, K), each up to a
    scale."""

    covariances: Array

    @cached_property
    def shares(self) -> Array:
        """What makes all actions as wide, before any reward, (H, K)."""
        own = _apart(self.covariances)
        return np.asarray(own.mean(axis=-1, keepdims=True) / own)


@dataclass(frozen=True)
class Belief:
    """Belief about the expected rewards of K offered actions: a mixture of joint Gaussians: weights
    of the H parts, (H,), sum to 1; means, (H, K), in units of reward; covariances, (H, K, K); and
    those before any reward, where they are known. In C contexts at once, means are (H, C, K),
    covariances (H, C, K, K). A belief that is kept has room for what was found out about it."""

    weights: Array
    means: Array
    covariances: Array
    before: Before | None = None
    known: dict[Any, Any] | None = field(default=None, compare=False)

    @classmethod
    def of_one(cls, mean: Array, covariance: Array) -> "Belief":
        """A single Gaussian."""
        return cls(np.ones(1), mean[None], covariance[None])

    @cached_property
    def mean(self) -> Array:
        """Expected rewards, (K,)."""
        return self._mixed(self.means)

    @property
    def sds(self) -> Array:
        """Standard deviation of each part, (H, K)."""
        variances = np.diagonal(self.covariances, axis1=-2, axis2=-1)
        return np.asarray(np.sqrt(np.maximum(variances, 0.0)))

    @property
    def sd(self) -> Array:
        """Standard deviation of the whole, (K,): within the parts and between them."""
        squares = self.sds**2 + (self.means - self.mean) ** 2
        return np.asarray(np.sqrt(self._mixed(squares)))

    @cached_property
    def widths(self) -> Array:
        """Widths of the bells, (K,): standard deviations of the whole in what decides between the
        actions, without what all share, which moves all alike. What is known of one action from
        the start, because it is longer or more like the others, is no knowledge: before any reward
        all are as wide."""
        own = _apart(self.covariances)
        if self.before is not None:
            shares = self.before.shares
            own *= shares if own.ndim == 2 else shares[:, None]
        return np.asarray(np.sqrt(self._mixed(own + (self.means - self.mean) ** 2)))

    def _mixed(self, values: Array) -> Array:
        """Those of the parts by weight, (H, ...)."""
        mixed = self.weights @ values.reshape(len(values), -1)
        return np.asarray(mixed.reshape(values.shape[1:]))

    def only(self, positions: list[int]) -> "Belief":
        """The belief about some of the actions."""
        inner = self.covariances[..., positions, :][..., positions]
        before = self.before
        if before is not None:
            before = Before(before.covariances[:, positions][:, :, positions])
        return Belief(self.weights, self.means[..., positions], inner, before)

    @classmethod
    def together(cls, beliefs: Sequence["Belief"]) -> "Belief":
        """Those of one learner about the same actions in C contexts, as one."""
        means = np.stack([belief.means for belief in beliefs], axis=1)
        covariances = np.stack([belief.covariances for belief in beliefs], axis=1)
        return replace(beliefs[0], means=means, covariances=covariances, known=None)

    def each(self) -> list["Belief"]:
        """Those in each of C contexts."""
        pairs = zip(self.means.swapaxes(0, 1), self.covariances.swapaxes(0, 1), strict=True)
        return [replace(self, means=mean, covariances=inner, known=None) for mean, inner in pairs]


def _apart(covariances: Array) -> Array:
    """Variances (..., K) less what all share, of (..., K, K): the least of all covariances. Scaled
    or shifted as a whole, they give the same, up to that scale."""
    own: Array = covariances.diagonal(axis1=-2, axis2=-1)
    shared = covariances.reshape(*own.shape[:-1], -1).min(axis=-1, keepdims=True)
    mean = own.sum(axis=-1, keepdims=True) / own.shape[-1]
    least = OWN * (mean - shared) + _NEGLIGIBLE * own
    return np.asarray(own - shared + least)
