"""Thompson sampling: from beliefs to a distribution over actions, and a choice from it.

Statistical bounds use the exact standard errors of the samples; chance exceeds four of them once in
16,000 times. Chi-square bounds are the quantile at .999. All seeds are fixed, so a test that passes
keeps passing.
"""

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from engine import Greedy, Thompson
from engine.arrays import Array
from engine.learners.belief import Before, Belief
from engine.policies.base import Normals
from engine.policies.exploration_floor import chance
from engine.policies.thompson import _Outcome, _wins, _won
from tests.engine.policies.beliefs import (
    chosen_counts,
    decide,
    independent,
    random_belief,
    textbook,
)
from tests.statistics import CHI_SQUARE_999, chi_square


def win_chances(mean: list[float], sd: list[float]) -> Array:
    """Probability of being highest for each of several independent normal numbers, by
    integration.
    """
    grid = np.linspace(-4, 5, 9_001)
    beliefs = [NormalDist(m, s) for m, s in zip(mean, sd, strict=True)]
    density = np.array([[b.pdf(x) for x in grid] for b in beliefs])
    below = np.array([[b.cdf(x) for x in grid] for b in beliefs])
    others = (np.prod(np.delete(below, i, axis=0), axis=0) for i in range(len(mean)))
    return np.array(
        [np.trapezoid(one * rest, grid) for one, rest in zip(density, others, strict=True)]
    )


# -- Thompson sampling: the probabilities ---------------------------------------------


@pytest.mark.parametrize("floor", [0.001, 0.05, 0.3, 1.0])
def test_every_thompson_probability_is_at_least_its_share_of_the_floor(floor: float) -> None:
    hopeless = independent([0.9, 0.1, 0.1, 0.1], [0.001] * 4)
    for belief in (hopeless, independent([0.1, 0.1, 0.1, 0.9], [0.001] * 4)):
        probabilities = decide(textbook(floor=floor), belief).probabilities
        assert np.all(probabilities >= floor / 8 * (1 - 1e-12))


def test_half_of_the_floor_is_uniform_and_half_is_the_baselines() -> None:
    probabilities = decide(textbook(floor=0.2), independent([0, 0, 9], [0.001] * 3)).probabilities
    assert probabilities == pytest.approx([0.1 + 0.1 / 3, 0.1 / 3, 0.8 + 0.1 / 3])


@pytest.mark.parametrize(
    ("mean", "variances", "covariance"),
    [
        ([0.5, 0.5], [0.04, 0.04], 0.0),
        ([0.6, 0.5], [0.04, 0.01], 0.0),
        ([0.6, 0.5], [0.04, 0.03], 0.015),
        ([0.3, 0.5], [0.04, 0.04], 0.03),
        ([0.9, 0.2], [0.03, 0.25], 0.02),
    ],
)
@pytest.mark.parametrize("table", [0, 1])
def test_of_two_actions_the_first_wins_with_the_normal_probability_of_the_difference(
    mean: list[float], variances: list[float], covariance: float, table: int
) -> None:
    """The common part of two actions changes no order, so independent samples lose no
    information.
    """
    matrix = np.array([[variances[0], covariance], [covariance, variances[1]]])
    policy = textbook(floor=0.0, width=1.0)
    actual = decide(policy, Belief.of_one(np.array(mean), matrix), table=table).probabilities[0]
    sd = math.sqrt(sum(variances) - 2 * covariance)
    exact = NormalDist().cdf((mean[0] - mean[1]) / sd)
    assert abs(actual - exact) <= 4 * math.sqrt(exact * (1 - exact) / policy.draws)


@pytest.mark.parametrize("width", [0.25, 1.0, 3.0])
def test_the_width_multiplies_the_standard_deviation_that_is_drawn_with(width: float) -> None:
    policy = textbook(floor=0.0, width=width)
    actual = decide(policy, independent([0.6, 0.5], [0.2, 0.1])).probabilities[0]
    exact = NormalDist().cdf(0.1 / (width * math.sqrt(0.05)))
    assert abs(actual - exact) <= 4 * math.sqrt(exact * (1 - exact) / policy.draws)


@pytest.mark.parametrize(
    ("mean", "sd"),
    [
        ([0.5, 0.5, 0.5, 0.5], [0.1, 0.2, 0.3, 0.4]),
        ([0.7, 0.5, 0.3], [0.1, 0.3, 0.5]),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.3] * 6),
    ],
)
def test_of_independent_actions_each_wins_as_often_as_numeric_integration_says(
    mean: list[float], sd: list[float]
) -> None:
    policy = textbook(floor=0.0, width=1.0)
    actual = decide(policy, independent(mean, sd)).probabilities
    exact = win_chances(mean, sd)
    assert np.all(np.abs(actual - exact) <= 4 * np.sqrt(exact * (1 - exact) / policy.draws))


