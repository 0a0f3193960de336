"""Rows: a context's crosses times an action."""

import math
from collections.abc import Iterable
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.learners.base import Column
from engine.learners.bayesian.rows import By, RowForm, action_terms, columns_of_row, context_terms
from engine.protocol.features import Features, flatten
from tests.engine.helpers import Json, actions, contexts, naive_row, numbers, request_of

crosses = st.integers(0, 3)


both = st.sampled_from(["id", "features"])


BY_ID, BY_FEATURES = RowForm(3, "id"), RowForm(3, "features")


def written_out(context: list[Json], action: Json, form: RowForm) -> dict[Column, float]:
    request = request_of(context, action)
    only = request.actions[0]
    return columns_of_row(request.context, only.id, only.features, form)


def square_of(terms: Iterable[float]) -> float:
    return math.fsum(v * v for v in terms)


def as_naive(row: dict[Column, float]) -> dict[tuple[tuple[str, ...], str], float]:
    return {(c.context, f"#{c.action}" if c.of_id else c.action): value for c, value in row.items()}


@given(contexts, actions, crosses, both)
def test_a_row_equals_the_tensor_product_written_out_naively(
    context: list[Json], action: Json, order: int, by: By
) -> None:
    found = as_naive(written_out(context, action, RowForm(order, by)))
    row = {c: v for c, v in found.items() if v != 0}
    assert row == pytest.approx(naive_row(context, action, order, by), rel=1e-12, abs=1e-300)


@given(contexts, actions, crosses)
def test_by_id_every_row_has_length_1(context: list[Json], action: Json, order: int) -> None:
    row = written_out(context, action, RowForm(order, "id"))
    assert square_of(row.values()) == pytest.approx(1, abs=1e-12)


words = st.dictionaries(
    st.sampled_from("abcde"), st.sampled_from(["x", "y", True, None, 1, -1]), min_size=1
).map(lambda item: [item])


@given(words, words, crosses)
def test_by_features_a_row_of_words_has_length_1(
    context: list[Json], features: list[Json], order: int
) -> None:
    action = {"id": "tea", "features": [{"kind": "drink"}, *features]}
    row = written_out(context, action, RowForm(order, "features"))
    assert square_of(row.values()) == pytest.approx(1, abs=1e-12)


@given(st.floats(0.1, 3), st.integers(1, 4), st.integers(1, 4))
def test_by_features_a_rows_length_follows_its_numbers(size: float, c: int, a: int) -> None:
    """An action's part is as long as its numbers; of a context's k-fold crosses, their k-th power.

    The orders 0 to c share the length evenly.
    """
    context = [{f"x{i}": size for i in range(c)}]
    action = {"id": "tea", "features": [{f"y{i}": size for i in range(a)}]}
    row = written_out(context, action, BY_FEATURES)
    orders = range(min(c, 3) + 1)
    expected = size**2 * sum(size ** (2 * k) for k in orders) / len(orders)
    assert square_of(row.values()) == pytest.approx(expected, rel=1e-12)


def test_by_features_a_number_of_0_counts_as_a_field_that_is_absent_here() -> None:
    """A second field, of value 0, halves the squared length of single fields."""
    with_zero, without = (
        context_terms(flatten([item], "contextFeatures"), BY_FEATURES)
        for item in ({"x": 1, "y": 0}, {"x": 1})
    )
    assert without == pytest.approx({(): math.sqrt(1 / 2), ("x",): math.sqrt(1 / 2)})
    assert with_zero == pytest.approx({(): math.sqrt(1 / 2), ("x",): math.sqrt(1 / 4)})


@given(actions, st.sampled_from([BY_ID, BY_FEATURES]))
def test_without_a_context_a_row_is_the_action_alone(action: Json, form: RowForm) -> None:
    only = request_of([], action).actions[0]
    terms = action_terms("a", only.features, form)
    expected = {Column((), c, of_id): v for (c, of_id), v in terms.items()}
    assert columns_of_row(Features({}, {}, 0, 0), "a", only.features, form) == expected


def test_by_id_id_and_features_each_hold_half_of_an_actions_squared_length() -> None:
    features = flatten([{"a": "x", "b": 0.5}], "features")
    terms = action_terms("tea", features, BY_ID)
    assert terms["tea", True] ** 2 == pytest.approx(0.5)
    assert square_of(v for (_, of_id), v in terms.items() if not of_id) == pytest.approx(0.5)


def test_by_features_an_action_is_its_features_alone_and_numbers_count_as_they_are() -> None:
    features = flatten([{"a": "x", "b": 0.5, "c": 0, "d": [2, 1]}], "features")
    half = {("a=x", False): 0.5, ("b", False): 0.25, ("d[0]", False): 1, ("d[1]", False): 0.5}
    assert action_terms("tea", features, BY_FEATURES) == half


@pytest.mark.parametrize("form", [BY_ID, BY_FEATURES])
@pytest.mark.parametrize("features", [[], [{"n": 0}], [{"x": []}]])
def test_the_id_is_all_of_an_action_without_features_or_with_none_but_zeros(
    form: RowForm, features: list[Json]
) -> None:
    assert action_terms("tea", flatten(features, "features"), form) == {("tea", True): 1.0}


def test_an_id_is_never_a_feature_of_the_same_name() -> None:
    terms = action_terms("x=a", flatten([{"x": "a"}], "features"), BY_ID)
    assert terms.keys() == {("x=a", True), ("x=a", False)}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (0, {()}),
        (1, {(), ("a=1",), ("b=2",), ("c=3",)}),
        (2, {(), ("a=1",), ("b=2",), ("c=3",), ("a=1", "b=2"), ("a=1", "c=3"), ("b=2", "c=3")}),
    ],
)
def test_crosses_go_up_to_the_order_asked_for(order: int, expected: set[tuple[str, ...]]) -> None:
    context = flatten([{"a": "1", "b": "2", "c": "3"}], "contextFeatures")
    for by in get_args(By):
        assert context_terms(context, RowForm(order, by)).keys() == expected
        whole = context_terms(context, RowForm(3, by))
        assert whole.keys() == expected | whole.keys()
        assert ("a=1", "b=2", "c=3") in whole


def test_columns_of_one_field_are_not_crossed_with_each_other() -> None:
    context = flatten([{"tags": [1, 1]}, {"user": "x"}], "contextFeatures")
    crossed = {key for key in context_terms(context, BY_ID) if len(key) > 1}
    assert crossed == {("tags[0]", "user=x"), ("tags[1]", "user=x")}


@pytest.mark.parametrize(
    ("fields", "order", "orders"), [(0, 3, 1), (1, 3, 2), (2, 3, 3), (5, 3, 4)]
)
def test_by_id_every_order_of_crossing_that_occurs_holds_the_same_share_of_the_length(
    fields: int, order: int, orders: int
) -> None:
    context = flatten([{f"f{i}": i + 1 for i in range(fields)}], "contextFeatures")
    squares = [0.0] * 4
    for key, value in context_terms(context, RowForm(order, "id")).items():
        squares[len(key)] += value**2
    assert squares == pytest.approx([1 / orders] * orders + [0.0] * (4 - orders))


@given(numbers.filter(bool), numbers.filter(bool))
def test_by_id_the_scale_of_an_actions_only_number_does_not_matter(
    one: float, other: float
) -> None:
    assume((one > 0) == (other > 0))
    terms = [action_terms("a", flatten([{"n": n}], "features"), BY_ID) for n in (one, other)]
    assert terms[0] == pytest.approx(terms[1], rel=1e-12)
