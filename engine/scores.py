"""What a model believes about the actions on offer."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array


@dataclass(frozen=True, slots=True)
class Scores:
    """Belief about the expected rewards of K offered actions: jointly Gaussian.

    Attributes:
        mean: (K,), in units of reward.
        covariance: (K, K).
    """

    mean: Array
    covariance: Array

    @property
    def sd(self) -> Array:
        """Marginal standard deviations, (K,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
