"""The posterior over coordinates, against dense solves."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.posterior import Posterior, Statistics
from tests.engine.helpers import Array

PRIOR_SD, NOISE_SD = 0.7, 0.35
"""None of the defaults."""

SIZE = 20
"""Coordinates: more than the 16 for which there is room at first."""


def data(seed: int, count: int = 60, size: int = SIZE) -> tuple[Array, Array]:
    """Rows of length 1, half of their coordinates 0, and rewards."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((count, size)) * (rng.random((count, size)) < 0.5)
    rows[:, 0] += 0.1
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, rng.uniform(-1, 1, count)


def learned(rows: Array, rewards: Array, order: Sequence[int] | None = None) -> Posterior:
    posterior = Posterior(PRIOR_SD, NOISE_SD, Statistics(rows.shape[1]))
    for i in range(len(rows)) if order is None else order:
        posterior.add(rows[i], float(rewards[i]))
    return posterior


def counted(rows: Array, rewards: Array) -> Statistics:
    statistics = Statistics(rows.shape[1])
    for x, reward in zip(rows, rewards, strict=True):
        statistics.add(x, float(reward))
    return statistics


def brute_force(
    rows: Array, rewards: Array, noise: Array | None = None
) -> tuple[float, Array, Array]:
    """Centre, mean and covariance of the weights by one dense solve on all data.

    Args:
        noise: variance of each reward; a reward with n times the noise counts 1/n.
    """
    variances = np.full(len(rows), NOISE_SD**2) if noise is None else noise
    counts = NOISE_SD**2 / variances
    centre = (counts @ rewards + 10) / (counts.sum() + 20)
    precision = np.eye(rows.shape[1]) / PRIOR_SD**2
    pull = np.zeros(rows.shape[1])
    for x, reward, variance in zip(rows, rewards, variances, strict=True):
        precision += np.outer(x, x) / variance
        pull += x * (reward - centre) / variance
    covariance = np.linalg.inv(precision).astype(np.float64)
    return float(centre), np.linalg.solve(precision, pull).astype(np.float64), covariance


def assert_same(one: Posterior, other: Posterior) -> None:
    np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=0, atol=1e-12)
    assert one.statistics.centre == pytest.approx(other.statistics.centre, abs=1e-14)


# -- the running centre ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("rewards", "centre"),
    [([], 0.5), ([1], 11 / 21), ([0], 10 / 21), ([1, 1, 0], 12 / 23), ([-1, -1], 8 / 22)],
)
def test_the_centre_is_the_mean_reward_with_twenty_imaginary_rewards_of_a_half(
    rewards: list[float], centre: float
) -> None:
    statistics = Statistics(1)
    for reward in rewards:
        statistics.add(np.ones(1), reward)
    assert statistics.centre == centre


def test_before_any_reward_the_belief_is_the_centre_with_the_prior() -> None:
    rows = np.array([[0.6, 0.8, 0], [0, 1, 0]])
    mean, covariance = Posterior(PRIOR_SD, NOISE_SD, Statistics(3)).moments(rows)
    assert mean.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(covariance, PRIOR_SD**2 * rows @ rows.T, rtol=1e-15)


# -- the belief -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 60, 5_000])
def test_the_belief_equals_one_dense_solve_on_all_data(count: int) -> None:
    rows, rewards = data(seed=count, count=count)
    posterior = learned(rows, rewards)
    centre, mean, covariance = brute_force(rows, rewards)
    assert posterior.statistics.centre == pytest.approx(centre, abs=1e-13)
    np.testing.assert_allclose(posterior.mean, mean, rtol=0, atol=1e-11)
    np.testing.assert_allclose(posterior.covariance, covariance, rtol=0, atol=1e-12)


def test_the_moments_of_offered_rows_follow_from_the_dense_solve() -> None:
    rows, rewards = data(seed=1)
    offered, _ = data(seed=2, count=5)
    centre, weights, covariance = brute_force(rows, rewards)
    mean, spread = learned(rows, rewards).moments(offered)
    np.testing.assert_allclose(mean, centre + offered @ weights, rtol=0, atol=1e-12)
    np.testing.assert_allclose(spread, offered @ covariance @ offered.T, rtol=0, atol=1e-12)


