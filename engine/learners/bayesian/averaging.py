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
    """Weighted average of learners, one per hypothesis, with the same first reward.

    Attributes:
        born: number of rewards before the first one taught.
        learners: of hypotheses that are not pruned, by position.
        weights: of the H hypotheses, sum to 1; 0 if pruned.
        evidence: log density by each hypothesis of all rewards taught; -inf if pruned.
        log_odds: of this average against others.
    """

    born: int
    learners: dict[int, Posterior | Tables | SuccessRates]
    weights: list[float]
    evidence: list[float]
    log_odds: float = 0.0

    @classmethod
    def begin(
        cls, hypotheses: Sequence[Hypothesis], born: int, weights: Sequence[float], usual: float
    ) -> "ModelAverage":
        """Create an average without knowledge; hypotheses of weight 0 are pruned."""
        learners = {i: learner_of(h, usual) for i, h in enumerate(hypotheses) if weights[i]}
        return cls(born, learners, [*weights], _no_evidence(weights))

    def begin_anew(self, born: int, weights: Sequence[float]) -> None:
        """Reset an untaught average to a new beginning and new weights."""
        self.born, self.weights, self.evidence = born, [*weights], _no_evidence(weights)

    @property
    def is_taught(self) -> bool:
        """True if any learner has learned a reward."""
        return any(learner.count for learner in self.learners.values())

    def reweigh(self, densities: Mapping[int, float]) -> float:
        """Update the weights of hypotheses by their log densities of a reward; return the log
        density of the average."""
        weights, evidence = self.weights, self.evidence
        for i, density in densities.items():
            evidence[i] += density
        if len(densities) == 1:
            return next(iter(densities.values()))
        top = max(densities.values())
        joint = {i: weights[i] * math.exp(density - top) for i, density in densities.items()}
        total = sum(joint.values())
        kept, share = (1 - FIXED_SHARE) / total, FIXED_SHARE / len(joint)
        for i, weight in joint.items():
            weights[i] = kept * weight + share  # (8), (9)
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
            self.weights[i], self.evidence[i] = 0.0, -math.inf
        self.weights = in_proportion(self.weights)

    def restore(self, hypotheses: Sequence[Hypothesis], usual: float) -> None:
        """Restart pruned hypotheses with the weight of a fixed share."""
        known, best, weights = self.learners, max(self.evidence), self.weights
        for i in range(len(hypotheses)):
            if i not in known:
                weights[i], self.evidence[i] = FIXED_SHARE / len(weights), best
        self.weights = in_proportion(weights)
        self.learners = {i: known.get(i, learner_of(h, usual)) for i, h in enumerate(hypotheses)}


def learner_of(hypothesis: Hypothesis, usual: float) -> Posterior | Tables | SuccessRates:
    """Create a learner of one hypothesis, by the usual reward."""
    if hypothesis.by == "cells":
        return Tables(hypothesis.crosses, RewardMoments(usual))
    if hypothesis.by == "rates":
        return SuccessRates(hypothesis.crosses, usual)
    return Posterior(hypothesis, level=usual)


def in_proportion(weights: Sequence[float]) -> list[float]:
    """Weights that sum to 1."""
    total = sum(weights)
    return [weight / total for weight in weights]


def _no_evidence(weights: Sequence[float]) -> list[float]:
    """Evidence of hypotheses before the first reward."""
    return [0.0 if weight else -math.inf for weight in weights]
