"""The betting confidence sequence: valid at every look, and narrowing."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators.betting import Betting
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, Target, UniformTarget
from tests.engine.evaluation.estimators.estimator_helpers import interval_of
from tests.engine.evaluation.made_logs import Made, made


def truth(of: Made, target: Target) -> float:
    weights = of.shares @ of.expected
    return float(weights[1] if isinstance(target, FixedAction) else weights.mean())


@pytest.mark.parametrize("target", [UniformTarget(), FixedAction("action1")], ids=lambda t: t.key)
def test_it_holds_at_every_look(target: Target) -> None:
    """Of 20 sequences .95 should; 16 or fewer have a chance of 2 % at .95."""
    covered = 0
    for seed in range(20):
        log = made(400, seed)
        sequence, always = Betting(), True
        for look in range(0, 400, 100):
            sequence = sequence.add(target.weigh(log.log.take(slice(look, look + 100))))
            always = always and interval_of(sequence).holds(truth(log, target))
        covered += always
    assert covered > 16


def test_it_narrows_and_beliefs_help() -> None:
    log = made(4_000).log
    interval = interval_of(Betting().add(UniformTarget().weigh(log)))
    early = interval_of(Betting().add(UniformTarget().weigh(log.take(slice(400)))))
    blind = interval_of(Betting().add(UniformTarget().weigh(replace(log, means=None))))
    assert interval.width < 0.5 * early.width
    assert interval.width < blind.width < 1
    assert interval.low <= interval.estimate <= interval.high


def test_an_offer_rarer_than_any_is_told_like_the_rarest_there_is() -> None:
    log = replace(made(50).log, probabilities=None, means=None)
    results = [
        interval_of(
            Betting().add(LoggedPolicy().weigh(log)).add(FixedAction("action0").weigh(rare))
        )
        for rare in (replace(log, propensity=np.full(50, p)) for p in (1e-9, 1e-12))
    ]
    assert results[0].low == pytest.approx(results[1].low, abs=0.02)
    assert results[0].low <= results[0].high
