"""Thompson sampling, the engine's own policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.learners.belief import Belief
from engine.policies.base import CODE, Decision, Knob, Normals, Policy, pick, ties
from engine.policies.exploration_floor import (
    chance,
    chance_beside,
    highest_baseline_probability,
    with_floor,
)


@dataclass(frozen=True, slots=True)
class Thompson(Policy):
    """Thompson sampling, with actions chosen as often as several draws agree on them.

    A draw of an action is mean + width x `Belief.widths` x z. The frequency of the highest draw of
    each action is raised to the power ``agreement``: the probability that so many draws agree. A
    floor is mixed in (`exploration_floor`). The reported draw is one of those counted for the
    chosen action.

    Actions are drawn independently, so probabilities follow from the visible bells. Of equal bells,
    as before any reward, all have exactly the same probability, not one counted from draws. Joint
    draws earn no more: the common variance decides nothing, and a good action among many similar
    ones is found sooner. Textbook Thompson sampling (agreement 1: Thompson 1933; Russo et al. 2018,
    *A Tutorial on Thompson Sampling*, section 3) explores more than pays within thousands of
    visitors. Narrower draws reduce exploration (Chapelle & Li 2011, *An Empirical Evaluation of
    Thompson Sampling*, section 3) of all actions alike; agreement reduces it for hopeless actions
    only. Numbers of equations as in ``engine/README.md``.

    Attributes:
        draws: number of posterior draws.
        floor: share of random decisions; a propensity is at least floor / 2K.
        width: factor on the belief's standard deviation; 0 gives the best guess.
        agreement: number of draws that must agree; 1 is textbook Thompson sampling.
    """

    key = "thompson"
    label = "Thompson sampling"
    story = (
        "Takes a random sample from the bell of each action and shows the highest. "
        "Samples that must agree: {agreement}; random offers: {floor}."
    )
    knobs = (
        Knob("floor", "exploration floor", range(101), "percent", parts=100),
        Knob("agreement", "samples that must agree", (1, 2, 4, 8)),
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
        if self.width == 0:
            outcome = _Outcome(ties(belief.mean), np.zeros(size))
        else:
            outcome = self._outcome(belief, normals)
        probabilities = with_floor(outcome.agreed, self.floor)
        if rng.random() < self.floor:
            by_chance = chance_beside(outcome.agreed)
            return Decision(probabilities, outcome.errors, pick(by_chance, rng), "random")
        chosen = pick(outcome.agreed, rng)
        counted = () if self.width == 0 else outcome.draws_of(chosen, self.draws)
        if not len(counted):  # Equal bells without any width, or more of them than draws.
            return Decision(probabilities, outcome.errors, chosen, "best")
        decisive = int(counted[rng.integers(len(counted))])
        normal = normals.table(self.draws, size)[:, decisive]
        drawn = belief.mean + self.width * belief.widths * normal
        return Decision(probabilities, outcome.errors, chosen, "draw", drawn)

    def _outcome(self, belief: Belief, normals: Normals) -> "_Outcome":
        """Outcome of the draws; cached in the belief."""
        key = self, normals.seed
        if belief.known is not None and key in belief.known:
            known: _Outcome = belief.known[key]
            return known
        size = belief.means.shape[1]
        bells = self.width * belief.widths
        mean = _below(belief, bells, normals, self.draws)
        able, won, times = _won(mean, bells, normals, self.draws)
        counts = np.zeros(size, dtype=np.int_)
        counts[able] = times
        errors = (1 - self.floor) * _standard_errors(counts, self.draws, self.agreement)
        if _are_equal(*_others(belief, bells)):
            counts[belief.others or slice(None)], errors[:] = 1, 0.0
        outcome = _Outcome(self._agreed(counts), errors, able, won)
        if belief.known is not None:
            belief.known[key] = outcome.packed()
        return outcome

    def probabilities(self, beliefs: Belief, normals: Normals) -> Array:
        if self.width == 0:
            return Policy.probabilities(self, beliefs, normals)
        bells = self.width * beliefs.widths
        mean = _below(beliefs, bells, normals, self.draws)
        wins = _wins(mean, bells, normals, self.draws)
        equal = _are_equal(*_others(beliefs, bells))
        alike = np.isin(np.arange(wins.shape[-1]), beliefs.others or beliefs.nothing)
        wins[equal[:, None] & alike] = 1
        return with_floor(self._agreed(wins), self.floor)

    def kept(self, actions: int) -> Array:
        return self.floor * chance(actions)

    def wins(self, probabilities: Array) -> Array | None:
        """Root of the agreed frequencies, normalised."""
        if self.agreement == 1 or self.width == 0 or self.floor == 1:
            return None
        by_chance = self.floor * chance_beside(probabilities)
        agreed = np.maximum(probabilities - by_chance, 0.0)
        won: Array = agreed ** (1 / self.agreement)
        won /= won.sum()
        return won

    def best_match(self, actions: int) -> float:
        return highest_baseline_probability(self.floor, actions)

    def _agreed(self, counts: NDArray[np.int_]) -> Array:
        """Agreed frequencies from counts, (..., K)."""
        most = np.maximum.reduce(counts, axis=-1, keepdims=True)
        agreed: Array = (counts / most) ** self.agreement
        agreed /= np.add.reduce(agreed, axis=-1, keepdims=True)
        return agreed


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Outcome of many draws from the bells of K actions.

    Attributes:
        agreed: agreed frequencies, (K,).
        errors: standard errors of the probabilities, (K,).
        able: actions with a chance of being the highest.
        won: whether each of ``able`` is the highest, draw by draw; or packed as bits.
    """

    agreed: Array
    errors: Array
    able: Sequence[int] = ()
    won: Sequence[NDArray[np.bool_] | NDArray[np.uint8]] = ()

    def draws_of(self, action: int, draws: int) -> NDArray[np.intp]:
        """Draws in which an action is the highest."""
        won = self.won[self.able.index(action)]
        if won.dtype == np.uint8:
            won = np.unpackbits(won.view(np.uint8), count=draws)
        return won.nonzero()[0]

    def packed(self) -> "_Outcome":
        """Copy with ``won`` packed as bits."""
        return replace(self, won=[np.packbits(row) for row in self.won])


