"""Likelihood of rewards: Bernoulli while all are 0 or 1, normal otherwise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.learners.bayesian.likelihood import (
    COIN,
    LEAST_PRICE,
    Observation,
    RewardHistory,
    densities,
    log_density,
)
from tests.oracles import naive_coin, naive_student

means, variances = st.floats(-3, 3), st.floats(1e-6, 100)
rewards = st.one_of(st.sampled_from((0.0, 1.0)), st.floats(-1, 1))
amounts = rewards.filter(lambda reward: reward == 0 or abs(reward) > LEAST_PRICE)


# -- to a learner ---------------------------------------------------------------------


@given(st.sampled_from((0.0, 1.0)), means, variances, variances)
def test_a_click_is_a_coin_with_the_chance_that_the_mean_tells(
    reward: float, mean: float, noise: float, doubt: float
) -> None:
    """At least a quarter of the noise variance, up to a half; doubt does not matter."""
    result = log_density(reward, mean, noise, doubt, binary=True)
    assert result == pytest.approx(naive_coin(reward, mean, noise), abs=1e-9)


@given(means, variances)
def test_the_two_faces_of_a_coin_are_all_there_is(mean: float, noise: float) -> None:
    one, none = (log_density(r, mean, noise, 0.0, binary=True) for r in (1.0, 0.0))
    assert math.exp(one) + math.exp(none) == pytest.approx(1)
    assert max(one, none) <= 0


def test_who_takes_rewards_for_nearly_certain_may_be_nearly_certain() -> None:
    sure, noisy = (log_density(0.0, 0.0, sd**2, 0.0, binary=True) for sd in (0.05, 0.4))
    assert sure == pytest.approx(math.log(1 - 0.0025 / 4))
    assert noisy == pytest.approx(math.log(1 - 0.04))
    surprise = log_density(1.0, 0.0, 0.05**2, 0.0, binary=True)
    assert surprise == pytest.approx(math.log(0.0025 / 4))


@given(rewards, means, variances, variances)
def test_other_rewards_are_normal_with_noise_and_doubt(
    reward: float, mean: float, noise: float, doubt: float
) -> None:
    sd = math.sqrt(noise + doubt)
    expected = -math.log(sd) - math.log(2 * math.pi) / 2 - ((reward - mean) / sd) ** 2 / 2
    actual = log_density(reward, mean, noise, doubt, binary=False)
    assert actual == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(rewards, means, variances, variances, st.floats(0.01, 10), st.integers(10, 300))
def test_to_who_learns_how_noisy_rewards_are_they_are_students_t_and_clicks_are_coins(
    reward: float, mean: float, noise: float, doubt: float, scale: float, freedom: int
) -> None:
    arguments = mean, noise, doubt, scale, freedom
    actual = Observation(reward, binary=False, unit=0.3).log_density_learned(*arguments)
    expected = naive_student(reward - mean, 0.3 * scale * (noise + doubt), freedom)
    assert actual == pytest.approx(expected, rel=1e-9, abs=1e-9)
    click = Observation(float(reward > 0), binary=True, unit=0.3)
    assert click.log_density_learned(*arguments) == click.log_density(mean, noise, doubt)


def test_of_many_rewards_students_t_is_the_normal_curve_and_of_few_it_has_tails() -> None:
    for away, few in ((0.5, -0.1), (6.0, 3.0)):
        seen = Observation(away)
        normal = seen.log_density(0.0, 0.5, 0.5)
        assert seen.log_density_learned(0.0, 0.5, 0.5, 1.0, 10**6) == pytest.approx(
            normal, abs=1e-3
        )
        assert seen.log_density_learned(0.0, 0.5, 0.5, 1.0, 10) > normal + few


@given(st.lists(st.tuples(means, variances, variances), min_size=1, max_size=5), st.booleans())
def test_densities_to_several_learners_are_those_to_each(
    learners: list[tuple[float, float, float]], binary: bool
) -> None:
    mean, noise, doubt = np.array(learners).T
    for reward in (0.0, 1.0):
        relative, common = densities(reward, mean, noise, doubt, binary)
        expected = [log_density(reward, *one, binary) for one in learners]
        likely = np.exp(np.array(expected) - common)
        np.testing.assert_allclose(relative, likely, rtol=1e-12, atol=1e-300)


# -- all rewards so far ---------------------------------------------------------------


def history_of(values: list[float]) -> RewardHistory:
    result = RewardHistory()
    for value in values:
        result.count_reward(value, "a")
    return result


@given(st.lists(rewards, max_size=40))
def test_mean_and_variance_are_those_of_all_rewards_and_one_more_of_a_half(
    values: list[float],
) -> None:
    result, known = history_of(values), [*values, 0.5]
    mean = math.fsum(known) / len(known)
    assert result.count == len(values)
    assert result.mean == pytest.approx(mean, abs=1e-12)
    squares = math.fsum((value - mean) ** 2 for value in values)
    assert result.variance == pytest.approx((squares + 0.25) / len(known), abs=1e-12)


@given(st.lists(amounts, max_size=10), amounts)
def test_a_reward_is_a_coin_as_long_as_all_are_0_or_the_price(
    values: list[float], reward: float
) -> None:
    actual = history_of(values)
    prices = {value for value in values if value}
    assert actual.binary == (len(prices) < 2 and min(prices, default=1.0) > 0)
    coins = actual.binary and reward >= 0 and len({*prices, reward} - {0.0}) < 2
    rate = (len([value for value in values if value]) + 0.5) / (len(values) + 1)
    expected = (
        naive_coin(float(reward > 0), rate, 0.0)
        if coins
        else math.log(
            (math.exp(log_density(reward, actual.mean, actual.variance, 0.0, binary=False)) + 0.5)
            / 2
        )
    )
    assert actual.log_density(reward, "a") == pytest.approx(expected)


def test_each_action_has_the_price_of_its_successes() -> None:
    result = RewardHistory()
    for reward, action in ((0.0, "a"), (0.2, "a"), (0.0, "b"), (0.8, "c"), (0.2, "a")):
        result.count_reward(reward, action)
    assert result.binary
    prices, spread = result.prices_of(["a", "b", "c"])
    np.testing.assert_allclose(prices, [0.2, (0.2 + 0.8 + 1.0) / 3, 0.8])
    np.testing.assert_allclose(spread, [0.0, 0.36, 0.0])
    for reward, action, price in ((0.0, "a", 0.2), (0.5, "b", 0.5)):
        seen = result.observe(reward, action)
        assert (seen.binary, seen.unit, seen.price) == (True, result.unit, price)
    for reward, action in ((0.5, "a"), (-0.1, "b"), (-0.2, "a")):
        assert not result.observe(reward, action).binary


def test_where_prices_differ_the_noise_of_an_action_follows_its_price_and_rate() -> None:
    """In the long run it is the variance of the action's rewards, times that of the hypothesis."""
    rng, result = np.random.default_rng(0), RewardHistory()
    rates, prices = {"a": 0.02, "b": 0.05, "c": 0.01}, {"a": 1.0, "b": 0.2, "c": 0.5}
    for action in rng.choice(list("abc"), size=20_000).tolist():
        result.count_reward(prices[action] * float(rng.random() < rates[action]), action)
    for action, price in prices.items():
        seen = result.observe(0.0, action)
        variance = price**2 * rates[action] * (1 - rates[action])
        assert seen.unit * seen.spread * COIN == pytest.approx(variance, rel=0.25)
    equal = history_of([0.0, 0.7, 0.0])
    assert equal.observe(0.7, "a").spread == 1.0