@pytest.mark.parametrize("seed", range(4))
def test_chances_follow_from_the_bells_that_can_be_seen(seed: int) -> None:
    """Each action is sampled from its marginal, regardless of correlations; by numeric
    integration.
    """
    belief = random_belief(seed=seed, size=4)
    actual = decide(textbook(floor=0.0, width=1.0), belief).probabilities
    exact = win_chances(belief.mean.tolist(), belief.widths.tolist())
    assert np.all(np.abs(actual - exact) <= 4 * np.sqrt(exact * (1 - exact) / 4_096))


@pytest.mark.parametrize("agreement", [1, 4])
@pytest.mark.parametrize("alike", [2, 9])
def test_before_any_reward_one_that_is_unlike_the_others_has_the_chance_of_any(
    alike: int, agreement: int
) -> None:
    """Correlated and of different lengths: neither counts as knowledge."""
    size = alike + 1
    covariance = 0.7 * np.ones((size, size)) + 0.3 * np.eye(size)
    covariance[-1, :-1] = covariance[:-1, -1] = 0.1
    lengths = np.linspace(1, 2, size)
    covariance *= np.outer(lengths, lengths)
    belief = Belief(
        np.ones(1), np.full((1, size), 0.5), 0.2 * covariance[None] + 0.25, Before(covariance[None])
    )
    result = decide(Thompson(floor=0.0, agreement=agreement, draws=65_536), belief)
    error = np.maximum(result.errors, math.sqrt(1 / size / 65_536))
    assert np.all(np.abs(result.probabilities - 1 / size) <= 4 * error)


@pytest.mark.parametrize("draws", [64, 4_096])
@pytest.mark.parametrize("agreement", [1, 4])
def test_of_equal_bells_each_action_has_exactly_the_same_chance(agreement: int, draws: int) -> None:
    """Not one counted from draws; the choice is drawn from the very vector, in one context or
    many; more bells than draws, and bells without width, are decided on, too."""
    for belief in (independent([0.5] * 5, [0.2] * 5), independent([0.5] * 5, [0.0] * 5)):
        policy = Thompson(draws=draws, floor=0.2, agreement=agreement)
        decision = decide(policy, belief)
        assert len(set(decision.probabilities.tolist())) == 1
        assert decision.errors.tolist() == [0.0] * 5
        counts = chosen_counts(policy, belief, 2_000)
        assert chi_square(counts, decision.probabilities) < CHI_SQUARE_999[4]
        both = Belief.together([belief, independent([0.5, 0.5, 0.5, 0.5, 0.6], [0.2] * 5)])
        first, second = policy.probabilities(both, Normals(0))
        assert first.tolist() == decision.probabilities.tolist()
        assert second.argmax() == 4
    assert decide(policy, independent([0.5] * 99, [0.2] * 99)).chosen < 99


@pytest.mark.parametrize("agreement", [1, 4])
@pytest.mark.parametrize("others", [2, 4, 9])
def test_an_action_that_earns_nothing_never_has_the_highest_draw(
    others: int, agreement: int
) -> None:
    """Although the bells of others reach far below 0; in one context or many."""
    policy = Thompson(floor=0.1, agreement=agreement)
    mean, sd = [*np.linspace(0.001, 0.002, others)], [0.01] * others
    alone, size = independent(mean, sd), others + 1
    covariances = np.diag(np.square([*sd, 0.0]))[None]
    belief = Belief(np.ones(1), np.array([[*mean, 0.0]]), covariances, nothing=(others,))
    np.testing.assert_allclose(belief.widths, [*alone.widths, 0.0])
    decision = decide(policy, belief)
    assert decision.probabilities[-1] == pytest.approx(0.1 / 2 / size)
    won = decision.probabilities[:-1] - 0.1 * chance(size)[:-1]
    expected = decide(replace(policy, floor=0.0), alone).probabilities
    np.testing.assert_allclose(won / 0.9, expected)
    both = policy.probabilities(Belief.together([belief, belief]), Normals(0))
    np.testing.assert_allclose(both, [decision.probabilities] * 2)
    assert belief.only([others, 0]).nothing == (0,)


