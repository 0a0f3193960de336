"""Probabilities rounded to few digits in a file, and their original values."""

from dataclasses import astuple, replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.evaluation.estimators import Betting, CressieRead, CressieReadMended, Interval, Ips
from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.files.rounded_probabilities import (
    SINGLE,
    completed,
    half_unit,
    normalised,
    summing_to_one,
)
from engine.evaluation.logged_decisions import COARSE, Decisions
from engine.evaluation.offline_evaluation import Row, evaluate
from engine.evaluation.target_policies import FixedAction, Target, UniformTarget

TARGETS: tuple[Target, ...] = (UniformTarget(), FixedAction("a0"), FixedAction("a1"))
ESTIMATORS = (Ips, CressieRead, CressieReadMended, Betting)
RATE = 0.02
COLUMNS = Columns("action", "reward", "propensity")


@cache
def shown(shares: tuple[float, ...], events: int) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Positions of the shown actions, and rewards at the same rate for all actions."""
    rng = np.random.default_rng(7)
    return rng.choice(len(shares), events, p=shares), rng.random(events) < RATE


def log_of(shares: tuple[float, ...], written: tuple[str, ...], events: int = 200_000) -> Decisions:
    """A log as CSV, with propensities in the given notation."""
    actions, rewards = shown(shares, events)
    rows = zip(actions.tolist(), rewards.tolist(), strict=True)
    lines = (f"a{action},{reward:d},{written[action]}" for action, reward in rows)
    data = "\n".join(["action,reward,propensity", *lines]).encode()
    return concatenated(open_log(data, "log.csv", COLUMNS).batches())


def rows_of(log: Decisions) -> list[Row]:
    return list(evaluate([log], TARGETS, ESTIMATORS).rows())


def of(row: Row, key: str) -> Interval:
    result = row.intervals[key]
    assert result is not None
    return result


def test_constant_probabilities_of_shown_actions_are_those_of_all() -> None:
    exact = completed(log_of((0.56, 0.28, 0.16), ("0.56", "0.28", "0.16"), 2_000))
    assert exact.probabilities is not None
    assert exact.probabilities[5].tolist() == pytest.approx([0.56, 0.28, 0.16], abs=0.01)
    rounded = completed(log_of((1 / 3,) * 3, (".3333",) * 3, 2_000))
    assert rounded.probabilities is not None
    assert rounded.propensity.tolist() == pytest.approx([1 / 3] * 2_000)


@pytest.mark.parametrize("written", [("0.56", "0.28", "0.2"), ("0.5", "0.5", "0.5")])
def test_other_probabilities_say_nothing_of_other_actions(written: tuple[str, ...]) -> None:
    log = log_of((0.56, 0.28, 0.16), written, 2_000)
    assert completed(log) is log
    varied = replace(log, propensity=np.linspace(0.2, 0.4, len(log)))
    assert completed(varied) is varied


def test_equal_probabilities_of_some_actions_are_those_of_the_offered_ones() -> None:
    log = log_of((0.5, 0.5), ("0.5", "0.5"), 100)
    offered, alone = log.offered.copy(), np.arange(100) == 7
    offered[alone, 1 - log.shown[alone]] = False
    log = replace(log, offered=offered, baseline=log.shown, propensity=np.where(alone, 1.0, 0.5))
    chances = completed(log).probabilities
    assert chances is not None
    assert chances[[6, 7]].max(axis=1).tolist() == [0.5, 1.0]


@pytest.mark.nightly
@pytest.mark.parametrize("written", [".33333333", ".3333", ".333", ".33", ".3"])
def test_a_third_with_few_digits_is_a_third(written: str) -> None:
    """Weights that were all 1.01 left the likelihood without a solution: 0 to .64. The largest
    possible weight, which the ends of an interval rest on, is of the digits that are written."""
    thirds = (1 / 3,) * 3
    even, *actions = rows_of(log_of(thirds, (written,) * 3))
    exact, *of_actions = rows_of(log_of(thirds, ("0.3333333333333333",) * 3))
    assert even.mean == 1
    for key in ("ips", "cressie_read", "cressie_read_mended", "betting"):
        rounded, usual = of(even, key), of(exact, key)
        assert astuple(rounded) == pytest.approx(astuple(usual), rel=1e-4)
        assert of(even, key).holds(RATE)
    for row, exact in zip(actions, of_actions, strict=True):
        assert row.mean == pytest.approx(1, abs=0.005)
        for key in ("ips", "cressie_read", "betting"):
            assert of(row, key).holds(RATE)
            assert of(row, key).width < 1.1 * of(exact, key).width


def test_what_was_rounded_in_two_ways_is_what_the_log_showed() -> None:
    log = log_of((0.56, 0.28, 0.16), ("0.6", "0.3", "0.2"))
    means = [log.propensity[log.shown == at].mean() for at in range(3)]
    assert means == pytest.approx([0.56, 0.28, 0.16], abs=0.003)
    assert all(row.mean == pytest.approx(1, abs=1e-6) for row in rows_of(log)[1:])


@pytest.mark.parametrize("written", [".31", ".32", ".331", ".3320"])
def test_deviations_beyond_rounding_have_no_interval(written: str) -> None:
    """None of the values rounds to a third. (.3320 has four digits if others have four.)"""
    even, one, _ = rows_of(log_of((1 / 3,) * 3, (written, written, ".3333"[: len(written)])))
    assert even.is_off
    assert even.mean > 1
    assert {key for key, result in even.intervals.items() if result is not None} == set()
    assert one.is_off or of(one, "cressie_read").holds(RATE)


@pytest.mark.parametrize(
    "shares",
    [(0.25,) * 4, (0.05,) * 20, (0.5, 0.3, 0.2), (0.9, 0.1), (0.85, 0.05, 0.05, 0.05),
     (0.92, 0.02, 0.02, 0.02, 0.02)],
)  # fmt: skip
def test_probabilities_that_were_set_are_exact(shares: tuple[float, ...]) -> None:
    log = log_of(shares, tuple(map(str, shares)), events=20_000)
    exact = log_of(shares, tuple(f"{share:.8f}1" for share in shares), events=20_000)
    assert log.rounding < 1e-6
    for row, usual in zip(rows_of(log), rows_of(exact), strict=True):
        for key in ("ips", "cressie_read"):
            assert of(row, key).low == pytest.approx(of(usual, key).low, rel=1e-3)
            assert of(row, key).high == pytest.approx(of(usual, key).high, rel=1e-3)


@pytest.mark.parametrize(
    ("shares", "written"),
    [
        ((1 / 3, 2 / 3), (".33", ".67")),
        ((1 / 3,) * 3, (".3333",) * 3),
        ((1 / 6, 1 / 3, 1 / 2), (".17", ".33", ".5")),
        ((0.9125, *(0.0125,) * 7), (".91", *(".01",) * 7)),
        ((0.28, 0.72), (".3", ".7")),
    ],
)
def test_probabilities_that_were_computed_are_rounded(
    shares: tuple[float, ...], written: tuple[str, ...]
) -> None:
    """The last are multiples of 5 %, but the log shows other shares."""
    assert log_of(shares, written, events=20_000).rounding >= COARSE


def test_values_of_a_model_are_rounded_even_if_they_are_multiples_of_a_twentieth() -> None:
    rng = np.random.default_rng(7)
    first = rng.integers(1, 10, 2_000) / 10
    shown = rng.random(2_000) < first
    lines = (f"{'ab'[not s]},0,{p if s else 1 - p:.1f}" for s, p in zip(shown, first, strict=True))
    data = "\n".join(["action,reward,propensity", *lines]).encode()
    assert concatenated(open_log(data, "log.csv", COLUMNS).batches()).rounding == 0.05


def test_few_events_do_not_tell_what_was_rounded() -> None:
    log = log_of((0.5, 0.5), (".5", ".5"), events=4)
    assert set(log.propensity.tolist()) == {0.5}


def test_rounding_unit_follows_from_the_digits_of_the_whole_column() -> None:
    columns = [[0.3, 0.25], [0.5, np.nan, 1.0], [1 / 3, 0.5], [1.0, 0.0], [0.123456, 0.5]]
    results = [half_unit(np.array(values)) for values in columns]
    assert results == pytest.approx([0.005, 0.05, SINGLE, SINGLE, 5e-7])


def test_shares_of_all_that_was_offered_sum_to_one() -> None:
    spread = [0.98, 0.01, 0.01, 0.01, 0.01, 0.0, 0.05]
    table = np.array([[0.14] * 7, [0.9, 0.1, 0.1, 0, 0, 0, 0], spread])
    result = normalised(table)
    np.testing.assert_allclose(result[0], np.full(7, 1 / 7))
    np.testing.assert_allclose(result[1, :4], [0.9 - 0.1 / 3, 0.1 - 0.1 / 3, 0.1 - 0.1 / 3, 0])
    # In proportion; otherwise some propensities would be negative.
    np.testing.assert_allclose(result[2], table[2] / 1.07)
    head = ",".join(["action", "reward", *(f"p_a{at}" for at in range(7))])
    row = ",".join(["1", *[".14"] * 7])
    data = "\n".join([head, *(f"a{n % 7},{row}" for n in range(700))]).encode()
    log = concatenated(open_log(data, "log.csv").batches())
    assert log.probabilities is not None
    np.testing.assert_allclose(log.probabilities, 1 / 7, rtol=1e-9)
    np.testing.assert_allclose(log.propensity, 1 / 7, rtol=1e-9)


def test_what_was_shown_keeps_its_probability_and_the_others_make_up_for_it() -> None:
    table, places = np.array([[0.333, 0.333, 0.333], [1.0, 0.0, 0.0]]), np.array([1, 0])
    exact, propensity = summing_to_one(table, places, np.array([0.334, 0.9995]))
    assert propensity.tolist() == [0.334, 1.0]  # No other action could be shown.
    np.testing.assert_allclose(exact, [[0.333, 0.334, 0.333], [1.0, 0.0, 0.0]], atol=1e-12)
