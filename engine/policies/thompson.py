"""Thompson sampling, the engine's own policy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.learners.belief import Belief
from engine.policies.base import CODE, Decision, Knob, Normals, Policy, pick, ties

_ROOM = 2**17
"""Drawn rewards that are held at once."""
_HELP = "Share of offers left to chance, so that every action keeps some probability."

_AGREEMENT = (
    "1 is textbook Thompson sampling: each action as often as it wins a draw from the bells. "
    "With 4, so many draws must agree: what seldom wins is hardly offered, which earns more."
)


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
        Knob("floor", "exploration floor", range(101), "percent", _HELP, parts=100),
        Knob("agreement", "draws that must agree", (1, 2, 4, 8), "", _AGREEMENT),
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
            bells = self.width * belief.widths
            drawn = belief.mean + bells * normals.table(self.draws, size)
            winners = drawn.argmax(axis=1)
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
        return Decision(probabilities, errors, chosen, "draw", drawn[decisive].copy())

    def probabilities(self, beliefs: Sequence[Belief], normals: Normals) -> Array:
        if self.width == 0:
            return Policy.probabilities(self, beliefs, normals)
        wins = self._wins(beliefs, normals)
        agreed, chance = self._agreed(wins), self._chance(wins.shape[1])
        return np.asarray((1 - self.floor) * agreed + self.floor * chance)

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

    def _wins(self, beliefs: Sequence[Belief], normals: Normals) -> NDArray[np.int_]:
        """How many draws each action wins in each context, (C, K): all contexts share the draws."""
        # By action, then by context: comparing the actions of a draw is then one pass for all.
        means = np.array([belief.mean for belief in beliefs]).T[:, :, None]
        widths = self.width * np.array([belief.widths for belief in beliefs]).T[:, :, None]
        size, contexts, _ = means.shape
        table = normals.table(self.draws, size)
        rows = max(1, _ROOM // (contexts * size))
        first = np.arange(0, contexts * size, size)[:, None]
        wins: NDArray[np.int_] = np.zeros(contexts * size, dtype=int)
        for at in range(0, self.draws, rows):
            winners = _winners(means + widths * table[at : at + rows].T[:, None, :])
            wins += np.bincount((first + winners).ravel(), minlength=len(wins))
        return np.asarray(wins.reshape(contexts, size))


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


def _winners(drawn: Array) -> NDArray[np.uint8]:
    """The `argmax` of (K, ...), the first of equals, in a third of its time."""
    best = drawn[0].copy()
    winners = np.zeros(best.shape, dtype=np.uint8)
    for k, row in enumerate(drawn[1:], start=1):
        higher = (row > best).view(np.uint8)
        higher *= np.uint8(k)
        np.maximum(winners, higher, out=winners)
        np.maximum(best, row, out=best)
    return winners
