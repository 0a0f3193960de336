"""Uncertainty due to rounded propensities: its place, and the coverage of intervals that include
it.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.rounding_uncertainty import RoundingUncertainty
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, UniformTarget
from tests.benchmarks.rounded import made, rows_of
from tests.engine.evaluation.made_logs import made as made_log

LOG = replace(made_log(400).log, rounding=0.05, probabilities=None, means=None)


def test_parts_are_merged_to_the_whole() -> None:
    whole, half = FixedAction("action1").weigh(LOG), LOG.take(slice(150))
    parts = [half, LOG.take(slice(150, None))]
    one, other = (RoundingUncertainty().add(FixedAction("action1").weigh(part)) for part in parts)
    result, usual = one + other, RoundingUncertainty().add(whole)
    assert result.of_value(400, 0.3, 0.95) == pytest.approx(usual.of_value(400, 0.3, 0.95))
    assert result.of_weight(400) == pytest.approx(usual.of_weight(400))
    assert usual.of_value(400, 0.3, 0.95) > 0.005


def test_there_is_none_of_exact_propensities_nor_of_weights_of_one() -> None:
    exact = replace(LOG, rounding=1e-5)
    assert not RoundingUncertainty().add(FixedAction("action1").weigh(exact)).rounding
    assert RoundingUncertainty().add(LoggedPolicy().weigh(LOG)).of_value(400, 0.3, 0.95) == 0


def test_there_is_none_where_an_action_had_one_propensity() -> None:
    """The sum of 1 / q is known for the action, and therefore the effect of rounding."""
    alike = replace(LOG, propensity=np.full(400, 0.4))
    assert (
        RoundingUncertainty().add(FixedAction("action1").weigh(alike)).of_value(400, 0.3, 0.95)
        < 1e-12
    )


def test_an_interval_is_wider_by_it() -> None:
    (exact,) = evaluate([replace(LOG, rounding=0.0)], [FixedAction("action1")]).rows()
    (row,) = evaluate([LOG], [FixedAction("action1")]).rows()
    for key in ("ips", "cressie_read", "betting"):
        one, other = row.intervals[key], exact.intervals[key]
        assert one is not None
        assert other is not None
        assert one.width > other.width
    (even,) = evaluate([LOG], [UniformTarget()]).rows()
    assert even.intervals["naive"] is not None


@pytest.mark.parametrize("digits", [1, 2])
def test_intervals_hold_with_few_digits(digits: int) -> None:
    """Expected coverage of 100 intervals: .95; fewer than 89 have a probability of 1 %. With a
    single digit, 59 betting intervals covered the truth when propensities were taken as exact.
    """
    covered = dict.fromkeys(("cressie_read_mended", "betting"), 0)
    for log in range(20):
        rng = np.random.default_rng([60, log])
        of = made("context", 3, 3, 6_000, 0.3, rng)
        for row, truth in rows_of(of, digits, (60, log)):
            for key in covered:
                result = row.intervals[key]
                assert result is not None
                covered[key] += result.holds(truth)
    assert min(covered.values()) >= 89, covered
