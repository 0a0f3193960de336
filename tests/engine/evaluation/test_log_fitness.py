"""Checks of a log before any estimate: each fails on its own fault, and passes on sound logs."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.interval_coverage import forgetting
from engine.evaluation.log_fitness import (
    check_gaps,
    check_probabilities,
    check_repeats,
    check_shares,
    check_weights,
    chi_square_p,
    log_checks,
)
from engine.evaluation.logged_decisions import Decisions
from tests.engine.evaluation.made_logs import made

LOG = made(2_000).log


def failing(log: Decisions) -> list[str]:
    return [check.name for check in log_checks(log) if not check.passes]


def test_sound_logs_pass_but_for_chance() -> None:
    assert [check.name for check in log_checks(LOG)] == [
        "probabilities", "shares", "likely", "weights", "repeats"
    ]  # fmt: skip
    assert sum(bool(failing(made(400, seed).log)) for seed in range(200)) <= 2


def test_probabilities_that_were_not_those_of_the_draw_are_caught() -> None:
    forgotten = forgetting(LOG)
    assert failing(forgotten) == [], "a fair choice on average"
    skewed = replace(LOG, shown=np.zeros(2_000, dtype=np.intp), propensity=LOG.probabilities[:, 0])  # type: ignore[index]
    check = check_shares(skewed)
    assert not check.passes
    assert (check.action, check.value) == ("action0", 1.0)
    assert check.expected == pytest.approx(LOG.probabilities[:, 0].mean())  # type: ignore[index]


def test_a_rule_that_was_not_the_one_is_caught_though_all_shares_are_right() -> None:
    """Two groups of equal size; the rule's action has .9, and each group got the other's."""
    group, other = np.arange(2_000) % 2, (np.arange(2_000) // 2) % 10 == 0
    stated = np.where(np.arange(3) == group[:, None], 0.9, 0.05)
    shown = np.where(other, group, 1 - group)
    columns = {"context_index": group, "shown": shown, "probabilities": stated}
    columns |= {"propensity": stated[np.arange(2_000), shown]}
    log = replace(LOG, contexts=("x", "y"), means=None, offered=stated > 0, **columns)  # type: ignore[arg-type]
    likely = next(check for check in log_checks(log) if check.name == "likely")
    assert not likely.passes
    assert (likely.value, likely.expected) == pytest.approx((0.1, 0.9))


def test_a_mean_weight_by_hand() -> None:
    halved = replace(LOG, propensity=LOG.propensity / 2, probabilities=None)
    check = check_weights(halved)
    assert not check.passes
    assert check.value == pytest.approx(2, abs=0.5)
    weight = (LOG.shown == 1) / LOG.propensity
    least = replace(LOG, probabilities=None)
    assert check_weights(least).passes
    assert weight.mean() == pytest.approx(1, abs=0.2)


def test_a_chi_square_distance_has_its_p_value() -> None:
    for distance, freedom, p in ((3.841, 1, 0.05), (16.27, 3, 0.001), (18.31, 10, 0.05)):
        assert chi_square_p(distance, freedom) == pytest.approx(p, rel=0.15)


def test_impossible_probabilities_are_counted() -> None:
    check = check_probabilities(np.array([0.5, 0.0, 1.0, 1.5, np.nan]))
    assert (check.passes, check.value, check.event) == (False, 3, 2)


def test_a_part_that_occurs_twice_is_found() -> None:
    twice = concatenated([LOG, LOG.take(slice(300, 500))])
    check = check_repeats(twice)
    assert (check.passes, check.value, check.event) == (False, 200, 2_001)
    assert check_repeats(LOG).passes
    plain = replace(LOG, propensity=np.full(2_000, 1 / 3), probabilities=None)
    assert check_repeats(plain).passes, "few different events occur again by chance"
    again = concatenated([plain, plain.take(slice(300, 500))])
    assert check_repeats(again).value == 200
    assert check_repeats(LOG.take(slice(0))).passes


def test_a_day_without_events_is_a_gap() -> None:
    steady = 60.0 * np.arange(50, dtype=float)
    assert check_gaps(steady).passes
    late = np.concatenate([steady, steady + 3 * 86_400])
    check = check_gaps(late)
    assert (check.passes, check.event) == (False, 50)
    assert check.value == pytest.approx(3 * 86_400 - 49 * 60)
    assert check_gaps(86_400.0 * np.arange(9, dtype=float)).passes, "one event a day"
    newest_first = check_gaps(np.append(late[::-1], np.nan))
    assert (newest_first.passes, newest_first.event) == (False, 51)
    known = replace(LOG, time=60.0 * np.arange(2_000, dtype=float))
    assert log_checks(known)[-1].name == "gaps"
    assert log_checks(replace(known, time=np.full(2_000, np.nan)))[-1].name != "gaps"
