"""Bayesian model averaging: each hypothesis weighed by its predictive density.

Every hypothesis tells the density of each reward before it learns it; the product is its
evidence (its marginal likelihood; MacKay, *Information Theory, Inference, and Learning
Algorithms*, 2003, chapter 28), which prefers the simplest account that explains the rewards:

    (8)  weight_h <- weight_h p_h(reward) / sum over g of weight_g p_g(reward).

A small fixed share s of the weights is spread evenly over the H hypotheses after each reward,
so that one can come back (Herbster & Warmuth, *Machine Learning* 32, 1998):

    (9)  weight_h <- (1 - s) weight_h + s / H.

Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.posterior import Posterior
from engine.learners.state import Learned

FIXED_SHARE = 1e-4
"""Share of the weights that is spread evenly after each reward."""
PRUNED = 40.0
"""A hypothesis whose evidence is e^-40 of the best is pruned: taught no more until a change."""


@dataclass(eq=False, slots=True)
class ModelAverage(Learned):
    """Posteriors averaged by weight: one for each hypothesis, all taught since the same reward.

    Attributes:
        born: how many rewards there were before.
        learners: None for one that sleeps.
        log_weights: of the hypotheses, (H,).
        evidence: log density of all rewards since the bank began, by each hypothesis, (H,);
            -inf for one that sleeps.
    """

    born: int
    learners: list[Posterior | None]
    log_weights: Array
    evidence: Array

    @classmethod
    def begin(cls, hypotheses: Sequence[Hypothesis], born: int, weights: Array) -> "ModelAverage":
        """An average that knows nothing; hypotheses of weight 0 are pruned."""
        awake = weights > 0
        learners = [
            Posterior(hypothesis) if wakes else None
            for hypothesis, wakes in zip(hypotheses, awake.tolist(), strict=True)
        ]
        asleep = np.where(awake, 0.0, -np.inf)
        return cls(born, learners, np.log(np.where(awake, weights, 1.0)) + asleep, asleep)

    @property
    def weights(self) -> Array:
        """Weights of the hypotheses, (H,), sum to 1."""
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    def reweigh(self, densities: Array) -> float:
        """Weigh the hypotheses by their log densities of a reward, (H,); -inf where pruned.

        Returns:
            the log density by the average as a whole.
        """
        taught = self.awake
        if sum(taught) == 1:
            self.evidence = self.evidence + densities
            return float(densities[taught.index(True)])
        awake = np.array(taught)
        joint = np.log(self.weights + 1e-300) + densities
        top = float(joint.max())
        weights = np.exp(joint - top)
        total = float(weights.sum())
        spread = FIXED_SHARE / awake.sum()
        weights = weights / total * (1 - spread * awake.sum()) + spread * awake  # (8), (9)
        with np.errstate(divide="ignore"):
            self.log_weights = np.log(weights)
        self.evidence = self.evidence + densities
        self._prune()
        return top + math.log(total)

    def _prune(self) -> None:
        hopeless = self.evidence < self.evidence.max() - PRUNED
        for i in np.flatnonzero(hopeless).tolist():
            self.learners[i] = None
            self.log_weights[i] = self.evidence[i] = -np.inf

    @property
    def awake(self) -> list[bool]:
        """Which hypotheses are taught, (H,): those that are not pruned."""
        return [learner is not None for learner in self.learners]

    def begin_anew(self, born: int) -> None:
        """Forget the densities of rewards that nobody was taught."""
        self.born = born
        self.evidence = np.where(self.awake, 0.0, -np.inf)

    def restore(self, hypotheses: Sequence[Hypothesis]) -> None:
        """Let those that were pruned begin anew, with the share that any hypothesis keeps."""
        asleep = [i for i, learner in enumerate(self.learners) if learner is None]
        for i in asleep:
            self.learners[i] = Posterior(hypotheses[i])
            self.evidence[i] = self.evidence.max()
        weights = self.weights
        weights[asleep] = FIXED_SHARE / len(weights)
        self.log_weights = np.log(weights / weights.sum())
