"""What a log could hardly show at all."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators import Stratified
from engine.evaluation.estimators.table import Table
from engine.evaluation.estimators.unreached import unreached
from engine.evaluation.targets import Even, Fixed
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


@pytest.mark.parametrize("rate", [0.4, 0.8], ids=["successes are rarer", "failures are rarer"])
def test_the_lower_end_has_room_for_what_was_unreached_and_no_other_end_moves(
    rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two actions earn alike, and three that earn nothing had chances of one in a million."""
    rng, chances = np.random.default_rng(5), np.array([0.5 - 2e-6, 0.5 - 1e-6, *[1e-6] * 3])
    shown = rng.integers(2, size=400)
    log = replace(
        made(400, actions=5, contexts=1).log,
        shown=shown,
        propensity=chances[shown],
        reward=(rng.random(400) < rate).astype(float),
        probabilities=np.tile(chances, (400, 1)),
    )
    told, truth = Stratified().add(Even().weigh(log)), 2 / 5 * rate
    room = told.alone()
    where = "engine.evaluation.estimators.stratified.unreached"
    monkeypatch.setattr(where, lambda steps: 0.0)
    tight = told.alone()
    assert room is not None
    assert tight is not None
    assert room.low < truth < tight.low
    assert (room.estimate, room.high) == (tight.estimate, tight.high)
    assert tight.low - room.low == pytest.approx(3 / 5 * rate, abs=0.05)