def test_a_belief_that_is_kept_is_decided_on_as_any_other() -> None:
    belief = random_belief(seed=5, size=4)
    kept = replace(belief, known={})
    for policy in (Thompson(draws=260), Thompson(draws=260, agreement=1, floor=0.2)):
        for seed in range(8):
            one, other = (
                policy.decide(of, Normals(3), np.random.default_rng(seed)) for of in (belief, kept)
            )
            assert repr(one) == repr(other)
    assert kept.known is not None
    assert len(kept.known) == 2


def test_a_belief_without_any_doubt_is_followed() -> None:
    belief = Belief.of_one(np.array([0.2, 0.8, 0.4]), np.zeros((3, 3)))
    assert decide(textbook(floor=0.0, width=1.0), belief).probabilities.tolist() == [0, 1, 0]


def test_at_width_0_the_highest_means_share_and_the_floor_stays() -> None:
    """No draw is made: the two best of three, of which the first is the baseline."""
    belief = Belief.of_one(np.array([0.2, 0.8, 0.8]), 0.04 * np.eye(3))
    policy = textbook(floor=0.12, width=0.0)
    decision = decide(policy, belief)
    np.testing.assert_allclose(decision.probabilities, [0.08, 0.46, 0.46], rtol=1e-12)
    assert decision.errors.tolist() == [0, 0, 0]
    assert decision.draw is None
    counts = chosen_counts(policy, belief, 3_000)
    assert chi_square(counts, decision.probabilities) < CHI_SQUARE_999[2]


@pytest.mark.parametrize("correlation", [1 + 1e-12, 1 + 1e-8, 1 + 1e-5, 2.0])
def test_a_belief_that_rounding_has_left_impossible_is_still_decided_on(
    correlation: float,
) -> None:
    """Correlations beyond 1, slightly and grossly: two equal actions share as ever."""
    matrix = 0.04 * np.array([[1, correlation], [correlation, 1]])
    assert np.linalg.eigvalsh(matrix)[0] < 0
    policy = textbook(floor=0.0, width=1.0)
    result = decide(policy, Belief.of_one(np.array([0.5, 0.5]), matrix)).probabilities
    np.testing.assert_allclose(result, 0.5, rtol=0, atol=4 * math.sqrt(0.25 / policy.draws))


def test_stated_errors_are_the_standard_errors_of_counting_draws() -> None:
    policy = textbook(draws=256, floor=0.1)
    belief = random_belief(seed=6, size=3)
    decision = decide(policy, belief)
    frequency = (decision.probabilities - 0.1 * np.array([0.5 + 0.5 / 3, 0.5 / 3, 0.5 / 3])) / 0.9
    careful = (256 * frequency + 1) / (256 + 3)  # a draw more for each action
    expected = 0.9 * np.sqrt(careful * (1 - careful) / 256)
    np.testing.assert_allclose(decision.errors, expected, rtol=0, atol=1e-9)


def test_stated_errors_are_the_spread_over_tables_of_draws() -> None:
    """Over 400 tables: a spread is known to 1 part in sqrt(2 x 400), so 4 errors are 14%."""
    policy, belief = textbook(draws=512, width=1.0), random_belief(seed=7, size=3)
    decisions = [decide(policy, belief, table=table) for table in range(400)]
    spread = np.std([d.probabilities for d in decisions], axis=0)
    stated = np.sqrt(np.mean([d.errors**2 for d in decisions], axis=0))
    np.testing.assert_allclose(spread, stated * math.sqrt(512 / 511), rtol=4 / math.sqrt(800))


# -- Thompson sampling: the decision --------------------------------------------------


def test_the_chosen_action_is_the_highest_of_the_draw_that_decided() -> None:
    policy, belief = textbook(draws=128, floor=0.3), random_belief(seed=8, size=5)
    causes = set()
    for seed in range(300):
        decision = decide(policy, belief, seed)
        causes.add(decision.cause)
        if decision.cause == "draw":
            assert decision.draw is not None
            assert decision.chosen == int(np.argmax(decision.draw))
        else:
            assert decision.draw is None
    assert causes == {"draw", "random"}


@pytest.mark.no_cover
def test_the_draw_that_decided_is_one_of_those_that_were_counted() -> None:
    policy, belief = textbook(draws=64, floor=0.0, width=1.0), random_belief(seed=9, size=3)
    draws = {decide(policy, belief, seed).draw.tobytes() for seed in range(3_000)}  # type: ignore[union-attr]
    assert len(draws) == 64
    winners = np.bincount([int(np.argmax(np.frombuffer(d))) for d in draws], minlength=3)
    assert decide(policy, belief).probabilities.tolist() == (winners / 64).tolist()


