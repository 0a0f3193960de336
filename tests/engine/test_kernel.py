"""Inner products of rows, against rows that are written out."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.actions import RankRequest
from engine.features import Column, columns_of_row, flatten
from engine.kernel import RowKernel, Vectors, symmetric_polynomials
from tests.engine.helpers import Array, Json, actions, contexts, dot, naive_row, request_of

Seen = list[tuple[list[Json], Json]]
orders = st.integers(0, 3)
seen = st.lists(st.tuples(contexts, actions), max_size=5)
offers = st.lists(actions, min_size=1, max_size=4)

TOLERANCE = 1e-12
"""Rows have length 1; a few hundred roundings of 1e-16 stay far below."""


def kernel_of(remembered: Seen, crosses: int) -> RowKernel:
    kernel = RowKernel(crosses)
    for context, action in remembered:
        request = request_of(context, action)
        kernel.remember(request.context, request.actions[0])
    return kernel


def between(kernel: RowKernel, request: RankRequest) -> tuple[Array, Array]:
    return kernel.between(request.context, request.actions)


# -- elementary symmetric polynomials -------------------------------------------------


@given(
    arrays(np.float64, st.integers(0, 6), elements=st.floats(-10, 10, allow_subnormal=False)),
    orders,
)
def test_symmetric_polynomials_equal_the_sum_over_all_subsets(products: Array, order: int) -> None:
    # 20 products of three numbers up to 10: 20,000 at most, rounded to 1e-16 of it each.
    expected = [
        math.fsum(math.prod(subset) for subset in combinations(products.tolist(), size))
        for size in range(order + 1)
    ]
    assert symmetric_polynomials(products, order) == pytest.approx(expected, abs=1e-10)


def test_symmetric_polynomials_of_small_whole_numbers_are_exact() -> None:
    assert symmetric_polynomials(np.array([1.0, 2, 3, 4]), 3).tolist() == [1, 10, 35, 50]


def test_symmetric_polynomials_do_not_cancel_where_power_sums_would() -> None:
    products = np.array([1e8, 1.0, 1.0])
    assert symmetric_polynomials(products, 3).tolist() == [1, 1e8 + 2, 2e8 + 1, 1e8]


def test_symmetric_polynomials_work_along_the_last_axis() -> None:
    products = np.arange(12.0).reshape(2, 2, 3)
    result = symmetric_polynomials(products, 2)
    assert result.shape == (3, 2, 2)
    for i, j in np.ndindex(2, 2):
        assert result[:, i, j].tolist() == symmetric_polynomials(products[i, j], 2).tolist()


# -- rows -----------------------------------------------------------------------------


@given(seen, contexts, offers, orders)
def test_inner_products_equal_those_of_the_engines_own_rows_written_out(
    remembered: Seen, context: list[Json], offered: list[Json], crosses: int
) -> None:
    def row(request: RankRequest, i: int) -> dict[Column, float]:
        action = request.actions[i]
        return columns_of_row(request.context, action.id, action.features, crosses)

    past = [row(request_of(c, a), 0) for c, a in remembered]
    request = request_of(context, *offered)
    now = [row(request, i) for i in range(len(offered))]
    with_past, with_each_other = between(kernel_of(remembered, crosses), request)
    expected = np.array([[dot(n, p) for p in past] for n in now]).reshape(len(now), len(past))
    np.testing.assert_allclose(with_past, expected, rtol=0, atol=TOLERANCE)
    expected = np.array([[dot(n, m) for m in now] for n in now])
    np.testing.assert_allclose(with_each_other, expected, rtol=0, atol=TOLERANCE)


@given(seen, contexts, offers, orders)
def test_inner_products_equal_those_of_rows_written_out_naively(
    remembered: Seen, context: list[Json], offered: list[Json], crosses: int
) -> None:
    past = [naive_row(c, a, crosses) for c, a in remembered]
    now = [naive_row(context, a, crosses) for a in offered]
    with_past, _ = between(kernel_of(remembered, crosses), request_of(context, *offered))
    expected = np.array([[dot(n, p) for p in past] for n in now]).reshape(len(now), len(past))
    np.testing.assert_allclose(with_past, expected, rtol=0, atol=TOLERANCE)


@given(contexts, offers, orders)
def test_offered_rows_have_length_1_and_a_symmetric_gram_matrix(
    context: list[Json], offered: list[Json], crosses: int
) -> None:
    kernel = RowKernel(crosses)
    empty, gram = between(kernel, request_of(context, *offered))
    assert empty.shape == (len(offered), 0)
    np.testing.assert_allclose(np.diag(gram), 1, rtol=0, atol=TOLERANCE)
    np.testing.assert_array_equal(gram, gram.T)


@given(contexts, actions, orders)
def test_a_row_that_is_offered_again_has_inner_product_1_with_itself(
    context: list[Json], action: Json, crosses: int
) -> None:
    kernel = kernel_of([(context, action)], crosses)
    assert between(kernel, request_of(context, action))[0] == pytest.approx(1, abs=TOLERANCE)


@given(seen)
def test_remembering_more_changes_no_earlier_inner_product(remembered: Seen) -> None:
    probe = request_of([{"user": "x", "price": 3}], {"id": "tea", "features": [{"price": 2}]})
    kernel = RowKernel(3)
    before: list[float] = []
    for context, action in remembered:
        kernel.remember((r := request_of(context, action)).context, r.actions[0])
        now = between(kernel, probe)[0][0].tolist()
        assert now[:-1] == pytest.approx(before, abs=TOLERANCE)
        before = now
    assert len(kernel) == len(remembered)


def test_actions_of_one_id_share_it_and_actions_of_two_do_not() -> None:
    plain = {"features": [{"only": "here"}]}
    other = {"features": [{"only": "there"}]}
    _, gram = between(
        RowKernel(3),
        request_of([], {"id": "a", **plain}, {"id": "a", **other}, {"id": "b", **plain}),
    )
    expected = [[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]]
    np.testing.assert_allclose(gram, expected, atol=TOLERANCE)


def test_triples_of_hundreds_of_fields_are_computed_without_writing_them_out() -> None:
    many = [{f"f{i}": str(i % 7) for i in range(400)}]
    changed = [{**many[0], "f0": "other"}]
    action = {"id": "a", "features": [{"k": 1}]}
    kernel = kernel_of([(many, action)], 3)
    shared = [math.comb(399, k) / math.comb(400, k) for k in range(4)]
    assert between(kernel, request_of(changed, action))[0] == pytest.approx(sum(shared) / 4)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param([{"a": "b=c"}, {"a": "d"}], [{"a=b": "c"}, {"a": "d"}], id="equals sign"),
        pytest.param([{"a": [1, 0, 1]}], [{"a[0]": 1, "a": [0, 0, 1]}], id="brackets"),
    ],
)
def test_names_that_look_like_columns_make_rows_of_length_1_as_well(
    first: list[Json], second: list[Json]
) -> None:
    action = {"id": "a", "features": [{"k": 1}]}
    kernel = kernel_of([(first, action), (second, action)], 3)
    assert between(kernel, request_of(second, action))[0][0, 1] == pytest.approx(1)


# -- distinct vectors -----------------------------------------------------------------


def test_equal_vectors_are_held_once_whatever_the_order_of_their_columns() -> None:
    vectors = Vectors()
    one = flatten([{"a": 1, "b": 0.5}], "f")
    other = flatten([{"b": 0.5}, {"a": 1}], "f")
    assert [vectors.index(f) for f in (one, other, flatten([], "f"), one)] == [0, 0, 1, 0]
    assert len(vectors) == 2


def test_inner_products_field_by_field_ignore_columns_never_seen() -> None:
    vectors = Vectors()
    vectors.index(flatten([{"a": [0.5, 1], "b": "x"}], "f"))
    vectors.index(flatten([{"b": "y"}], "f"))
    products = vectors.products(flatten([{"a": [0.5, 0.5], "b": "y", "new": 1}], "f"))
    assert products.tolist() == [[0.75, 0.0], [0.0, 1.0]]


def test_totals_are_inner_products_over_all_fields() -> None:
    vectors = Vectors()
    for i in range(40):
        vectors.index(flatten([{f"c{i}": 1, "same": 0.5}], "f"))
    values = np.array([[1.0, 2.0, 9.0]])
    totals = vectors.totals(["c3", "same", "never seen"], values)
    assert totals.shape == (40, 1)
    assert totals[:, 0].tolist() == [2.0 if i == 3 else 1.0 for i in range(40)]
