"""Thompson sampling, the engine's own policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.learners.belief import Belief
from engine.policies.base import CODE, Decision, Knob, Normals, Policy, pick, ties


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
        "Draws what each action may earn from its bell, and shows the highest. Draws that must "
        "agree on it: {agreement}; offers left to chance: {floor}."
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
            found = _Outcome(ties(belief.mean), np.zeros(size))
        else:
            found = self._outcome(belief, normals)
        probabilities = (1 - self.floor) * found.agreed + self.floor * chance  # (10)
        if rng.random() < self.floor:
            return Decision(probabilities, found.errors, pick(chance, rng), "random")
        chosen = pick(found.agreed, rng)
        if self.width == 0:
            return Decision(probabilities, found.errors, chosen, "best")
        counted = found.draws_of(chosen, self.draws)
        decisive = int(counted[rng.integers(len(counted))])
        normal = normals.table(self.draws, size)[:, decisive]
        drawn = belief.mean + self.width * belief.widths * normal
        return Decision(probabilities, found.errors, chosen, "draw", drawn)

    def _outcome(self, belief: Belief, normals: Normals) -> "_Outcome":
        """What the draws come to; looked up for a belief that is asked for again and again."""
        asked = self, normals.seed
        if belief.known is not None and asked in belief.known:
            known: _Outcome = belief.known[asked]
            return known
        size = belief.means.shape[1]
        able, won, times = _won(belief.mean, self.width * belief.widths, normals, self.draws)
        counts = np.zeros(size, dtype=np.int_)
        counts[able] = times
        errors = (1 - self.floor) * _standard_errors(counts, self.draws, self.agreement)
        found = _Outcome(self._agreed(counts), errors, able, won)
        if belief.known is not None:
            belief.known[asked] = found.packed()
        return found

    def probabilities(self, beliefs: Belief, normals: Normals) -> Array:
        if self.width == 0:
            return Policy.probabilities(self, beliefs, normals)
        size = beliefs.means.shape[-1]
        wins = _wins(beliefs.mean, self.width * beliefs.widths, normals, self.draws)
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


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What many draws from the bells of K actions come to.

    Attributes:
        agreed: how often each is shown for them, (K,).
        errors: standard errors of its probability, (K,).
        able: the actions that could be the highest.
        won: whether each of these is, draw by draw; or packed as bits.
    """

    agreed: Array
    errors: Array
    able: Sequence[int] = ()
    won: Sequence[NDArray[np.bool_] | NDArray[np.uint8]] = ()

    def draws_of(self, action: int, draws: int) -> NDArray[np.intp]:
        """The draws, of so many, in which an action is the highest."""
        won = self.won[self.able.index(action)]
        if won.dtype == np.uint8:
            won = np.unpackbits(won.view(np.uint8), count=draws)
        return won.nonzero()[0]

    def packed(self) -> "_Outcome":
        """The same in an eighth of the room."""
        won = [one if one.dtype == np.uint8 else np.packbits(one) for one in self.won]
        return replace(self, won=won)


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


def _able(mean: Array, bells: Array, furthest: float) -> NDArray[np.bool_]:
    """Which of the last axis' actions could be even with the highest, by the furthest normal."""
    reach = bells * furthest
    able: NDArray[np.bool_] = mean + reach >= (mean - reach).max(axis=-1, keepdims=True)
    return able


MANY = 20
"""Actions from which draws are compared in single precision first: fewer are sooner compared."""
_NEAR = 2.0**-20
"""Of the furthest that anything can be drawn, four times what single precision can be wrong by."""
_Won = tuple[list[int], Sequence[NDArray[np.bool_] | NDArray[np.uint8]], list[int]]


