"""Scales of numbers, at any unit and size."""

import math
import sys
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.learners.bayesian.hypothesis import HYPOTHESES, Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from engine.learners.bayesian.number_scales import BINS, FURTHEST, KNOTS, Scale, Scales
from engine.protocol.features import Features, squash
from tests.engine.learners.bayesian.histories import teach
from tests.engine.requests import Json, request_of
from tests.oracles import naive_columns, naive_readings

any_number = st.floats(allow_nan=False, allow_infinity=False)
any_values = st.lists(any_number, min_size=1, max_size=40)
plain_values = st.lists(st.integers(-1_000, 1_000).map(float), min_size=1, max_size=40)
some_values = st.lists(st.floats(-50, 50).map(lambda v: round(v, 2)), min_size=2, max_size=40)


def scale_of(values: list[float]) -> Scale:
    return Scale.of(Counter(values))


def length(vector: dict[int, float]) -> float:
    return math.sqrt(math.fsum(share * share for share in vector.values()))


def dot(one: dict[int, float], other: dict[int, float]) -> float:
    return math.fsum(share * other.get(knot, 0.0) for knot, share in one.items())


def features_of(*objects: Json) -> Features:
    return request_of(list(objects), {"id": "a", "features": [{"k": 1}]}).context


# -- any numbers ----------------------------------------------------------------------


@given(any_values, any_number)
def test_any_finite_number_is_read_as_finite_ones(values: list[float], value: float) -> None:
    """For the largest and smallest floats, within or far outside the numbers seen before."""
    scale = scale_of(values)
    for number in (value, *values, sys.float_info.max, -sys.float_info.max, 0.0, 5e-324):
        near = scale.by_nearness(number)
        assert length(near) == pytest.approx(1, abs=1e-12)
        assert all(0 <= knot < len(scale.knots) and share > 0 for knot, share in near.items())
        assert abs(scale.along_line(number)) <= squash(FURTHEST)
        assert 0 <= scale.bin(number) < max(len(scale.knots), BINS)


@given(any_values)
def test_knots_increase_from_the_least_to_the_largest(values: list[float]) -> None:
    knots = scale_of(values).knots
    assert all(low < high for low, high in pairwise(knots))
    assert len(knots) <= KNOTS
    assert knots[0] == pytest.approx(min(values), abs=1e-323)
    assert knots[-1] == pytest.approx(max(values), abs=1e-323)


@given(any_values, any_number, any_number)
def test_larger_numbers_never_lie_to_the_left(values: list[float], one: float, two: float) -> None:
    scale = scale_of(values)
    low, high = sorted((one, two))
    assert scale.place(low) <= scale.place(high) + 1e-12
    assert scale.along_line(low) <= scale.along_line(high)
    assert scale.bin(low) <= scale.bin(high)


@pytest.mark.parametrize("value", [0.0, 1e308, -7.5, 5e-324, 1e-300])
def test_a_constant_says_nothing(value: float) -> None:
    scale = scale_of([value] * 5)
    assert scale.by_nearness(value) == {0: 1.0}
    assert scale.along_line(value) == 0
    assert {scale.bin(v) for v in (value, value + 1, -1e308)} == {0}


# -- by nearness ----------------------------------------------------------------------


@given(plain_values, st.integers(1, 1_000), st.integers(-1_000, 1_000))
def test_by_nearness_neither_unit_nor_zero_matter(
    values: list[float], unit: int, zero: int
) -> None:
    """With integers, so that products and sums are exact."""
    scale, other = scale_of(values), scale_of([unit * value + zero for value in values])
    for value in (*values, min(values) - 3, max(values) + 3, float(np.mean(values))):
        one, two = scale.by_nearness(value), other.by_nearness(unit * value + zero)
        for knot in {*one, *two}:
            assert one.get(knot, 0.0) == pytest.approx(two.get(knot, 0.0), abs=1e-6)


@given(st.sets(any_number, min_size=1, max_size=KNOTS))
def test_few_different_values_are_words(values: set[float]) -> None:
    """No value is similar to another."""
    scale = scale_of([*values, *values])
    assert scale.few
    read = {value: scale.by_nearness(value) for value in values}
    assert all(vector == {knot: 1.0} for knot, vector in enumerate(read[v] for v in sorted(values)))
    assert sorted(scale.bin(value) for value in values) == list(range(len(values)))


