"""Thompson sampling, the engine's own policy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.learners.belief import Belief
from engine.policies.base import CODE, Decision, Knob, Normals, Policy, pick, ties

_TOGETHER = 4
"""Beliefs that are drawn from at once: their draws stay in a core's own memory."""


@dataclass(frozen=True, slots=True)
class Thompson(Policy):
    """Thompson sampling: each action as often as it is the best of draws that agree.

    Draws from the bell of each action, mean + width x `Belief.widths` x z; counts how often each is
    the highest, and raises these frequencies to the power ``agreement``: the chance that so many
    draws agree on it. Mixes in a floor, half of it uniform and half on the baseline action, so that
    every propensity is positive. One of the very draws that were counted for the action is named.

    Bells are drawn from one by one, so chances follow from the bells that can be seen, and before
    any reward all actions have the same. Joint draws earn no more:
    what all actions share decides nothing, and of many that are alike one that is hidden among them
    is found sooner. Textbook Thompson sampling (agreement 1: Thompson 1933; Russo et al. 2018, *A
    Tutorial on Thompson Sampling*, section 3) explores more than pays within thousands of visitors.
    Narrower draws explore less (Chapelle & Li 2011, *An Empirical Evaluation of Thompson Sampling*,
    section 3), but of everything; draws that must agree drop what has little chance and keep what
    is in contest. Numbers of equations as in ``engine/README.md``.

    Attributes:
        draws: number of posterior draws.
        floor: share of decisions left to chance; a propensity is at least floor / 2K.
        width: factor on the belief's standard deviation when drawing; 0 follows the best guess.
        agreement: how many draws must agree; 1 is textbook Thompson sampling.
    """

    key = "thompson"
    label = "Thompson sampling"
    story = (
        "Draws what each action may earn from its bell, and shows the highest; draws that must "
        "agree on it: {agreement}. {floor} of offers are left to chance."
    )
    knobs = (
        Knob("floor", "exploration floor", range(101), "percent", parts=100),
        Knob("agreement", "draws that must agree", (1, 2, 4, 8)),
    )
    bounds = (("draws", 64, 65_536), ("floor", 0, 1), ("width", 0, 4), ("agreement", 1, 16))
    needs_doubt = True

    draws: int = 4_096
    floor: float = 0.05
    width: float = 1.0
    agreement: int = 4

    def __post_init__(self) -> None:
        Policy.__post_init__(self)
        if self.floor == self.width == 0:
            why = "a Thompson policy with neither width nor floor never explores, which is Greedy()"
            refuse(CODE, "policy", self, f"free of contradiction: {why}")

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        size = belief.means.shape[1]
        chance = self._chance(size)
        if self.width == 0:
            agreed, errors = ties(belief.mean), np.zeros(size)
        else:
            table = normals.table(self.draws, size)
            mean, bells = belief.mean, self.width * belief.widths
            (winners,) = _winners(mean[None], bells[None], table, normals.furthest)
            counts = np.bincount(winners, minlength=size)
            agreed = self._agreed(counts)
            errors = (1 - self.floor) * _standard_errors(counts, self.draws, self.agreement)
        probabilities = (1 - self.floor) * agreed + self.floor * chance  # (10)
        if rng.random() < self.floor:
            return Decision(probabilities, errors, pick(chance, rng), "random")
        chosen = pick(agreed, rng)
        if self.width == 0:
            return Decision(probabilities, errors, chosen, "best")
        counted = np.flatnonzero(winners == chosen)
        decisive = int(counted[rng.integers(len(counted))])
        drawn = mean + bells * table[:, decisive]
        return Decision(probabilities, errors, chosen, "draw", drawn)

    def probabilities(self, beliefs: Belief, normals: Normals) -> Array:
        if self.width == 0:
            return Policy.probabilities(self, beliefs, normals)
        size = beliefs.means.shape[-1]
        table = normals.table(self.draws, size)
        wins = _wins(beliefs.mean, self.width * beliefs.widths, table, normals.furthest)
        return np.asarray((1 - self.floor) * self._agreed(wins) + self.floor * self._chance(size))

    def kept(self, actions: int) -> Array:
        return self.floor * self._chance(actions)

    def wins(self, probabilities: Array) -> Array | None:
        """The root of what agreed, normalised."""
        if self.agreement == 1 or self.width == 0 or self.floor == 1:
            return None
        agreed = np.maximum(probabilities - self.kept(len(probabilities)), 0.0)
        won: Array = agreed ** (1 / self.agreement)
        won /= won.sum()
        return won

    def best_match(self, actions: int) -> float:
        """1 - floor / 2 + floor / 2K: half of the floor is the baseline's."""
        return 1 - self.floor / 2 + self.floor / (2 * actions)

    def _chance(self, size: int) -> Array:
        """What the floor is made of, (K,)."""
        chance = np.full(size, 0.5 / size)
        chance[0] += 0.5
        return chance

    def _agreed(self, counts: NDArray[np.int_]) -> Array:
        """The frequencies that the counts come to, (..., K)."""
        agreed: Array = (counts / counts.max(axis=-1, keepdims=True)) ** self.agreement
        agreed /= agreed.sum(axis=-1, keepdims=True)
        return agreed


def _standard_errors(counts: NDArray[np.int_], draws: int, power: int) -> Array:
    """Standard errors of frequencies raised to a power and normalised, by the delta method.

    With p the frequencies, q those powers, normalised, and n draws, the variance of q_a is
    (power q_a)^2 ((1 - 2 q_a) / p_a + sum over b of q_b^2 / p_b) / n: p (1 - p) / n for power 1.
    A draw more for each action keeps 0 and 1 honest.
    """
    p: Array = (counts + 1) / (draws + len(counts))
    q = p**power
    q /= q.sum()
    spread = (1 - 2 * q) / p + (q * q / p).sum()
    return np.asarray(power * q * np.sqrt(np.maximum(spread, 0.0) / draws))


def _winners(means: Array, bells: Array, table: Array, furthest: float) -> NDArray[np.uint8]:
    """Which of K actions is the highest in each draw, the first of equals, (N, draws), for N
    beliefs (N, K), out of normal numbers, (K, draws). What cannot be even with the furthest of them
    in any belief is not drawn."""
    reach = bells * furthest
    least = (means - reach).max(axis=1, keepdims=True)
    able = np.flatnonzero((means + reach >= least).any(axis=0))
    winners = np.full((len(means), table.shape[1]), able[0], dtype=np.uint8)
    best = _drawn(means, bells, table, able[0])
    for k in able[1:]:
        drawn = _drawn(means, bells, table, k)
        higher = (drawn > best).view(np.uint8)
        higher *= np.uint8(k)
        np.maximum(winners, higher, out=winners)
        np.maximum(best, drawn, out=best)
    return winners


def _drawn(means: Array, bells: Array, table: Array, k: int) -> Array:
    """The draws of an action, (N, draws)."""
    drawn: Array = bells[:, k, None] * table[k]
    drawn += means[:, k, None]
    return drawn


def _wins(means: Array, bells: Array, table: Array, furthest: float) -> NDArray[np.int_]:
    """How many draws each action wins, (N, K)."""
    wins = np.empty(means.shape, dtype=np.int_)
    for at in range(0, len(means), _TOGETHER):
        some = slice(at, at + _TOGETHER)
        winners = _winners(means[some], bells[some], table, furthest)
        for k in range(means.shape[1]):
            wins[some, k] = np.count_nonzero(winners == k, axis=1)
    return wins
