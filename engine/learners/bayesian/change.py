"""Change-point detection: since when the learners that are believed are right.

Tastes may change altogether. Then what was learned is wrong, and a learner that knows
nothing does better. Beside the average of learners that is believed stands a challenger
that began later. It has the prior odds `CHANGE_ODDS`, begins anew whenever it falls behind
them, and takes over when it has made up for them: the generalised likelihood ratio test of
Page (*Biometrika* 41, 1954), with the challenger's predictive density as the alternative's.
The average that is overtaken stays as long as it may still be right.
"""

import math
from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.learners.bayesian.averaging import ModelAverage
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.state import Learned

CHANGE_ODDS = 1e-4
"""Prior odds that tastes changed just now."""
CARRIED_WEIGHT = 0.99
"""Share of a new bank's weights that follows those of the bank that is believed: tastes change,
how noisy rewards are need not."""
HOPELESS = -12.0
"""Log odds at which a bank that was overtaken is given up."""


class ChangeDetector(Learned):
    """The bank that is believed first, then one that it overtook, then the challenger.

    Attributes:
        banks: those, two or three; one if tastes are taken never to change.
        log_odds: of each against the first.
        changes: how many rewards there had been when each change of tastes was found, and
            when the bank that took over began.
    """

    STATE = ("hypotheses", "may_change", "banks", "log_odds", "changes", "learned")

    def __init__(self, hypotheses: Sequence[Hypothesis], may_change: bool) -> None:
        self.hypotheses = tuple(hypotheses)
        self.may_change = may_change
        prior = np.array([hypothesis.odds for hypothesis in self.hypotheses])
        self.banks = [ModelAverage.begin(self.hypotheses, 0, prior / prior.sum())]
        self.log_odds = [0.0]
        self.changes: list[tuple[int, int]] = []
        self.learned = 0
        if may_change:
            self._challenge()

    @property
    def odds(self) -> Array:
        """Weights of the banks, sum to 1."""
        odds = np.exp(np.array(self.log_odds) - max(self.log_odds))
        return np.asarray(odds / odds.sum())

    @property
    def weights(self) -> Array:
        """Weights of the hypotheses over all banks, (H,)."""
        return np.asarray(self.odds @ np.array([bank.weights for bank in self.banks]))

    def reweigh(self, densities: Sequence[Array]) -> None:
        """Weigh all by each bank's log densities of a reward: see `ModelAverage.reweigh`."""
        self.learned += 1
        told = [bank.reweigh(found) for bank, found in zip(self.banks, densities, strict=True)]
        self.log_odds = [odds + more for odds, more in zip(self.log_odds, told, strict=True)]
        top = max(self.log_odds)
        self.log_odds = [odds - top for odds in self.log_odds]
        if self.may_change:
            self._compare()

    def _compare(self) -> None:
        best, last = self.log_odds.index(0.0), len(self.banks) - 1
        if best == last:
            self._take_over()
            return
        if best:
            self.banks[:2] = self.banks[1::-1]
            self.log_odds[:2] = self.log_odds[1::-1]
        if self.log_odds[last] <= math.log(CHANGE_ODDS):
            self._challenge_anew(last)
        if len(self.banks) == 3 and self.log_odds[1] < HOPELESS:
            self._drop(1)

    def _take_over(self) -> None:
        """The challenger is believed from now on; the better of the others stays."""
        better = self.log_odds[:-1].index(max(self.log_odds[:-1]))
        self.banks = [self.banks[-1], self.banks[better]]
        self.log_odds = [self.log_odds[-1], self.log_odds[better]]
        self.banks[0].restore(self.hypotheses)
        self.changes.append((self.learned, self.banks[0].born))
        self._challenge()

    def _challenge(self) -> None:
        first = self.banks[0]
        awake = np.array(first.awake, dtype=float)
        weights = CARRIED_WEIGHT * first.weights + (1 - CARRIED_WEIGHT) * awake / awake.sum()
        bank = ModelAverage.begin(self.hypotheses, self.learned, weights)
        self.banks.append(bank)
        self.log_odds.append(self.log_odds[0] + math.log(CHANGE_ODDS))

    def _challenge_anew(self, last: int) -> None:
        """Most challengers fall behind with their first reward, untaught: they can stay."""
        challenger, awake = self.banks[last], self.banks[0].awake
        taught = any(learner is not None and learner.count for learner in challenger.learners)
        if taught or sum(awake) != 1 or challenger.awake != awake:
            self._drop(last)
            self._challenge()
            return
        challenger.begin_anew(self.learned)
        self.log_odds[last] = self.log_odds[0] + math.log(CHANGE_ODDS)

    def _drop(self, position: int) -> None:
        del self.banks[position], self.log_odds[position]