def test_one_number_by_hand() -> None:
    posterior = Posterior(2.0, 1.0, Statistics(1))
    posterior.add(np.ones(1), 1.0)
    # precision 1/4 + 1, centre (1 + 20/2) / (1 + 20), pull 1 - 11/21
    assert posterior.covariance.item() == pytest.approx(0.8)
    assert posterior.mean.item() == pytest.approx(0.8 * 10 / 21)
    mean, variance = posterior.moments(np.ones((1, 1)))
    assert (mean.item(), variance.item()) == pytest.approx((11 / 21 + 8 / 21, 0.8))


@given(st.permutations(range(30)))
def test_rewards_may_come_in_any_order(order: list[int]) -> None:
    rows, rewards = data(seed=3, count=30)
    assert_same(learned(rows, rewards, order), learned(rows, rewards))


def test_all_at_once_is_the_same_as_one_by_one() -> None:
    rows, rewards = data(seed=4)
    at_once = Posterior(PRIOR_SD, NOISE_SD, counted(rows, rewards))
    assert_same(at_once, learned(rows, rewards))


@pytest.mark.parametrize("split", [0, 1, 30, 59, 60])
def test_statistics_of_two_parts_merge_into_those_of_the_whole(split: int) -> None:
    rows, rewards = data(seed=5)
    merged = counted(rows[:split], rewards[:split])
    merged.merge(counted(rows[split:], rewards[split:]))
    assert_same(Posterior(PRIOR_SD, NOISE_SD, merged), learned(rows, rewards))


def test_statistics_over_fewer_coordinates_merge_into_those_over_more_and_the_other_way() -> None:
    rows, rewards = data(seed=6)
    rows[:30, 5:] = 0
    for first, second in (
        (counted(rows[:30, :5], rewards[:30]), counted(rows[30:], rewards[30:])),
        (counted(rows[30:], rewards[30:]), counted(rows[:30, :5], rewards[:30])),
    ):
        first.merge(second)
        assert_same(Posterior(PRIOR_SD, NOISE_SD, first), learned(rows, rewards))