def _standard_errors(counts: NDArray[np.int_], draws: int, power: int) -> Array:
    """Standard errors of frequencies raised to a power and normalised, by the delta method.

    With p the frequencies, q those powers, normalised, and n draws, the variance of q_a is (power
    q_a)^2 ((1 - 2 q_a) / p_a + sum over b of q_b^2 / p_b) / n: p (1 - p) / n for power 1. One more
    draw for each action keeps errors at 0 and 1 positive.
    """
    p: Array = (counts + 1) / (draws + len(counts))
    q = p**power
    q /= np.add.reduce(q)
    part = q / p
    spread = 1 / p - 2 * part + q @ part
    return np.asarray(power * q * np.sqrt(np.maximum(spread, 0.0) / draws))


def _below(belief: Belief, bells: Array, normals: Normals, draws: int) -> Array:
    """Means, (..., K). Means of actions with a known price of 0 are set below every draw of the
    remaining actions, which earn at least 0 although some draws are negative."""
    if not (belief.nothing and belief.others):
        return belief.mean
    mean, others = belief.mean.copy(), belief.others
    normals.table(draws, mean.shape[-1])  # Of which the furthest number is known then.
    least = (mean - bells * normals.furthest)[..., others].min(axis=-1, keepdims=True)
    mean[..., belief.nothing] = np.nextafter(np.minimum(least, 0.0), -np.inf)
    return mean


