"""Bayesian model averaging: hypotheses weighted by their predictive densities.

Each hypothesis states the density of each reward before learning it. The product is its evidence
(marginal likelihood; MacKay, *Information Theory, Inference, and Learning Algorithms*, 2003,
chapter 28), which favours the simplest explanation of the rewards:

    (8)  weight_h <- weight_h p_h(reward) / sum over g of weight_g p_g(reward).

A small fixed share s of the weights is spread evenly over the H hypotheses after each reward, so
that each can recover (Herbster & Warmuth, *Machine Learning* 32, 1998):

    (9)  weight_h <- (1 - s) weight_h + s / H.

Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.cells import Tables
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import RewardMoments
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rates import SuccessRates
from engine.learners.learned_state import Learned

FIXED_SHARE = 1e-4
"""Share of the weights spread evenly after each reward."""
PRUNED = 40.0
"""A hypothesis with evidence below e^-40 of the best is pruned: not taught until a change."""


@dataclass(eq=False, slots=True)
class ModelAverage(Learned):
    """Weighted average of one learner for each hypothesis, all taught from the same reward on.

    Attributes:
        born: number of rewards before the first one taught.
        learners: of hypotheses that are not pruned, by position.
        log_weights, evidence: of the hypotheses, (H,), -inf if pruned; evidence is the log density
            of all rewards taught.
        log_odds: of this average against others.
    """

    born: int
    learners: dict[int, Posterior | Tables | SuccessRates]
    log_weights: Array
    evidence: Array
    log_odds: float = 0.0

    @classmethod
    def begin(
        cls, hypotheses: Sequence[Hypothesis], born: int, weights: Array, usual: float
    ) -> "ModelAverage":
        """Create an average without knowledge; hypotheses of weight 0 are pruned."""
        learners = {i: learner_of(h, usual) for i, h in enumerate(hypotheses) if weights[i] > 0}
        return cls(born, learners, _log(weights), np.where(weights > 0, 0.0, -np.inf))

    def begin_anew(self, born: int, weights: Array) -> None:
        """Reset an untaught average to a new beginning and new weights."""
        self.born, self.log_weights = born, _log(weights)
        self.evidence = np.where(weights > 0, 0.0, -np.inf)

    @property
    def is_taught(self) -> bool:
        """True if any learner has learned a reward."""
        return any(learner.count for learner in self.learners.values())

    @property
    def weights(self) -> Array:
        """Weights of the hypotheses, (H,), sum to 1."""
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    def reweigh(self, densities: Mapping[int, float]) -> float:
        """Update the weights of hypotheses by their log densities of a reward; return the log
        density of the average."""
        evidence = self.evidence.tolist()
        for i, density in densities.items():
            evidence[i] += density
        self.evidence = np.array(evidence)
        if len(densities) == 1:
            return next(iter(densities.values()))
        logs: list[float] = self.log_weights.tolist()
        joint = {i: logs[i] + density for i, density in densities.items()}
        top = max(joint.values())
        weights = {i: math.exp(log - top) for i, log in joint.items()}
        total, share = sum(weights.values()), FIXED_SHARE / len(weights)
        for i, weight in weights.items():
            logs[i] = math.log(weight / total * (1 - FIXED_SHARE) + share)  # (8), (9)
        self.log_weights = np.array(logs)
        least = max(evidence) - PRUNED
        if hopeless := [i for i in densities if evidence[i] < least]:
            self._prune(hopeless)
        return top + math.log(total)

    def drop(
        self, positions: Sequence[int], hypotheses: Sequence[Hypothesis], usual: float
    ) -> None:
        """Prune hypotheses regardless of evidence; the pruned ones restart if no other is left."""
        dropped = [i for i in positions if i in self.learners]
        if not dropped:
            return
        if len(dropped) == len(self.learners):
            self.restore(hypotheses, usual)
        self._prune(dropped)

    def _prune(self, hopeless: list[int]) -> None:
        for i in hopeless:
            del self.learners[i]
        self.log_weights[hopeless] = self.evidence[hopeless] = -np.inf
        self.log_weights = _log(self.weights)

    def restore(self, hypotheses: Sequence[Hypothesis], usual: float) -> None:
        """Restart pruned hypotheses with the weight of a fixed share."""
        asleep = [i for i in range(len(hypotheses)) if i not in self.learners]
        weights = self.weights
        weights[asleep] = FIXED_SHARE / len(weights)
        self.log_weights = _log(weights / weights.sum())
        self.evidence[asleep] = self.evidence.max()
        known = self.learners
        self.learners = {i: known.get(i, learner_of(h, usual)) for i, h in enumerate(hypotheses)}


def learner_of(hypothesis: Hypothesis, usual: float) -> Posterior | Tables | SuccessRates:
    """Create a learner of one hypothesis, by the usual reward."""
    if hypothesis.by == "cells":
        return Tables(hypothesis.crosses, RewardMoments(usual))
    if hypothesis.by == "rates":
        return SuccessRates(hypothesis.crosses, usual)
    return Posterior(hypothesis, level=usual)


def _log(weights: Array) -> Array:
    """Logarithm with -inf for 0."""
    return np.log(weights, out=np.full(weights.shape, -np.inf), where=weights > 0)
