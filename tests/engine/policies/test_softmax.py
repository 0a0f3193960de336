"""Softmax, compared with its formula."""

import math

import numpy as np
import pytest

from engine.policies.base import Normals
from engine.policies.softmax import Softmax
from engine.policies.ucb import UpperBound
from tests.engine.policies.beliefs import BELIEF
from tests.engine.refusals import refusal


def test_softmax_follows_its_formula_and_draws_from_what_it_says() -> None:
    rng = np.random.default_rng(1)
    decisions = [Softmax(0.2).decide(BELIEF, Normals(1), rng) for _ in range(4_000)]
    power = [math.exp(mean / 0.2) for mean in BELIEF.mean]
    expected = np.array(power) / sum(power)
    assert decisions[0].probabilities == pytest.approx(expected)
    assert decisions[0].errors.tolist() == [0, 0, 0]
    assert {decision.cause for decision in decisions} == {"lot"}
    counts = np.bincount([decision.chosen for decision in decisions]) / 4_000
    assert counts == pytest.approx(expected, abs=0.03)


def test_a_cold_softmax_is_greedy_without_overflow() -> None:
    decision = Softmax(0.001).decide(BELIEF, Normals(1), np.random.default_rng(1))
    assert decision.chosen == 1
    assert decision.probabilities == pytest.approx([0, 1, 0])


def test_values_out_of_bounds_are_refused() -> None:
    assert refusal(lambda: Softmax(0)).target == "policy.temperature"
    assert refusal(lambda: UpperBound(-1)).target == "policy.width"
