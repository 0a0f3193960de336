"""Beliefs about the expected rewards of offered actions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.arrays import Array

OWN = 1e-3
"""Least variance of an action apart from the common one, as a share of the mean variance."""
_NEGLIGIBLE = 1e-9
"""Least variance of an action apart from the common one, as a share of its own; splits ties
evenly."""


@dataclass(frozen=True, eq=False)
class Before:
    """Prior covariances of K actions in H parts of a belief, (H, K, K), each up to a scale."""

    covariances: Array

    @cached_property
    def shares(self) -> Array:
        """Factors to equal prior widths of the actions, (H, K)."""
        own = _apart(self.covariances)
        return np.asarray(own.mean(axis=-1, keepdims=True) / own)

    @cached_property
    def relative_sds(self) -> Array:
        """Prior standard deviations of the actions, relative to their quadratic mean, (H, K)."""
        variances = np.diagonal(self.covariances, axis1=-2, axis2=-1)
        return np.asarray(np.sqrt(variances / variances.mean(axis=-1, keepdims=True)))


@dataclass(frozen=True)
class Belief:
    """A mixture of H joint Gaussians over the expected rewards of K offered actions.

    Weights (H,) sum to 1; means are (H, K), in units of reward; covariances (H, K, K), and so are
    prior covariances where they are known. For C contexts at once, means are (H, C, K) and
    covariances (H, C, K, K). Actions at the positions of `nothing` are known to earn 0, and others
    at least as much. Derived values are cached in the belief.
    """

    weights: Array
    means: Array
    covariances: Array
    before: Before | None = None
    nothing: tuple[int, ...] = ()
    known: dict[Any, Any] | None = field(default=None, compare=False)

    @classmethod
    def of_one(cls, mean: Array, covariance: Array) -> "Belief":
        """Create a single Gaussian."""
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
        """Standard deviations of the mixture, (K,): within and between the parts."""
        squares = self.sds**2 + (self.means - self.mean) ** 2
        return np.asarray(np.sqrt(self._mixed(squares)))

    @cached_property
    def widths(self) -> Array:
        """Widths of the bells, (K,): standard deviations of the mixture without the variance common
        to all actions, which decides nothing between them. Differences of prior variance, as of
        longer rows, are scaled out: before any reward all actions have the same width, and
        actions with a known price of 0 have width 0."""
        if self.nothing:
            others = self.others
            widths = np.zeros(self.mean.shape)
            widths[..., others] = self.only(others).widths if others else 0.0
            return widths
        own = _apart(self.covariances)
        if self.before is not None:
            shares = self.before.shares
            own *= shares if own.ndim == 2 else shares[:, None]
        return np.asarray(np.sqrt(self._mixed(own + (self.means - self.mean) ** 2)))

    def _mixed(self, values: Array) -> Array:
        """Average values of the parts, (H, ...), by weight."""
        mixed = self.weights @ values.reshape(len(values), -1)
        return np.asarray(mixed.reshape(values.shape[1:]))

    @property
    def others(self) -> list[int]:
        """Positions of actions without a known price of 0."""
        return [i for i in range(self.means.shape[-1]) if i not in self.nothing]

    def only(self, positions: list[int]) -> "Belief":
        """Restrict the belief to some actions."""
        inner = self.covariances[..., positions, :][..., positions]
        before = self.before
        if before is not None:
            before = Before(before.covariances[:, positions][:, :, positions])
        nothing = tuple(i for i, position in enumerate(positions) if position in self.nothing)
        return Belief(self.weights, self.means[..., positions], inner, before, nothing)

    @classmethod
    def together(cls, beliefs: Sequence["Belief"]) -> "Belief":
        """Combine one learner's beliefs about the same actions in C contexts."""
        means = np.stack([belief.means for belief in beliefs], axis=1)
        covariances = np.stack([belief.covariances for belief in beliefs], axis=1)
        return replace(beliefs[0], means=means, covariances=covariances, known=None)

    def each(self) -> list["Belief"]:
        """Split into the beliefs of C contexts."""
        pairs = zip(self.means.swapaxes(0, 1), self.covariances.swapaxes(0, 1), strict=True)
        return [replace(self, means=mean, covariances=inner, known=None) for mean, inner in pairs]


def _apart(covariances: Array) -> Array:
    """Variances (..., K) without the common one, of covariances (..., K, K): the least covariance
    is subtracted. Invariant to shifts, and to scale up to that scale."""
    own: Array = covariances.diagonal(axis1=-2, axis2=-1)
    every = covariances.reshape(*own.shape[:-1], -1)
    shared = np.minimum.reduce(every, axis=-1, keepdims=True)
    total = np.add.reduce(own, axis=-1, keepdims=True)
    # own - shared + OWN (mean - shared) + _NEGLIGIBLE own, with fewer array calls.
    removed = (1 + OWN) * shared - OWN / own.shape[-1] * total
    return np.asarray((1 + _NEGLIGIBLE) * own - removed)
