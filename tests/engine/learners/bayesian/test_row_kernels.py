"""`RowKernel`: inner products compared with rows written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.bayesian.number_scales import Scales
from engine.learners.bayesian.row_form import By, RowForm
from engine.learners.bayesian.row_kernels import TOGETHER, RowKernel
from engine.protocol.request import RankRequest
from tests.engine.requests import Json, actions, contexts, request_of
from tests.oracles import dot, naive_row

Seen = list[tuple[list[Json], Json]]
orders = st.integers(0, 3)
both = st.sampled_from(["id", "features"])
forms = st.builds(RowForm, orders, both)
BY_ID, BY_FEATURES = RowForm(3, "id"), RowForm(3, "features")
AS_THEY_ARE = Scales({})
seen = st.lists(st.tuples(contexts, actions), max_size=5)
offers = st.lists(actions, min_size=1, max_size=4)

TOLERANCE = 1e-12
"""By id, rows have length 1, and a few hundred rounding errors of 1e-16 stay far below the
tolerance. By features, rows have the length of their numbers, up to 9 x 9 x 9 x 9, with errors
in proportion."""


def assert_products(actual: Array, expected: Array, form: RowForm) -> None:
    relative = TOLERANCE if form.by == "features" else 0.0
    np.testing.assert_allclose(actual, expected, rtol=relative, atol=TOLERANCE)


def kernel_of(remembered: Seen, form: RowForm) -> RowKernel:
    kernel = RowKernel(form, AS_THEY_ARE)
    for context, action in remembered:
        request = request_of(context, action)
        kernel.remember(request.context, request.actions[0])
    return kernel


def between(kernel: RowKernel, request: RankRequest) -> tuple[Array, Array]:
    return kernel.between(request.context, request.actions)


# -- rows -----------------------------------------------------------------------------


@given(seen, contexts, offers, orders, both)
def test_inner_products_equal_those_of_rows_written_out_naively(
    remembered: Seen, context: list[Json], offered: list[Json], crosses: int, by: By
) -> None:
    form = RowForm(crosses, by)
    past = [naive_row(c, a, crosses, by) for c, a in remembered]
    now = [naive_row(context, a, crosses, by) for a in offered]
    with_past, with_each_other = between(kernel_of(remembered, form), request_of(context, *offered))
    expected = np.array([[dot(n, p) for p in past] for n in now]).reshape(len(now), len(past))
    assert_products(with_past, expected, form)
    assert_products(with_each_other, np.array([[dot(n, m) for m in now] for n in now]), form)


@pytest.mark.parametrize("form", [BY_ID, BY_FEATURES], ids=str)
def test_fields_of_value_0_keep_remembered_rows_apart(form: RowForm) -> None:
    """By features, x alone and x beside a y of 0 are rows of different length."""
    contexts = [[{"x": 1, "y": 0}], [{"x": 1}], [{"x": 1, "y": 0, "z": 0}]]
    actions = [{"id": "a", "features": [f]} for f in ({"k": 2}, {"k": 2, "l": 0})]
    remembered = [(c, a) for c in contexts for a in actions]
    rows = [naive_row(c, a, 3, form.by) for c, a in remembered]
    kernel = kernel_of(remembered, form)
    for context in contexts:
        result, _ = between(kernel, request_of(context, *actions))
        offered = [naive_row(context, a, 3, form.by) for a in actions]
        assert_products(result, np.array([[dot(n, p) for p in rows] for n in offered]), form)


@given(contexts, offers, forms)
def test_offered_rows_have_a_symmetric_gram_matrix_and_by_id_length_1(
    context: list[Json], offered: list[Json], form: RowForm
) -> None:
    kernel = RowKernel(form, AS_THEY_ARE)
    empty, gram = between(kernel, request_of(context, *offered))
    assert empty.shape == (len(offered), 0)
    np.testing.assert_array_equal(gram, gram.T)
    if form.by == "id":
        np.testing.assert_allclose(np.diag(gram), 1, rtol=0, atol=TOLERANCE)


@given(contexts, actions, forms)
def test_a_row_that_is_offered_again_has_its_own_square_as_inner_product_with_itself(
    context: list[Json], action: Json, form: RowForm
) -> None:
    kernel = kernel_of([(context, action)], form)
    past, own = between(kernel, request_of(context, action))
    assert_products(past, own, form)


@given(seen)
def test_remembering_more_changes_no_earlier_inner_product(remembered: Seen) -> None:
    probe = request_of([{"user": "x", "price": 3}], {"id": "tea", "features": [{"price": 2}]})
    kernel = RowKernel(BY_ID, AS_THEY_ARE)
    before: list[float] = []
    for context, action in remembered:
        kernel.remember((r := request_of(context, action)).context, r.actions[0])
        now = between(kernel, probe)[0][0].tolist()
        assert now[:-1] == pytest.approx(before, abs=TOLERANCE)
        before = now
    assert len(kernel) == len(remembered)


def test_an_id_is_never_a_feature_of_the_same_name() -> None:
    kernel = kernel_of([([], {"id": "x=a", "features": [{"n": 0}]})], BY_ID)
    offered = {"id": "tea", "features": [{"x": "a"}]}
    assert between(kernel, request_of([], offered))[0].item() == 0


def test_by_id_actions_of_one_id_share_it_and_actions_of_two_do_not() -> None:
    plain = {"features": [{"only": "here"}]}
    other = {"features": [{"only": "there"}]}
    _, gram = between(
        RowKernel(BY_ID, AS_THEY_ARE),
        request_of([], {"id": "a", **plain}, {"id": "a", **other}, {"id": "b", **plain}),
    )
    expected = [[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]]
    np.testing.assert_allclose(gram, expected, atol=TOLERANCE)


def test_by_features_actions_share_what_their_features_share_whatever_their_ids() -> None:
    plain, mixed = [{"only": "here"}], [{"only": "here", "n": 2}]
    offered: list[Json] = [
        {"id": "a", "features": plain},
        {"id": "b", "features": plain},
        {"id": "a", "features": mixed},
        {"id": "a", "features": [{"n": 0}]},
        {"id": "a", "features": [{"only": []}]},
        {"id": "b", "features": [{"n": 0}]},
    ]
    _, gram = between(RowKernel(BY_FEATURES, AS_THEY_ARE), request_of([], *offered))
    root, whole = 1 / math.sqrt(2), (1 + 4) / 2
    expected = np.array(
        [
            [1, 1, root, 0, 0, 0],
            [1, 1, root, 0, 0, 0],
            [root, root, whole, 0, 0, 0],
            [0, 0, 0, 1, 1, 0],
            [0, 0, 0, 1, 1, 0],
            [0, 0, 0, 0, 0, 1],
        ]
    )
    np.testing.assert_allclose(gram, expected, atol=TOLERANCE)


@pytest.mark.parametrize("form", [BY_ID, BY_FEATURES], ids=str)
def test_triples_of_hundreds_of_fields_are_computed_without_writing_them_out(
    form: RowForm,
) -> None:
    many = [{f"f{i}": str(i % 7) for i in range(400)}]
    changed = [{**many[0], "f0": "other"}]
    action = {"id": "a", "features": [{"k": 1}]}
    kernel = kernel_of([(many, action)], form)
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
    kernel = kernel_of([(first, action), (second, action)], BY_ID)
    assert between(kernel, request_of(second, action))[0][0, 1] == pytest.approx(1)


@pytest.mark.parametrize("form", [BY_ID, BY_FEATURES], ids=str)
def test_the_length_of_a_sum_of_rows_is_that_of_the_rows_written_out(form: RowForm) -> None:
    """Of more contexts than are looked at together; some come twice."""
    drinks = [{"id": f"d{i}", "features": [{"hot": i % 2, "size": 1.5 * i}]} for i in range(3)]
    contexts = [[{"who": f"w{i % 9}", "hour": float(i % 40)}] for i in range(TOGETHER + 10)]
    weights = np.random.default_rng(0).normal(size=(len(contexts), 3))
    total: dict[object, float] = {}
    for context, row in zip(contexts, weights.tolist(), strict=True):
        for drink, weight in zip(drinks, row, strict=True):
            for column, value in naive_row(context, drink, form.crosses, form.by).items():
                total[column] = total.get(column, 0.0) + weight * value
    expected = sum(value * value for value in total.values())
    requests = [request_of(context, *drinks) for context in contexts]
    arguments = [request.context for request in requests], requests[0].actions
    actual = RowKernel(form, AS_THEY_ARE).length(*arguments, weights)
    assert actual == pytest.approx(expected, rel=1e-9)