@pytest.mark.no_cover
def test_every_draw_decides_equally_often_whatever_was_drawn() -> None:
    """The decision's stream is independent of the table: 64 samples in 16 groups by
    their maximum.
    """
    policy, belief = textbook(draws=64, floor=0.0, width=1.0), random_belief(seed=10, size=3)
    best = [float(decide(policy, belief, seed).draw.max()) for seed in range(4_000)]  # type: ignore[union-attr]
    ranks = np.searchsorted(np.unique(best), best)
    counts = np.bincount(ranks // 4, minlength=16).astype(float)
    assert chi_square(counts, np.full(16, 1 / 16)) < CHI_SQUARE_999[15]


@pytest.mark.no_cover
def test_as_many_decisions_are_left_to_chance_as_the_floor_says() -> None:
    policy, belief = textbook(draws=64, floor=0.2, width=1.0), random_belief(seed=11, size=3)
    share = np.mean([decide(policy, belief, seed).cause == "random" for seed in range(4_000)])
    assert abs(share - 0.2) <= 4 * math.sqrt(0.2 * 0.8 / 4_000)


def test_draws_have_the_means_and_widths_of_the_bells_and_nothing_in_common() -> None:
    """One sample from each of 500 tables: 4 standard errors of every mean and covariance."""
    policy, belief, count = (
        textbook(draws=64, floor=0.0, width=1.0),
        random_belief(seed=12, size=3),
        500,
    )
    drawn = [decide(policy, belief, seed, table=seed).draw for seed in range(count)]
    sample, variance = np.array(drawn, dtype=float), belief.widths**2
    assert np.all(np.abs(sample.mean(0) - belief.mean) <= 4 * np.sqrt(variance / count))
    expected = np.diag(variance)
    error = np.sqrt((np.outer(variance, variance) + expected**2) / (count - 1))
    assert np.all(np.abs(np.cov(sample.T) - expected) <= 4 * error)


# -- Thompson sampling: samples that must agree -----------------------------------------


@pytest.mark.parametrize("agreement", [2, 4, 16])
def test_probabilities_are_those_of_so_many_draws_given_that_they_agree(agreement: int) -> None:
    belief = random_belief(seed=21, size=4)
    single = decide(textbook(floor=0.0), belief).probabilities
    expected = single**agreement / (single**agreement).sum()
    actual = decide(Thompson(floor=0.0, agreement=agreement), belief).probabilities
    np.testing.assert_allclose(actual, expected, rtol=1e-9)
    simulated = np.random.default_rng(0).choice(4, size=(200_000, agreement), p=single)
    agreed = simulated[(simulated == simulated[:, :1]).all(axis=1), 0]
    if len(agreed) >= 1_000:
        counts = np.bincount(agreed, minlength=4).astype(float)
        assert chi_square(counts, actual) < CHI_SQUARE_999[3]


def test_agreeing_samples_choose_as_often_as_stated() -> None:
    policy, belief = Thompson(draws=256, floor=0.1), random_belief(seed=22, size=4)
    counts = chosen_counts(policy, belief, 4_000)
    assert chi_square(counts, decide(policy, belief).probabilities) < CHI_SQUARE_999[3]


def test_errors_of_agreed_draws_are_their_spread_over_tables_of_draws() -> None:
    """Over 400 tables: a spread is known to 1 part in sqrt(2 x 400), so 4 errors are 14%."""
    policy, belief = Thompson(draws=2_048, floor=0.0), independent([0.5, 0.52, 0.54], [0.2] * 3)
    decisions = [decide(policy, belief, table=table) for table in range(400)]
    spread = np.std([d.probabilities for d in decisions], axis=0)
    stated = np.sqrt(np.mean([d.errors**2 for d in decisions], axis=0))
    np.testing.assert_allclose(spread, stated, rtol=4 / math.sqrt(800))


# -- Thompson sampling from a mixture -------------------------------------------------


def mixture(seed: int, weights: list[float], size: int = 3) -> Belief:
    """Parts that differ by a few standard deviations."""
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((len(weights), size, size + 2)) * 0.1
    return Belief(
        np.array(weights),
        rng.uniform(0.2, 0.8, (len(weights), size)),
        roots @ roots.transpose(0, 2, 1),
    )


def part_of(belief: Belief, i: int) -> Belief:
    return Belief.of_one(belief.means[i], belief.covariances[i])


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.7, 0.2, 0.1], [0.999, 0.001]])
def test_a_mixture_has_one_bell_for_each_action(weights: list[float]) -> None:
    """With the mean and standard deviation of the mixture: spread within and between its parts."""
    belief = mixture(0, weights)
    alone = [part_of(belief, i) for i in range(len(weights))]
    within = sum(w * one.widths**2 for w, one in zip(weights, alone, strict=True))
    between = sum(w * (one.mean - belief.mean) ** 2 for w, one in zip(weights, alone, strict=True))
    np.testing.assert_allclose(belief.widths**2, within + between, rtol=1e-12)
    actual = decide(textbook(floor=0.0), belief).probabilities
    exact = win_chances(belief.mean.tolist(), belief.widths.tolist())
    assert np.all(np.abs(actual - exact) <= 4 * np.sqrt(exact * (1 - exact) / 4_096))


