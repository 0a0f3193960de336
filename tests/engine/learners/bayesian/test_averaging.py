"""Weights of hypotheses, compared with brute-force marginal likelihoods."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.bayesian import averaging
from engine.learners.bayesian.averaging import FIXED_SHARE, PRUNED, ModelAverage
from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.likelihood import CENTRE
from engine.learners.bayesian.posterior import Posterior
from tests.engine.learners.bayesian.histories import (
    THREE,
    Visit,
    dense,
    evidence,
    small_history,
    teach,
)


def normalised(log_weights: Array) -> Array:
    weights: Array = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    return weights


@pytest.fixture
def pure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bayes' rule alone: no fixed share, and no pruned hypotheses."""
    monkeypatch.setattr(averaging, "FIXED_SHARE", 0.0)
    monkeypatch.setattr(averaging, "PRUNED", math.inf)


# -- Bayes' rule ----------------------------------------------------------------------


LINEAR = tuple(h for h in HYPOTHESES if h.by not in ("cells", "rates"))
FIELDS = "user", "weather", "age"
"""Of the contexts of `small_history`."""


def clicks(seed: int) -> list[Visit]:
    """The same visits, with rewards of 0 and 1."""
    return [(context, action, float(r > 0.4)) for context, action, r in small_history(seed)]


def clicks_at_first(seed: int) -> list[Visit]:
    """Clicks, and then rewards of any size."""
    return [*clicks(seed)[:7], *small_history(seed)[7:]]


histories = pytest.mark.parametrize(
    "history_of", [small_history, clicks, clicks_at_first], ids=lambda of: of.__name__
)


@pytest.mark.parametrize("seed", range(3))
def test_the_oracle_of_one_step_densities_is_that_of_all_rewards_at_once(seed: int) -> None:
    for hypothesis in LINEAR:
        if hypothesis.memory == 1:
            exact = dense(small_history(seed), hypothesis)
            assert exact.evidence(own_units=False) == pytest.approx(
                exact.marginal_likelihood(), abs=1e-8
            )


@pytest.mark.no_cover
@pytest.mark.usefixtures("pure")
@histories
@pytest.mark.parametrize("seed", range(3))
def test_weights_are_prior_odds_times_the_product_of_densities_whatever_a_hypothesis_is(
    seed: int, history_of: Callable[[int], list[Visit]]
) -> None:
    """For the default hypotheses, including cells and rates, and further ones; rewards of 0 and 1
    have the Bernoulli likelihood under every hypothesis.
    """
    history = history_of(seed)
    hypotheses = (
        *HYPOTHESES, Hypothesis(2, memory=0.5), Hypothesis(2, "features"),
        Hypothesis(1, "cells"), Hypothesis(1, noise_sd=3.0), Hypothesis(4),
    )  # fmt: skip
    model = BayesianLearner(hypotheses, may_change=False)
    teach(model, history)
    likelihoods = [evidence(history, h, FIELDS) for h in hypotheses]
    logs = np.log([h.odds for h in hypotheses]) + likelihoods
    np.testing.assert_allclose(model.evidence.banks[0].evidence, likelihoods, atol=1e-8)
    np.testing.assert_allclose(model.weights, normalised(logs), rtol=1e-7)


def test_before_any_reward_weights_are_the_prior_odds() -> None:
    assert BayesianLearner(THREE).weights == pytest.approx([0.5, 0.25, 0.25])


# -- the fixed share ------------------------------------------------------------------


def average_of(weights: Sequence[float] = (0.5, 0.25, 0.25)) -> ModelAverage:
    return ModelAverage.begin(THREE, 0, weights, CENTRE)


densities_told = st.lists(st.tuples(*[st.floats(-5, 3)] * 3), min_size=1, max_size=30)


def reweighed(bank: ModelAverage, *densities: float) -> float:
    """Tell the bank the log densities of a reward; the log density by the bank as a whole."""
    return bank.reweigh({i: densities[i] for i in bank.learners})


@given(densities_told)
def test_after_each_reward_a_share_of_the_weights_is_spread_evenly(
    densities: list[tuple[float, ...]],
) -> None:
    bank, expected, behind = average_of(), np.array([0.5, 0.25, 0.25]), np.zeros(3)
    for one in densities:
        behind += one
        if np.ptp(behind) > PRUNED:
            break
        likelihood = float(expected @ np.exp(one))
        assert reweighed(bank, *one) == pytest.approx(math.log(likelihood), abs=1e-9)
        expected = (1 - FIXED_SHARE) * expected * np.exp(one) / likelihood + FIXED_SHARE / 3
        np.testing.assert_allclose(bank.weights, expected, rtol=1e-9)


@given(densities_told)
def test_nobody_who_is_awake_falls_below_the_share_of_one(
    densities: list[tuple[float, ...]],
) -> None:
    bank = average_of()
    for one in densities:
        reweighed(bank, *one)
        assert sum(bank.weights) == pytest.approx(1, abs=1e-12)
        least = FIXED_SHARE / 3 * (1 - 1e-9)
        assert all(weight >= least for weight in bank.weights if weight)


def test_a_hypothesis_that_was_far_behind_comes_back_by_few_rewards() -> None:
    """From the share of 1e-4 / 3, equal weights need log(3e4), 10.3, of evidence.

    The share added with each reward saves log(e / (e - 1)), .5. Without a share the hypothesis
    would have to regain the 27 lost before.
    """
    bank = average_of()
    for _ in range(30):
        reweighed(bank, 0.0, -0.1, -0.9)
    assert bank.weights[2] == pytest.approx(FIXED_SHARE / 3, rel=1)
    weights = []
    for _ in range(10):
        reweighed(bank, -1.0, -1.0, 0.0)
        weights.append(bank.weights[2])
    assert weights[-2] < 0.5 < weights[-1]


# -- sleep ----------------------------------------------------------------------------


def test_a_hypothesis_that_is_hopelessly_behind_is_no_longer_taught() -> None:
    bank = average_of()
    reweighed(bank, 0.0, -1.0, -PRUNED)
    assert all(bank.weights)
    reweighed(bank, 0.0, 0.0, -0.1)
    assert [*bank.learners] == [0, 1]
    assert list(map(bool, bank.weights)) == [True, True, False]
    before = [*bank.weights]
    assert reweighed(bank, 0.0, 0.0, -math.inf) == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(bank.weights, before, atol=FIXED_SHARE)
    assert bank.weights[2] == 0


def test_the_last_one_awake_has_all_the_weight_and_stays_awake() -> None:
    bank = average_of()
    reweighed(bank, -50.0, 0.0, -50.0)
    for _ in range(3):
        assert reweighed(bank, -math.inf, -100.0, -math.inf) == -100
    assert bank.weights == [0, 1, 0]
    assert [*bank.learners] == [1]


def test_a_reactivated_hypothesis_starts_with_the_fixed_share() -> None:
    bank = average_of()
    reweighed(bank, 0.0, -1.0, -50.0)
    known, before = dict(bank.learners), [*bank.weights]
    bank.restore(THREE, CENTRE)
    linear = [one for one in bank.learners.values() if isinstance(one, Posterior)]
    assert [one.hypothesis for one in linear] == [*THREE]
    assert known.items() <= bank.learners.items()
    assert bank.learners[2].count == 0
    assert bank.weights[2] == pytest.approx(FIXED_SHARE / 3, rel=FIXED_SHARE)
    assert bank.weights[0] / bank.weights[1] == pytest.approx(before[0] / before[1])
    reweighed(bank, 0.0, 0.0, -PRUNED + 1.01)
    assert bank.weights[2] > 0
