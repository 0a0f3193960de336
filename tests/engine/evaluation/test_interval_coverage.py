"""Coverage counts of intervals, and deliberate violations."""

from typing import Any

import numpy as np
import pytest

from engine import LoopSettings, PersonalizerError, Thompson
from engine.evaluation.estimators import Interval, Ips, Naive
from engine.evaluation.interval_coverage import Count, Coverage, Flaw, targets_of
from engine.evaluation.simulated_log import simulate_log
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE


def watched(flaw: Flaw, visitors: int = 100, times: int = 2, **settings: Any) -> Coverage:
    watch = Coverage(COFFEE, LoopSettings(**settings), visitors, flaw, (Naive, Ips))
    finish(watch.repetition_steps(times))
    return watch


def test_a_count_by_hand() -> None:
    count = Count().add(Interval(0.5, 0.2, 0.8), 0.7).add(Interval(1.5, 1.0, 2.0), 0.5)
    assert (count.intervals, count.covering, count.beyond) == (2, 1, 1)
    assert (count.share, count.width) == pytest.approx((0.5, 0.8))
    assert count.bias == pytest.approx((-0.2 + 1) / 2)
    assert count.rmse == pytest.approx(np.sqrt((0.04 + 1) / 2))


def test_the_truth_is_the_worlds() -> None:
    log = finish(simulate_log(COFFEE, LoopSettings(), 30, seed=5))
    truths = [(kind, target.key, truth) for kind, target, truth in targets_of(COFFEE, log)]
    assert truths[0][2] == pytest.approx(COFFEE.frequencies @ COFFEE.expected[:, 0])
    assert [kind for kind, _, _ in truths] == ["fixed"] * 4 + ["uniform", "best"]
    assert truths[5][2] == pytest.approx(COFFEE.best_value)


@pytest.mark.no_cover
def test_repetitions_add_up_and_are_the_same_again() -> None:
    watch, again = watched("none"), watched("none", times=1)
    finish(again.repetition_steps(1))
    assert watch.repetitions == again.repetitions == 2
    assert watch.counts == again.counts
    assert watch.counts["fixed", "ips"].intervals == 8
    assert watch.counts["fixed", "naive"].share < watch.counts["fixed", "ips"].share


def test_too_few_events_are_a_tenth() -> None:
    assert watched("few").visitors == 10


@pytest.mark.no_cover
def test_forgotten_probabilities_make_estimates_beyond_what_can_be() -> None:
    beyond = {flaw: watched(flaw).counts["best", "ips"] for flaw in ("none", "forgotten")}
    assert beyond["forgotten"].beyond == 2
    assert beyond["forgotten"].covering < beyond["none"].covering == 2


def test_without_a_floor_there_is_none() -> None:
    watch = Coverage(COFFEE, LoopSettings(policy=Thompson(floor=0.3)), 100, "no_floor")
    policy = watch.settings.policy
    assert isinstance(policy, Thompson)
    assert policy.floor == 0


def test_the_best_of_many_rules_looks_better_than_it_is() -> None:
    watch = watched("picked", times=3)
    assert [kind for kind, _ in watch.counts] == ["picked", "picked"]
    assert watch.counts["picked", "ips"].rmse > 0.1
    assert watch.counts["picked", "ips"].bias > 0


def test_experiments_that_cannot_be_repeated_are_refused() -> None:
    with pytest.raises(PersonalizerError, match="flaw"):
        Coverage(COFFEE, LoopSettings(), 100, "worse")  # type: ignore[arg-type]
    with pytest.raises(PersonalizerError, match="repetitions"):
        next(Coverage(COFFEE, LoopSettings(), 100).repetition_steps(501))
    with pytest.raises(PersonalizerError, match="is 'apprentice', but must be 'online'"):
        next(Coverage(COFFEE, LoopSettings(learning_mode="apprentice"), 100).repetition_steps(1))