@pytest.mark.no_cover
def test_actions_are_chosen_from_a_mixture_as_often_as_the_stated_vector_says() -> None:
    belief = mixture(2, [0.6, 0.3, 0.1], size=4)
    for policy in (textbook(draws=256, floor=0.1, width=1.0), textbook(draws=256)):
        stated = decide(policy, belief).probabilities
        counts = chosen_counts(policy, belief, 4_000)
        assert chi_square(counts, stated) < CHI_SQUARE_999[3]


def test_without_width_the_mean_of_the_mixture_decides_and_ties_share() -> None:
    """Parts that disagree with equal overall means: .5 x (.2, .8) + .5 x (.8, .2)."""
    means = np.array([[0.2, 0.8, 0.1], [0.8, 0.2, 0.1]])
    belief = Belief(np.array([0.5, 0.5]), means, np.zeros((2, 3, 3)))
    decision = decide(textbook(floor=0.06, width=0.0), belief)
    assert decision.probabilities == pytest.approx([0.47 + 0.04, 0.47 + 0.01, 0.01])
    assert decide(Greedy(), belief).probabilities.tolist() == [0.5, 0.5, 0]


# -- in single precision --------------------------------------------------------------


class GivenNormals(Normals):
    """A given table of normal numbers, (K, draws)."""

    def __init__(self, table: Array) -> None:
        super().__init__(seed=0)
        self._table, self._rounded = table, table.astype(np.float32)
        self.furthest = float(np.abs(table).max())


def test_wins_that_single_precision_would_give_to_another_action_are_counted_exactly() -> None:
    """Two actions and one sample per context, so close that rounding reverses many of them."""
    rng = np.random.default_rng(5)
    means, bells = rng.normal(0.5, 0.1, (4000, 2)), rng.uniform(0.05, 0.2, (4000, 2))
    table = np.array([[1.7], [-0.9]])
    means[:, 1] = means[:, 0] + bells @ [1.7, 0.9] + rng.normal(0, 3e-8, 4000)
    exact = (means + bells * table[:, 0]).argmax(axis=1)
    single = means.astype(np.float32) + bells.astype(np.float32) * table[:, 0].astype(np.float32)
    assert np.count_nonzero(single.argmax(axis=1) != exact) > 100
    wins = _wins(means, bells, GivenNormals(table), draws=1)
    assert (wins.argmax(axis=1) == exact).all()
    assert (wins.sum(axis=1) == 1).all()


def test_of_many_actions_those_that_could_be_the_highest_are_others_in_each_context() -> None:
    rng = np.random.default_rng(6)
    means, bells = rng.random((30, 20)), rng.uniform(0, 0.1, (30, 20))
    table = np.clip(rng.normal(size=(20, 256)), -4, 4)
    drawn = means[..., None] + bells[..., None] * table
    exact = [np.bincount(one.argmax(axis=0), minlength=20).tolist() for one in drawn]
    assert _wins(means, bells, GivenNormals(table), draws=256).tolist() == exact


# -- one context ----------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0.0, 3e-8, 0.1])
def test_each_draw_belongs_to_the_first_of_the_highest_actions(apart: float) -> None:
    """Ties, near samples, and distant ones; before and after they are packed."""
    rng = np.random.default_rng(7)
    table = np.clip(rng.normal(size=(11, 64)), -4, 4)
    table[1:] = table[0]
    for _ in range(20):
        means, bells = 0.5 + apart * rng.normal(size=len(table)), np.full(len(table), 0.1)
        means[-1] = -9.0
        drawn = means[:, None] + bells[:, None] * table
        able, won, times = _won(means, bells, GivenNormals(table), draws=64)
        assert able == list(range(len(table) - 1))
        assert times == np.bincount(drawn.argmax(axis=0), minlength=len(able)).tolist()
        outcome = _Outcome(np.zeros(len(table)), np.zeros(len(table)), able, won)
        for kept in (outcome, outcome.packed()):
            results = [kept.draws_of(action, 64).tolist() for action in able]
            assert results == [np.flatnonzero(drawn.argmax(axis=0) == k).tolist() for k in able]