def test_between_two_of_few_values_it_is_like_both() -> None:
    scale = scale_of([1, 2, 4])
    assert scale.by_nearness(3) == pytest.approx({1: math.sqrt(0.5), 2: math.sqrt(0.5)})
    assert scale.by_nearness(0) == {0: 1.0}
    assert scale.by_nearness(99) == {2: 1.0}


def test_of_many_values_near_ones_are_alike_and_far_ones_are_not() -> None:
    hours = [h / 10 for h in range(240)]
    scale = scale_of(hours)
    at = {h: scale.by_nearness(h) for h in (1.0, 2.0, 9.0, 23.0)}
    assert dot(at[1.0], at[2.0]) > 0.9
    assert dot(at[1.0], at[9.0]) < 0.3
    assert dot(at[1.0], at[23.0]) == 0


@given(st.lists(st.integers(0, 10_000).map(float), min_size=60, max_size=200, unique=True))
def test_cells_of_many_values_are_as_often_met(values: list[float]) -> None:
    scale = scale_of(values)
    counts = np.bincount([scale.bin(value) for value in values], minlength=BINS)
    assert len(counts) == BINS
    assert counts.max() - counts.min() <= len(values) / KNOTS + 2


# -- along a line ---------------------------------------------------------------------


@given(some_values, st.floats(1e-6, 1e6))
def test_along_a_line_the_unit_does_not_matter(values: list[float], unit: float) -> None:
    scale, other = scale_of(values), scale_of([unit * value for value in values])
    # If both are equally skewed up to rounding, either may be chosen.
    assume(scale.logged == other.logged)
    for value in values:
        assert other.along_line(unit * value) == pytest.approx(scale.along_line(value), abs=1e-6)


def test_skewed_positive_numbers_are_read_on_a_log_scale_in_any_unit() -> None:
    prices = np.exp(np.random.default_rng(0).normal(3, 1.5, size=200))
    for unit in (0.001, 1.0, 1e6):
        scale = scale_of((unit * prices).tolist())
        assert scale.logged
        assert not scale_of((unit * (prices - 1e4)).tolist()).logged
        logs = np.log(prices)
        expected = [squash(z) for z in ((logs - logs.mean()) / logs.std()).tolist()]
        results = [scale.along_line(unit * price) for price in prices.tolist()]
        np.testing.assert_allclose(results, expected, atol=1e-9)
        assert scale.along_line(0) == scale.along_line(-5) < min(results)


def test_values_like_dates_are_as_many_standard_deviations_apart_as_from_zero() -> None:
    days = np.random.default_rng(0).uniform(0, 86_400, size=100).round()
    scale = scale_of((1.7e9 + days).tolist())
    for day in days.tolist():
        z = (day - days.mean()) / days.std()
        assert scale.along_line(1.7e9 + day) == pytest.approx(z, abs=1e-3)


# -- contexts and actions -------------------------------------------------------------

OBJECTS: list[Json] = [
    {"hour": 3, "word": "x", "list": [1.5, 2.5], "flag": True, "none": None},
    {"inner": {"price": 12.5}},
]


def test_only_numbers_are_read_and_everything_else_stays() -> None:
    seen = [[{"hour": h, "inner": {"price": h * 2.5 + 1}}] for h in range(10)]
    offers = [(features_of(*objects), ()) for objects in seen]
    scales = Scales.fitted(offers)
    assert scales.of.keys() == {"hour", "inner.price"}
    for near in (True, False):
        result = scales.context(features_of(*OBJECTS), near)
        read = naive_readings(seen, "id" if near else "features")
        columns = naive_columns(OBJECTS, read)
        assert _by_field(result) == {
            field: pytest.approx(values) for field, values in columns.items()
        }
        assert result.size == features_of(*OBJECTS).size


def _by_field(features: Features) -> dict[str, dict[str, float]]:
    results: dict[str, dict[str, float]] = {}
    for column, value in features.columns.items():
        results.setdefault(features.fields[column], {})[column] = value
    return results