def test_merging_leaves_the_other_part_as_it_was() -> None:
    rows, rewards = data(seed=7)
    other = counted(rows, rewards)
    before = (other.gram.copy(), other.response.copy(), other.row_sum.copy())
    Statistics(SIZE).merge(other)
    for array, was in zip((other.gram, other.response, other.row_sum), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_a_negative_weight_takes_a_reward_back() -> None:
    rows, rewards = data(seed=8)
    statistics = counted(rows, rewards)
    for x, reward in zip(rows[40:], rewards[40:], strict=True):
        statistics.add(x, float(reward), weight=-1)
    kept = counted(rows[:40], rewards[:40])
    assert statistics.count == kept.count
    assert_same(Posterior(PRIOR_SD, NOISE_SD, statistics), Posterior(PRIOR_SD, NOISE_SD, kept))


def test_adding_and_taking_back_everything_leaves_the_prior() -> None:
    rows, rewards = data(seed=9)
    statistics = counted(rows, rewards)
    for x, reward in zip(rows, rewards, strict=True):
        statistics.add(x, float(reward), weight=-1)
    assert_same(
        Posterior(PRIOR_SD, NOISE_SD, statistics),
        Posterior(PRIOR_SD, NOISE_SD, Statistics(SIZE)),
    )


def test_a_weight_of_two_counts_as_the_same_reward_twice() -> None:
    rows, rewards = data(seed=10, count=1)
    heavy, twice = Statistics(SIZE), counted(np.vstack([rows] * 2), np.repeat(rewards, 2))
    heavy.add(rows[0], float(rewards[0]), weight=2)
    np.testing.assert_allclose(heavy.gram, twice.gram, rtol=1e-15)
    np.testing.assert_allclose(heavy.response, twice.response, rtol=1e-15)
    assert heavy.count == twice.count
    assert heavy.total == pytest.approx(twice.total)


# -- corrections ----------------------------------------------------------------------


def test_a_corrected_reward_is_learned_as_if_it_had_come_so_at_once() -> None:
    rows, rewards = data(seed=11)
    posterior = learned(rows, rewards)
    posterior.correct(rows[7], 0.4)
    posterior.correct(rows[7], 0.9)
    rewards[7] += 1.3
    assert_same(posterior, learned(rows, rewards))


def test_a_correction_changes_nothing_about_how_much_is_known() -> None:
    rows, rewards = data(seed=12)
    posterior = learned(rows, rewards)
    covariance, count = posterior.covariance.copy(), posterior.statistics.count
    posterior.correct(rows[0], -1.0)
    np.testing.assert_array_equal(posterior.covariance, covariance)
    assert posterior.statistics.count == count


# -- growing --------------------------------------------------------------------------


def test_coordinates_that_come_later_are_the_same_as_known_from_the_start() -> None:
    rows, rewards = data(seed=13)
    rows[:20, 3:] = 0
    rows[20:40, 18:] = 0
    posterior = Posterior(PRIOR_SD, NOISE_SD)
    for i, (x, reward) in enumerate(zip(rows, rewards, strict=True)):
        while posterior.statistics.size < (3 if i < 20 else 18 if i < 40 else SIZE):
            posterior.grow()
        posterior.add(x[: posterior.statistics.size], float(reward))
    assert_same(posterior, learned(rows, rewards))


def test_a_new_coordinate_is_known_by_its_prior_alone() -> None:
    rows, rewards = data(seed=14)
    posterior = learned(rows, rewards)
    before = posterior.covariance.copy()
    posterior.grow()
    np.testing.assert_array_equal(posterior.covariance[:SIZE, :SIZE], before)
    assert posterior.covariance[SIZE].tolist() == [0.0] * SIZE + [PRIOR_SD**2]
    assert posterior.mean[SIZE] == 0


# -- the part of a row outside the basis ----------------------------------------------


def test_the_unseen_part_of_a_row_is_noise_of_the_priors_size() -> None:
    rows, rewards = data(seed=15)
    outside = np.random.default_rng(0).uniform(0, 1, len(rows))
    posterior = Posterior(PRIOR_SD, NOISE_SD, Statistics(SIZE))
    for x, reward, out in zip(rows, rewards, outside, strict=True):
        posterior.add(x, float(reward), float(out))
    noise = NOISE_SD**2 + PRIOR_SD**2 * outside
    centre, mean, covariance = brute_force(rows, rewards, noise)
    assert posterior.statistics.centre == pytest.approx(centre, abs=1e-13)
    np.testing.assert_allclose(posterior.mean, mean, rtol=0, atol=1e-11)
    np.testing.assert_allclose(posterior.covariance, covariance, rtol=0, atol=1e-12)


def test_a_correction_of_a_row_that_is_partly_outside_weighs_as_the_reward_did() -> None:
    rows, rewards = data(seed=16)

    def posterior(first: float) -> Posterior:
        result = learned(rows[1:], rewards[1:])
        result.add(rows[0], first, outside=0.6)
        return result

    corrected = posterior(0.25)
    corrected.correct(rows[0], 0.5, outside=0.6)
    assert_same(corrected, posterior(0.75))


@given(st.lists(st.sampled_from(range(10)), max_size=40), st.floats(0.001, 10), st.floats(0.01, 10))
def test_knowing_more_never_makes_a_belief_wider_and_never_negative(
    order: list[int], prior_sd: float, noise_sd: float
) -> None:
    rows, rewards = data(seed=17, count=10)
    posterior = Posterior(prior_sd, noise_sd, Statistics(SIZE))
    before = np.full(len(rows), prior_sd**2)
    for i in order:
        posterior.add(rows[i], float(rewards[i]))
        now = np.diag(posterior.moments(rows)[1])
        assert np.all(now > 0)
        # numbers of the size of the prior variance are subtracted: some roundings of 1e-16
        assert np.all(now <= before + 1e-14 * prior_sd**2)
        before = now
