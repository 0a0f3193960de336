"""What a log could hardly show at all."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators import Stratified
from engine.evaluation.estimators.table import Table
from engine.evaluation.estimators.unreached import unreached
from engine.evaluation.targets import Fixed
from tests.engine.evaluation.estimators.telling import answer
from tests.engine.evaluation.made_logs import made


def test_what_is_expected_once_at_most_counts_from_the_unlikeliest_on() -> None:
    wanted, expected = np.array([[3.0, 2.0], [5.0, 1.0], [7.0, 4.0]]), np.zeros((3, 2))
    expected[0], expected[1], expected[2] = 90.0, 0.4, 0.05
    assert unreached(Table(("0", "1", "2"), ("a", "b"), np.stack([wanted, expected]))) == 17.0
    expected[1] = 0.5
    assert unreached(Table(("0", "1", "2"), ("a", "b"), np.stack([wanted, expected]))) == 11.0
    assert unreached(Table.empty(5)) == 0


@pytest.mark.parametrize("earned", [0, 1])
def test_what_was_never_shown_may_have_earned_nothing(earned: int) -> None:
    """Of a log that shows one action only, whatever it earns."""
    log = made(300).log
    shown = log.shown == 0
    assert 0 < shown.sum() < len(log)
    one = log.take(np.flatnonzero(shown))
    chances = np.zeros(one.offered.shape)
    chances[:, 0] = 1.0
    one = replace(
        one,
        probabilities=chances,
        propensity=np.ones(len(one)),
        reward=np.full(len(one), float(earned)),
    )
    assert answer(Stratified().add(Fixed(one.actions[1]).weigh(one))).low == 0
    assert answer(Stratified().add(Fixed(one.actions[0]).weigh(one))).low >= 0.9 * earned