def _others(belief: Belief, bells: Array) -> tuple[Array, Array]:
    """Means and bells, (..., K), without actions of a known price of 0, unless every price is."""
    if not (belief.nothing and belief.others):
        return belief.mean, bells
    return belief.mean[..., belief.others], bells[..., belief.others]


_EQUAL = 1e-6
"""Largest difference of equal bells, as a share of their width: too small to change the order of
draws."""


def _are_equal(mean: Array, bells: Array) -> NDArray[np.bool_]:
    """Whether all bells of the last axis are equal."""
    widest = np.maximum.reduce(bells, axis=-1)
    apart = np.maximum.reduce(mean, axis=-1) - np.minimum.reduce(mean, axis=-1)
    apart = np.maximum(apart, widest - np.minimum.reduce(bells, axis=-1))
    return np.asarray(apart <= _EQUAL * widest)


def _able(mean: Array, bells: Array, furthest: float) -> NDArray[np.bool_]:
    """Actions on the last axis that could equal the highest, by the furthest normal number."""
    reach = bells * furthest
    least = np.maximum.reduce(mean - reach, axis=-1, keepdims=True)
    able: NDArray[np.bool_] = mean + reach >= least
    return able


_Won = tuple[list[int], list[NDArray[np.bool_]], list[int]]


def _won(mean: Array, bells: Array, normals: Normals, draws: int) -> _Won:
    """Actions that could be the highest, in order; whether each is the highest in each draw,
    (draws,), first of equals; and the number of such draws. Actions below all draws of another are
    not drawn."""
    table = normals.table(draws, len(mean))
    able = _able(mean, bells, normals.furthest).nonzero()[0].tolist()
    return _won_among(able, mean, bells, table)


def _won_among(able: list[int], mean: Array, bells: Array, table: Array) -> _Won:
    """`_won` among actions that could be the highest, by normal numbers (K, draws)."""
    best = _drawn(mean, bells, table, able[0])
    won: list[NDArray[np.bool_]] = []
    for k in able[1:]:
        drawn = _drawn(mean, bells, table, k)
        won.append(drawn > best)  # Than all before it.
        np.maximum(best, drawn, out=best)
    left = ~won[-1] if won else np.ones(len(best), dtype=np.bool_)
    for bits in won[-2::-1]:  # Remove draws won by a later action from those before.
        np.logical_and(bits, left, out=bits)
        np.logical_xor(left, bits, out=left)
    won.insert(0, left)
    return able, won, [int(np.count_nonzero(bits)) for bits in won]


_NEAR = 2.0**-20
"""Four times the rounding error of single precision, relative to the furthest draw."""


def _near(means: Array, bells: Array, furthest: float) -> NDArray[np.float32]:
    """Distance of two draws below which single precision cannot order them."""
    near: Array = _NEAR * (np.abs(means) + bells * furthest).max(axis=-1)
    return near.astype(np.float32)


def _highest(drawn: NDArray[np.float32], near: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Draws (..., K, draws) that are the highest, or near it: as bits."""
    least = drawn.max(axis=-2, keepdims=True) - near[..., None, None]
    return np.packbits(drawn >= least, axis=-1)


def _drawn(mean: Array, bells: Array, table: Array, k: int) -> Array:
    """Draws of an action, (draws,)."""
    drawn: Array = bells[k] * table[k]
    drawn += mean[k]
    return drawn


_TOGETHER = 2**18
"""Draws compared at once: NumPy releases the lock of the interpreter with each call, and getting it
back takes longer than the call among many threads."""


def _wins(means: Array, bells: Array, normals: Normals, draws: int) -> NDArray[np.int_]:
    """Number of draws in which each action is the highest in each context, (contexts, K); see
    `_won`.

    Bit-identical to `_won` with fewer calls: in single precision, at a third of the time, and again
    in double precision for draws too near to be ordered.
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
        possible = np.flatnonzero(able[row]).tolist()
        _, _, times = _won_among(possible, means[row], bells[row], table)
        wins[row, possible] = times
    return wins
