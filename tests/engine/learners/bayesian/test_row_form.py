"""Scales of a context's crosses and an action's columns."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.learners.bayesian.row_form import By, RowForm, action_scales, context_scales
from engine.protocol.features import flatten
from tests.engine.requests import Json, actions, contexts, numbers, request_of

crosses = st.integers(0, 3)
BY_ID, BY_FEATURES = RowForm(3, "id"), RowForm(3, "features")
FORMS = pytest.mark.parametrize("form", [BY_ID, BY_FEATURES], ids=str)


def square_of(context: list[Json], action: Json, form: RowForm) -> float:
    """Squared length of a row: the context part's squared length times the action part's."""
    request = request_of(context, action)
    features = request.actions[0].features
    scale, id_length = action_scales(features, form)
    own = math.fsum((scale * value) ** 2 for value in features.columns.values())
    return context_scales(request.context, form)[1] * (own + id_length**2)


@given(contexts, actions, crosses)
def test_by_id_every_row_has_length_1(context: list[Json], action: Json, order: int) -> None:
    assert square_of(context, action, RowForm(order, "id")) == pytest.approx(1, abs=1e-12)


words = st.dictionaries(
    st.sampled_from("abcde"), st.sampled_from(["x", "y", True, None, 1, -1]), min_size=1
).map(lambda item: [item])


@given(words, words, crosses)
def test_by_features_a_row_of_words_has_length_1(
    context: list[Json], features: list[Json], order: int
) -> None:
    action = {"id": "tea", "features": [{"kind": "drink"}, *features]}
    assert square_of(context, action, RowForm(order, "features")) == pytest.approx(1, abs=1e-12)


@given(st.floats(0.1, 3), st.integers(1, 4), st.integers(1, 4))
def test_by_features_a_rows_length_follows_its_numbers(size: float, c: int, a: int) -> None:
    """The action part is as long as its numbers; k-fold crosses of a context, as their k-th power.

    The orders 0 to c share the length evenly.
    """
    context = [{f"x{i}": size for i in range(c)}]
    action = {"id": "tea", "features": [{f"y{i}": size for i in range(a)}]}
    orders = range(min(c, 3) + 1)
    expected = size**2 * sum(size ** (2 * k) for k in orders) / len(orders)
    assert square_of(context, action, BY_FEATURES) == pytest.approx(expected, rel=1e-12)


def test_by_features_a_number_of_0_counts_as_a_field_that_is_absent_here() -> None:
    """A second field, of value 0, halves the squared length of single fields."""
    with_zero, without = (
        context_scales(flatten([item], "contextFeatures"), BY_FEATURES)[0]
        for item in ({"x": 1, "y": 0}, {"x": 1})
    )
    assert without == pytest.approx([math.sqrt(1 / 2), math.sqrt(1 / 2), 0, 0])
    assert with_zero == pytest.approx([math.sqrt(1 / 2), math.sqrt(1 / 4), 0, 0])


@FORMS
def test_without_a_context_a_row_is_the_action_alone(form: RowForm) -> None:
    scales, square = context_scales(flatten([], "contextFeatures"), form)
    assert (scales.tolist(), square) == ([1, 0, 0, 0], 1)


def test_by_id_id_and_features_each_hold_half_of_an_actions_squared_length() -> None:
    scale, id_length = action_scales(flatten([{"a": "x", "b": 0.5}], "features"), BY_ID)
    assert id_length**2 == pytest.approx(0.5)
    assert scale**2 * (1 + 0.5**2) == pytest.approx(0.5)


def test_by_features_an_action_is_its_features_alone_and_numbers_count_as_they_are() -> None:
    """One of four parts, equal to the number of fields including the field with value 0."""
    features = flatten([{"a": "x", "b": 0.5, "c": 0, "d": [2, 1]}], "features")
    assert action_scales(features, BY_FEATURES) == (0.5, 0)


@FORMS
@pytest.mark.parametrize("features", [[], [{"n": 0}], [{"x": []}]])
def test_the_id_is_all_of_an_action_without_features_or_with_none_but_zeros(
    form: RowForm, features: list[Json]
) -> None:
    assert action_scales(flatten(features, "features"), form) == (0, 1)


@pytest.mark.parametrize("by", ["id", "features"])
@pytest.mark.parametrize("order", range(4))
def test_crosses_go_up_to_the_order_asked_for(order: int, by: By) -> None:
    context = flatten([{"a": "1", "b": "2", "c": "3"}], "contextFeatures")
    scales, _ = context_scales(context, RowForm(order, by))
    assert len(scales) == order + 1
    assert np.all(scales > 0)


def test_columns_of_one_field_are_not_crossed_with_each_other() -> None:
    """Two pairs, of a tag and the user, and no triple."""
    context = flatten([{"tags": [1, 1]}, {"user": "x"}], "contextFeatures")
    scales, _ = context_scales(context, BY_ID)
    assert scales == pytest.approx([1 / math.sqrt(3), 1 / 3, 1 / math.sqrt(6), 0])


@pytest.mark.parametrize(("fields", "orders"), [(0, 1), (1, 2), (2, 3), (5, 4)])
def test_by_id_every_order_of_crossing_that_occurs_holds_the_same_share_of_the_length(
    fields: int, orders: int
) -> None:
    context = flatten([{f"f{i}": 1 for i in range(fields)}], "contextFeatures")
    scales, _ = context_scales(context, BY_ID)
    squares = [math.comb(fields, k) * scale**2 for k, scale in enumerate(scales)]
    assert squares == pytest.approx([1 / orders] * orders + [0.0] * (4 - orders))


@given(numbers.filter(bool))
def test_by_id_the_scale_of_an_actions_only_number_does_not_matter(number: float) -> None:
    features = flatten([{"n": number}], "features")
    scale, id_length = action_scales(features, BY_ID)
    assert id_length == pytest.approx(math.sqrt(1 / 2))
    assert scale * abs(features.columns["n"]) == pytest.approx(math.sqrt(1 / 2), rel=1e-12)