def test_a_number_that_was_never_seen_stays_as_it_is() -> None:
    scales = Scales.fitted([(features_of({"hour": 3}), ())])
    other = scales.context(features_of({"age": 40}), near=True)
    assert dict(other.columns) == {"age": squash(40)}
    assert Scales({}).context(features_of({"age": 40}), near=True).columns == other.columns


def test_a_number_that_is_missing_adds_no_column() -> None:
    scales = Scales.fitted([(features_of({"hour": h}), ()) for h in range(12)])
    assert dict(scales.context(features_of({"word": "x"}), near=True).columns) == {"word=x": 1.0}


def test_the_same_offers_make_the_same_scales_and_their_order_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    requests = [
        request_of([{"hour": float(h)}], {"id": "a", "features": [{"price": float(p)}]})
        for h, p in rng.lognormal(size=(50, 2))
    ]
    offers = [(request.context, request.actions) for request in requests]
    one, same, other = (Scales.fitted(o).of for o in (offers, offers, offers[::-1]))
    assert one == same
    for name, scale in one.items():
        assert scale.knots == other[name].knots
        assert scale.mean == pytest.approx(other[name].mean)
        assert (scale.few, scale.logged) == (other[name].few, other[name].logged)


# -- learning from numbers ------------------------------------------------------------


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("rate", [False, True], ids=["hour", "a rate below .001"])
def test_a_raw_number_is_learned_as_one_standardised_by_hand(rate: bool) -> None:
    """A threshold of a number alone: afterwards the right action is known on either side."""
    rng = np.random.default_rng(0)
    values = rng.random(400) * (0.001 if rate else 24)
    middle = float(np.median(values))
    raw, standard = (BayesianLearner(HYPOTHESES, may_change=False) for _ in range(2))
    for value in values.tolist():
        action = int(rng.integers(2))
        reward = float(rng.random() < (0.9 if action == (value > middle) else 0.1))
        z = (value - float(values.mean())) / float(values.std())
        offered: Json = {"id": f"a{action}", "features": [{"k": action == 1}]}
        teach(raw, [([{"n": value}], offered, reward)])
        teach(standard, [([{"n": z}], offered, reward)])
    offer = [{"id": f"a{k}", "features": [{"k": k == 1}]} for k in range(2)]
    for value in np.quantile(values, [0.05, 0.25, 0.4, 0.6, 0.75, 0.95]).tolist():
        z = (value - float(values.mean())) / float(values.std())
        one = raw.belief(request_of([{"n": value}], *offer)).mean
        two = standard.belief(request_of([{"n": z}], *offer)).mean
        assert int(one.argmax()) == (value > middle)
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_a_number_alone_tells_hours_apart() -> None:
    """As the only number of a context, hour 1 and hour 23 used to give the same row by id."""
    model = BayesianLearner((Hypothesis(),), may_change=False)
    rng = np.random.default_rng(0)
    action: Json = {"id": "a", "features": [{"k": 1}]}
    for hour in (24 * rng.random(100)).tolist():
        teach(model, [([{"hour": hour}], action, float(hour > 12))])
    means = [float(model.belief(request_of([{"hour": h}], action)).mean[0]) for h in (1, 6, 18, 23)]
    assert max(means[:2]) < 0.2
    assert min(means[2:]) > 0.8


def test_what_a_context_is_worth_whatever_is_offered_can_be_said_of_actions_of_numbers() -> None:
    """Centred articles of two numbers had no common direction: a hot day with higher rewards for
    all articles was attributed to the articles shown.
    """
    model = BayesianLearner((Hypothesis(crosses=1, by="features"),), may_change=False)
    rng = np.random.default_rng(0)
    articles: list[Json] = [
        {"id": f"a{k}", "features": [{"price": float(price), "size": float(size)}]}
        for k, (price, size) in enumerate(rng.standard_normal((6, 2)))
    ]
    for heat in rng.standard_normal(300).tolist():
        earned = 0.5 + 0.2 * heat
        teach(model, [([{"heat": heat}], articles[int(rng.integers(6))], earned)])
    for heat in (-1.0, 0.0, 1.0):
        means = model.belief(request_of([{"heat": heat}], *articles)).mean
        np.testing.assert_allclose(means, 0.5 + 0.2 * heat, atol=0.05)
