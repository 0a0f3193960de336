"""The profile likelihood of a sum of rates: closed forms, and every other rate is less likely."""

import math

import numpy as np
import pytest

from engine.evaluation.estimators.profile_likelihood import Rates, log_gamma


def test_the_likeliest_rates_are_successes_a_unit_of_exposure_and_at_most_one() -> None:
    rates = Rates(np.array([0.5, 0.5]), np.array([4.0, 2.0]), np.array([1.0, 3.0]))
    assert rates.best.tolist() == [0.25, 1.0]
    assert rates.total(rates.best) == 0.625


def test_of_one_cell_the_ends_are_where_its_likelihood_has_fallen_so_far() -> None:
    rates = Rates(np.ones(1), np.array([20.0]), np.array([5.0]))
    for sign in (-1, 1):
        end = rates.bound(sign, 1.92)
        assert (end - 0.25) * sign > 0
        fallen = 5 * math.log(0.25 / end) - 20 * (0.25 - end)
        assert fallen == pytest.approx(1.92, abs=1e-6)


def test_without_successes_the_largest_rate_costs_its_exposure() -> None:
    rates = Rates(np.ones(1), np.array([10.0]), np.array([1e-9]))
    assert rates.bound(1, 1.92) == pytest.approx(0.192, abs=1e-6)
    assert Rates(np.ones(1), np.array([1.0]), np.array([1e-9])).bound(1, 1.92) == 1


def test_no_rates_that_are_as_likely_have_a_sum_that_is_further_off() -> None:
    rng = np.random.default_rng(0)
    weights, exposures = rng.dirichlet(np.ones(6)), rng.uniform(1, 30, 6)
    successes = np.maximum(rng.poisson(0.4 * exposures), 0.1).astype(float)
    rates = Rates(weights, exposures, successes)
    low, high = rates.bound(-1, 1.92), rates.bound(1, 1.92)
    tried = np.clip(rates.best + rng.normal(0, 0.1, (20_000, 6)), 1e-6, 1)
    likelihood = np.log(tried) @ successes - tried @ exposures
    best = np.log(rates.best) @ successes - rates.best @ exposures
    sums = (tried @ weights)[likelihood >= best - 1.92]
    assert len(sums) > 100
    assert low <= sums.min()
    assert sums.max() <= high


def test_the_logarithm_of_the_gamma_function() -> None:
    x = np.array([1e-6, 0.1, 0.5, 1.0, 3.7, 250.0])
    assert log_gamma(x) == pytest.approx([math.lgamma(value) for value in x], abs=1e-5)
