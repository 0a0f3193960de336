"""Change-point detection: since when the learners that are believed are right.

Tastes may change altogether. Then what was learned is wrong, and a learner that knows
nothing does better. Beside the average of learners that is believed stands a challenger
that began later. It has prior odds (`SELDOM`, `AGAIN`), begins anew whenever it falls behind
them, and takes over when it has made up for them: the generalised likelihood ratio test of
Page (*Biometrika* 41, 1954), with the challenger's predictive density as the alternative's.
The average that is overtaken stays as long as it may still be right.
"""

import math
from collections.abc import Mapping, Sequence
from operator import attrgetter

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.averaging import ModelAverage
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.likelihood import Rewards, log_sum
from engine.learners.learned_state import Learned

SELDOM, AGAIN = 1e-6, 1e-5
"""Prior odds that tastes changed just now: as long as they never did, and from then on. Where they
never do, each reward is taken for a change with at most these odds, which add up over a crowd: at
1e-5, one was announced in 2 of 408 crowds of 1,500."""
CARRIED_WEIGHT = 0.99
"""Share of a new bank's weights that follows those of the bank that is believed: tastes change,
how noisy rewards are need not."""
MISFIT = 20
"""One in so many rewards is expected to be explained by no bank, whatever it learned, before there
are any: so a bank is compared with what a noisier one like it would be, and misfit is not taken for
change. The share is learned: where rewards are certain, few that are not as expected are a change
(told after 6 rewards of a table of 36 certain rows, and after 18 where it stayed at 1/20)."""
GROWN_UP, PROMISING = 150, -3.0
"""A challenger that is so many rewards old begins anew, unless its log odds are better: it has
learned what the bank that it challenges has, so its odds stand still and no change is found."""
SETTLED = 50
"""Rewards that a bank learned before the challenger that overtakes it began, for that to be called
a change: before, the first few were misleading, and nobody knew any tastes yet. In crowds of worlds
that never change such were told by challengers that began after 8, 36 and 37 rewards."""
HOPELESS = -12.0
"""Log odds at which a bank that was overtaken is given up."""


class ChangeDetector(Learned):
    """The bank that is believed first, then one that it overtook, then the challenger. One bank
    alone if tastes are taken never to change. `changes` tells how many rewards there had been when
    each change was found, and when the bank that took over began; `unexplained`, how many rewards
    no bank explained."""

    STATE = ("hypotheses", "may_change", "banks", "changes", "rewards", "unexplained")

    def __init__(self, hypotheses: Sequence[Hypothesis], may_change: bool) -> None:
        self.hypotheses = tuple(hypotheses)
        self.may_change = may_change
        prior = np.array([hypothesis.odds for hypothesis in self.hypotheses])
        self.banks = [ModelAverage.begin(self.hypotheses, 0, prior / prior.sum())]
        self.changes: list[tuple[int, int]] = []
        self.rewards = Rewards()
        self.unexplained = 0.0
        if may_change:
            self._challenge()

    @property
    def learned(self) -> int:
        """How many rewards there were."""
        return self.rewards.count

    @property
    def odds(self) -> Array:
        """Weights of the banks, sum to 1."""
        logs = np.array([bank.log_odds for bank in self.banks])
        odds = np.exp(logs - logs.max())
        return np.asarray(odds / odds.sum())

    @property
    def weights(self) -> Array:
        """Weights of the hypotheses over all banks, (H,)."""
        return np.asarray(self.odds @ np.array([bank.weights for bank in self.banks]))

    @property
    def misfit(self) -> float:
        """How likely it is that no bank explains the next reward."""
        return (1.0 + self.unexplained) / (MISFIT + self.learned)

    @property
    def _prior(self) -> float:
        """Log odds that a challenger begins with."""
        return math.log(AGAIN if self.changes else SELDOM)

    def reweigh(self, reward: float, densities: Sequence[Mapping[int, float]]) -> None:
        """Weigh all by each bank's log densities of a reward: see `ModelAverage.reweigh`."""
        chance = math.log(self.misfit) + self.rewards.log_density(reward)
        explains = math.log1p(-self.misfit)
        self.rewards.add(reward)
        told = [
            log_sum(explains + bank.reweigh(found), chance)
            for bank, found in zip(self.banks, densities, strict=True)
        ]
        self.unexplained += math.exp(chance - max(told))
        for bank, density in zip(self.banks, told, strict=True):
            bank.log_odds += density
        best = max(self.banks, key=attrgetter("log_odds"))
        top = best.log_odds
        for bank in self.banks:
            bank.log_odds -= top
        if self.may_change:
            self._compare(best)

    def _compare(self, best: ModelAverage) -> None:
        if best is self.banks[-1]:
            self._take_over()
            return
        if best is not self.banks[0]:
            self.banks[:2] = self.banks[1::-1]
        last = self.banks[-1]
        old = self.learned - last.born >= GROWN_UP and last.log_odds < PROMISING
        if old or last.log_odds <= self._prior:
            self._challenge_anew()
        if len(self.banks) == 3 and self.banks[1].log_odds < HOPELESS:
            del self.banks[1]

    def _take_over(self) -> None:
        """The challenger is believed from now on; the better of the others stays."""
        *others, challenger = self.banks
        challenger.restore(self.hypotheses)
        if challenger.born - others[0].born >= SETTLED:
            self.changes.append((self.learned, challenger.born))
        self.banks = [challenger, max(others, key=attrgetter("log_odds"))]
        self._challenge()

    def _challenge_anew(self) -> None:
        """Most challengers fall behind with their first reward, untaught: such a one stays."""
        first, last = self.banks[0], self.banks[-1]
        if first.learners.keys() == last.learners.keys() and not last.is_taught:
            last.begin_anew(self.learned, self._carried())
            last.log_odds = first.log_odds + self._prior
        else:
            del self.banks[-1]
            self._challenge()

    def _challenge(self) -> None:
        challenger = ModelAverage.begin(self.hypotheses, self.learned, self._carried())
        challenger.log_odds = self.banks[0].log_odds + self._prior
        self.banks.append(challenger)

    def _carried(self) -> Array:
        """Weights that a challenger begins with, (H,)."""
        first = self.banks[0]
        awake = list(first.learners)
        weights = CARRIED_WEIGHT * first.weights
        weights[awake] += (1 - CARRIED_WEIGHT) / len(awake)
        return weights
