"""What was not shown, by what was shown in spite of that."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators.unshown import Unshown
from engine.evaluation.targets import Even, Online
from tests.engine.evaluation.made_logs import made

LOG = made(200).log


def told(*parts: slice) -> Unshown:
    found = Unshown()
    for part in parts:
        log = LOG.take(np.arange(200)[part])
        found = found.add(Even().weigh(log), log.reward)
    return found


def test_an_event_stands_for_as_many_others_as_its_chance_leaves() -> None:
    g = 1 / LOG.propensity - 1
    mean, events = told(slice(200)).common(0)
    effective = g.sum() ** 2 / (g**2).sum()
    assert events == pytest.approx(effective + 0.5)
    assert mean == pytest.approx(
        ((g @ LOG.reward) / g.sum() * effective + 0.25) / (effective + 0.5)
    )
    assert told(slice(200)).common(1) == pytest.approx((1 - mean, events))


def test_two_parts_of_a_log_are_the_whole() -> None:
    whole = told(slice(200)).sums
    assert told(slice(60), slice(60, None)).sums == pytest.approx(whole)
    assert (told(slice(60)) + told(slice(60, None))).sums == pytest.approx(whole)


def test_where_all_was_shown_half_is_believed_and_all_is_in_doubt() -> None:
    sure = replace(LOG, propensity=np.ones(200), probabilities=None)
    found = Unshown().add(Online().weigh(sure), sure.reward)
    assert found.common(0) == (0.5, 0.5)
    mean, down, up, _ = found.imagined(0, 25.0, 1.0, 1.96, 1.0)
    assert mean == down == 0.5
    assert up >= 0.5


def test_chances_that_rounding_lifts_above_one_leave_nothing_out() -> None:
    """Less than nothing, and the mean of what was not shown would be any number."""
    q = np.where(np.arange(200) % 2, 1 - 1e-9, 1 + 1e-9)
    log = replace(LOG, propensity=q, probabilities=None)
    for target in (Even(), Online()):
        mean, events = Unshown().add(target.weigh(log), log.reward).common(0)
        assert 0 < mean < 1
        assert events == pytest.approx(100.5)