def _won(mean: Array, bells: Array, normals: Normals, draws: int) -> _Won:
    """The actions that could be the highest, in order; whether each is in each draw, (draws,), the
    first of equals; and in how many. What cannot be even with the furthest of them is not drawn."""
    table = normals.table(draws, len(mean))
    able = np.flatnonzero(_able(mean, bells, normals.furthest))
    if len(able) < MANY:
        return _won_exactly(mean, bells, table, able.tolist())
    near = _near(mean, bells, normals.furthest)
    normal = normals.rounded(draws, len(mean))
    if len(able) < len(mean):
        normal = normal[able]
    drawn = normal * bells[able, None].astype(np.float32)
    drawn += mean[able, None].astype(np.float32)
    bits = _highest(drawn, near)
    times: list[int] = np.bitwise_count(bits).sum(axis=1).tolist()
    if sum(times) > draws:
        return _won_exactly(mean, bells, table, able.tolist())
    return able.tolist(), list(bits), times


def _won_exactly(mean: Array, bells: Array, table: Array, able: list[int]) -> _Won:
    """The same of the actions that could be the highest, out of normal numbers, (K, draws)."""
    best = _drawn(mean, bells, table, able[0])
    won = [np.ones(len(best), dtype=np.bool_)]
    for k in able[1:]:
        drawn = _drawn(mean, bells, table, k)
        won.append(drawn > best)  # Than all before it.
        np.maximum(best, drawn, out=best)
    left = won[0].copy()
    for one in won[:0:-1]:  # What a later one won, none before it did.
        np.logical_and(one, left, out=one)
        np.logical_xor(left, one, out=left)
    won[0] = left
    return able, won, [int(np.count_nonzero(one)) for one in won]


def _near(means: Array, bells: Array, furthest: float) -> NDArray[np.float32]:
    """How near two draws of the last axis' actions may be for single precision to tell them apart
    no more."""
    near: Array = _NEAR * (np.abs(means) + bells * furthest).max(axis=-1)
    return near.astype(np.float32)


def _highest(drawn: NDArray[np.float32], near: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Which of some draws, (..., K, draws), are the highest of their actions', or near: as bits."""
    least = drawn.max(axis=-2, keepdims=True) - near[..., None, None]
    return np.packbits(drawn >= least, axis=-1)


def _drawn(mean: Array, bells: Array, table: Array, k: int) -> Array:
    """The draws of an action, (draws,)."""
    drawn: Array = bells[k] * table[k]
    drawn += mean[k]
    return drawn


_TOGETHER = 2**18
"""Draws that are compared at once: with each call NumPy lets other threads go on, and coming back
takes longer than the call where there are many."""


def _wins(means: Array, bells: Array, normals: Normals, draws: int) -> NDArray[np.int_]:
    """In how many draws each action is the highest in each context, (contexts, K); see `_won`.

    The same to the bit, in few calls: in single precision, which takes a third of the time, and
    anew where two are so near to each other in any draw that this cannot tell them apart.
    """
    wins = np.zeros(means.shape, dtype=np.int_)
    table, normal = normals.table(draws, means.shape[1]), normals.rounded(draws, means.shape[1])
    able = _able(means, bells, normals.furthest)
    many, near = able.sum(axis=1), _near(means, bells, normals.furthest)
    mean, bell = means.astype(np.float32), bells.astype(np.float32)
    left = (-many).argsort(kind="stable")
    while len(left):
        # Contexts with as many actions that could be are looked at together.
        most = int(many[left[0]])
        rows, left = np.split(left, [max(_TOGETHER // (most * draws), 1)])
        at = (~able[rows]).argsort(axis=1, kind="stable")[:, :most]
        drawn = normal[at]
        drawn *= bell[rows[:, None], at][..., None]
        drawn += mean[rows[:, None], at][..., None]
        wins[rows[:, None], at] = np.bitwise_count(_highest(drawn, near[rows])).sum(axis=2)
    for row in np.flatnonzero(wins.sum(axis=1) > draws):
        wins[row] = 0
        at = np.flatnonzero(able[row]).tolist()
        _, _, times = _won_exactly(means[row], bells[row], table, at)
        wins[row, at] = times
    return wins
