"""Change-point detection: replace the learners after a change of all tastes.

After such a change a learner without knowledge predicts better than the learners so far. Beside the
current average of learners (the bank) runs a challenger that began later. It starts with prior odds
(`SELDOM`, `AGAIN`), restarts whenever its odds fall below them, and takes over once its evidence
has made up for them: the generalised likelihood ratio test of Page (*Biometrika* 41, 1954), with
the challenger's predictive density as the alternative. A replaced bank is kept while it may still
be right.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.averaging import ModelAverage, in_proportion
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import CENTRE, Observation, RewardHistory, is_rare, log_sum
from engine.learners.learned_state import Learned

SELDOM, AGAIN = 1e-7, 1e-5
"""Prior odds that tastes changed just now: as long as they never did, and from then on. Where they
never do, each reward is taken for a change with at most these odds, which add up over a crowd: at
1e-5, one was announced in 2 of 408 crowds of 1,500, at 1e-6 and at 3e-7 in 1 of 480 each."""
CARRIED_WEIGHT = 0.99
"""Share of a new bank's weights taken from the current bank: tastes change, the noise of rewards
need not."""
MISFIT = 20
"""Prior: one in so many rewards is explained by no bank. A bank is compared with a noisier one like
it, so that misfit is not taken for change. The share is learned: where rewards are certain, a few
unexpected ones are a change (found after 6 rewards of a table of 36 certain rows, and after 18 with
a share fixed at 1/20)."""
GROWN_UP, PROMISING = 150, -3.0
"""A challenger restarts after so many rewards unless its log odds are better: by then it has
learned the same as the current bank, so its odds stand still and no change is found."""
SETTLED = 50
"""Rewards a bank must have learned before its challenger began, for a takeover to be reported as
a change. Earlier takeovers correct misleading first rewards: in crowds of worlds without changes
they came from challengers that began after 8, 36 and 37 rewards."""
BY_RATES = 50.0
"""Factor on the prior odds of rates where a rare usual reward is stated: to models of rewards of
any size, one visitor without a reward says too much."""
_ROUNDING = 1e-9
"""Largest difference of log odds taken for rounding: a challenger no better than the current bank
restarts."""
HOPELESS = -12.0
"""Log odds at which a replaced bank is dropped."""


class ChangeDetector(Learned):
    """Banks of learners: the current one, then a replaced one, then the challenger; a single bank
    if tastes are assumed constant.

    Attributes:
        changes: of each change, the number of rewards when it was found, and when the new bank
            began.
        unexplained: number of rewards explained by no bank.
    """

    STATE = ("hypotheses", "may_change", "banks", "changes", "rewards", "unexplained")

    def __init__(
        self,
        hypotheses: Sequence[Hypothesis],
        may_change: bool,
        priced: bool = True,
        usual: float = CENTRE,
        prices: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.hypotheses = tuple(hypotheses)
        self.may_change = may_change
        prior = [hypothesis.odds for hypothesis in self.hypotheses]
        if is_rare(usual):
            for i in self._rates:
                prior[i] *= BY_RATES
        self.rewards = RewardHistory(priced, usual, prices)
        self.banks = [ModelAverage.begin(self.hypotheses, 0, in_proportion(prior), usual)]
        self.changes: list[tuple[int, int]] = []
        self.unexplained = 0.0
        if may_change:
            self._challenge()

    @property
    def learned(self) -> int:
        """Number of rewards."""
        return self.rewards.count

    @property
    def odds(self) -> list[float]:
        """Weights of the banks, sum to 1."""
        top = max(bank.log_odds for bank in self.banks)
        return in_proportion([math.exp(bank.log_odds - top) for bank in self.banks])

    @property
    def weights(self) -> Array:
        """Weights of the hypotheses over all banks, (H,)."""
        return np.asarray(np.dot(self.odds, [bank.weights for bank in self.banks]))

    @property
    def misfit(self) -> float:
        """Probability that no bank explains the next reward."""
        return (1.0 + self.unexplained) / (MISFIT + self.learned)

    @property
    def _prior(self) -> float:
        """Log odds of a new challenger."""
        return math.log(AGAIN if self.changes else SELDOM)

    def reweigh(self, reward: float, densities: Sequence[Mapping[int, float]], action: str) -> None:
        """Update all weights by each bank's log densities of a reward; see `ModelAverage`."""
        chance = math.log(self.misfit) + self.rewards.log_density(reward, action)
        explains = math.log1p(-self.misfit)
        self.rewards.count_reward(reward, action)
        evidence = [
            log_sum(explains + bank.reweigh(density), chance)
            for bank, density in zip(self.banks, densities, strict=True)
        ]
        self.unexplained += math.exp(chance - max(evidence))
        for bank, density in zip(self.banks, evidence, strict=True):
            bank.log_odds += density
        best = max(self.banks, key=attrgetter("log_odds"))
        top = best.log_odds
        for bank in self.banks:
            bank.log_odds -= top
        if self.may_change:
            self._compare(best)

    def adapt(self, seen: Observation) -> None:
        """Restart pruned hypotheses once rewards are no longer of two values, with which the
        evidence against them came; drop rates unless rewards are of two values, and successes rare.
        """
        for bank in self.banks:
            if self.rewards.binary and not seen.binary:
                bank.restore(self.hypotheses, self.rewards.usual)
            if self.rewards.common or not seen.binary:
                bank.drop(self._rates, self.hypotheses, self.rewards.usual)

    @cached_property
    def _rates(self) -> list[int]:
        """Positions of the hypotheses of rates beside others."""
        rates = [i for i, of in enumerate(self.hypotheses) if of.by == "rates"]
        return rates if len(rates) < len(self.hypotheses) else []

    def _compare(self, best: ModelAverage) -> None:
        if best is self.banks[-1]:
            self._take_over()
            return
        if best is not self.banks[0]:
            self.banks[:2] = self.banks[1::-1]
        last = self.banks[-1]
        old = self.learned - last.born >= GROWN_UP and last.log_odds < PROMISING
        if old or last.log_odds <= self._prior + _ROUNDING:
            self._challenge_anew()
        if len(self.banks) == 3 and self.banks[1].log_odds < HOPELESS:
            del self.banks[1]

    def _take_over(self) -> None:
        """Make the challenger the current bank, and keep the better of the others."""
        *others, challenger = self.banks
        challenger.restore(self.hypotheses, self.rewards.usual)
        if challenger.born - others[0].born >= SETTLED:
            self.changes.append((self.learned, challenger.born))
        self.banks = [challenger, max(others, key=attrgetter("log_odds"))]
        self._challenge()

    def _challenge_anew(self) -> None:
        """Restart the challenger; an untaught one is reused, as most fall behind at once."""
        first, last, carried = self.banks[0], self.banks[-1], self._carried()
        awake = {i for i, weight in enumerate(carried) if weight}
        if last.learners.keys() == awake and not last.is_taught:
            last.begin_anew(self.learned, carried)
            last.log_odds = first.log_odds + self._prior
        else:
            del self.banks[-1]
            self._challenge()

    def _challenge(self) -> None:
        usual, weights = self.rewards.usual, self._carried()
        challenger = ModelAverage.begin(self.hypotheses, self.learned, weights, usual)
        challenger.log_odds = self.banks[0].log_odds + self._prior
        self.banks.append(challenger)

    def _carried(self) -> list[float]:
        """Weights of the H hypotheses in a new challenger, without rates beside others: their
        exposures follow from early guesses, so new ones fit better without any change."""
        first, rates, weights = self.banks[0], self._rates, [0.0] * len(self.hypotheses)
        others = [i for i in range(len(weights)) if i not in rates]
        awake = [i for i in first.learners if i not in rates] or others
        current, share = first.weights, (1 - CARRIED_WEIGHT) / len(awake)
        for i in awake:
            weights[i] = CARRIED_WEIGHT * current[i] + share
        return in_proportion(weights)