def rare_history(successes: int, price: float = 0.4) -> RewardHistory:
    """Rewards of an action with a success in 2 % of visits."""
    return history_of([0.0] * 49 * successes + [price] * successes)


@given(st.integers(10, 19), st.sampled_from([0.2, 0.5, 1.0]))
def test_where_successes_are_rare_a_price_may_change_once_in_ten_of_them(
    successes: int, price: float
) -> None:
    result = rare_history(successes)
    result.count_reward(price, "a")
    assert result.binary
    assert result.price("a") == price
    result.count_reward(0.3, "a")
    assert result.binary == (successes == 19)


def test_before_ten_successes_or_where_they_are_common_a_second_price_is_none() -> None:
    few, common = rare_history(9), history_of([0.0, 0.4] * 20)
    for result in (few, common):
        result.count_reward(0.5, "a")
        assert not result.binary


@given(means, variances, st.floats(0.001, 0.05))
def test_a_stated_rare_usual_reward_bounds_the_least_probability(
    mean: float, noise: float, usual: float
) -> None:
    """Else a learner with much noise would expect a success in 4 % of visits at least."""
    seen = RewardHistory(usual=usual).observe(1.0, "a")
    least = min(seen.unit * noise / 4, usual)
    expected = math.log(min(max(mean, least), 1 - least))
    assert seen.log_density(mean, noise, 0.0) == pytest.approx(expected)


def test_amounts_that_differ_each_time_are_no_prices() -> None:
    """Articles that are offered once have one reward each."""
    result = RewardHistory()
    for i in range(30):
        result.count_reward(0.3 + i / 100, f"article{i}")
    assert not result.binary
    few = RewardHistory()
    for i in range(60):
        few.count_reward(0.3 + (i // 2) / 100, f"article{i // 2}")
    assert few.binary


@given(st.lists(st.sampled_from((0.0, 0.3)), max_size=20), means, variances, variances)
def test_in_units_of_the_price_a_success_is_a_coin(
    values: list[float], mean: float, noise: float, doubt: float
) -> None:
    for value in values:
        seen = Observation(value, True, 0.7, 0.3)
        expected = naive_coin(float(value > 0), mean / 0.3, 0.7 * noise / 0.09)
        assert seen.log_density(mean, noise, doubt) == pytest.approx(expected, abs=1e-9)


def test_of_rare_clicks_none_is_no_surprise_and_one_is_a_great_one() -> None:
    result = history_of([0.0] * 199)
    assert result.log_density(0.0, "a") == pytest.approx(math.log(1 - 1 / 400))
    assert result.log_density(1.0, "a") == pytest.approx(math.log(1 / 400))


@pytest.mark.parametrize("values", [[0.2, 0.7], [0.2, 12.0, -3.0], [40.0]])
def test_what_may_come_is_as_certain_as_anything_can_be_however_far_rewards_add_up(
    values: list[float],
) -> None:
    """The density integrates to one over the range of possible rewards, except for the normal
    tails.
    """
    result, reach = history_of(values), max(1.0, *map(abs, values))
    grid = np.linspace(-reach, reach, 200_001)
    anything = sum(math.exp(result.log_density(r, "a")) for r in grid.tolist()) * (
        grid[1] - grid[0]
    )
    assert 0.5 < anything <= 1 + 1e-4
