"""Inner products of crosses, and their sums by groups of fields."""

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.crosses import FEW, MAX_GROUPS, Vectors, by_group, symmetric_polynomials
from engine.protocol.features import Features, flatten

orders = st.integers(0, 3)


# -- elementary symmetric polynomials -------------------------------------------------


@given(
    arrays(np.float64, st.integers(0, 6), elements=st.floats(-10, 10, allow_subnormal=False)),
    orders,
)
def test_symmetric_polynomials_equal_the_sum_over_all_subsets(products: Array, order: int) -> None:
    # 20 products of three numbers up to 10: 20,000 at most, each rounded to 1e-16 relatively.
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


# -- distinct vectors -----------------------------------------------------------------


def test_equal_vectors_of_as_many_fields_are_held_once_whatever_the_order_of_their_columns() -> (
    None
):
    vectors = Vectors()
    one = flatten([{"a": 1, "b": 0.5}], "f")
    other = flatten([{"b": 0.5}, {"a": 1}], "f")
    larger = flatten([{"b": 0.5, "a": 1, "c": 0}], "f")
    offered = (one, other, flatten([], "f"), one, larger)
    assert [vectors.index(features) for features in offered] == [0, 0, 1, 0, 2]
    assert len(vectors) == 3


def test_inner_products_field_by_field_ignore_columns_never_seen() -> None:
    vectors = Vectors()
    vectors.index(flatten([{"a": [0.5, 1], "b": "x"}], "f"))
    vectors.index(flatten([{"b": "y"}], "f"))
    features = flatten([{"b": "y", "a": [0.5, 0.5], "new": 1}], "f")
    fields, products = vectors.by_field(features)
    assert fields == ["b", "a"]
    assert products.tolist() == [[0.0, 0.75], [1.0, 0.0]]


@pytest.mark.parametrize("most", [1, FEW, 3 * FEW])
def test_fields_of_different_numbers_of_columns_are_summed_alike_in_each_layout(most: int) -> None:
    """To the bit, also for a stored state with contiguous rows."""
    rng = np.random.default_rng(most)
    sizes = rng.integers(1, most + 1, 50)
    query, *others = [
        flatten([{f"n{i}": rng.normal(size=size).tolist() for i, size in enumerate(sizes)}], "f")
        for _ in range(41)
    ]
    vectors = Vectors()
    for features in others:
        vectors.index(features)
    stored = Vectors(vectors._columns, vectors._keys, np.ascontiguousarray(vectors._values))
    products = np.array([[*one.columns.values()] for one in others]) * [*query.columns.values()]
    expected = np.add.reduceat(products, sizes.cumsum() - sizes, axis=1)
    fields, sums = vectors.by_field(query)
    assert fields == [f"n{i}" for i in range(len(sizes))]
    np.testing.assert_allclose(sums, expected, rtol=0, atol=1e-13)
    for read in (vectors.fork(), stored):
        assert read.by_field(query)[1].tolist() == sums.tolist()


@pytest.mark.parametrize("size", [1, FEW, 13 * FEW])
def test_later_vectors_change_no_bit_of_earlier_products(size: int) -> None:
    """What a log teaches does not depend on when it is asked for."""
    rng = np.random.default_rng(size)
    query, *others = [
        flatten([{"n": rng.normal(size=size).tolist(), "m": [0.3, 0.7]}], "f") for _ in range(30)
    ]
    vectors, before = Vectors(), np.zeros((3, 0))
    for count, features in enumerate(others, start=1):
        vectors.index(features)
        products = symmetric_polynomials(vectors.by_field(query)[1], 2)
        assert products[:, : count - 1].tolist() == before.tolist()
        before = products


def test_polynomials_of_the_last_features_are_computed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors, asked = Vectors(), list[Features]()
    one, other = (flatten([{"a": number, "b": 0.5}], "f") for number in (0.25, 0.5))
    vectors.index(one)
    by_field = Vectors.by_field

    def counted(self: Vectors, features: Features) -> tuple[list[str], Array]:
        asked.append(features)
        return by_field(self, features)

    monkeypatch.setattr(Vectors, "by_field", counted)
    for features, orders, size in (other, 2, 1), (other, 1, 1), (other, 3, 1), (other, 2, 0):
        actual = vectors.polynomials(features, orders, size)
        expected = symmetric_polynomials(by_field(vectors, features)[1], orders)
        assert actual.tolist() == expected.tolist()
    assert asked == [other, other]  # Once more for the third order.
    vectors.index(other)
    assert vectors.polynomials(other, 1, 1).shape == (2, 1)
    assert vectors.polynomials(other, 1, 2).shape == (2, 2)
    assert asked == [other, other, other]


def test_totals_are_inner_products_over_all_fields() -> None:
    vectors = Vectors()
    for i in range(40):
        vectors.index(flatten([{f"c{i}": 1, "same": 0.5}], "f"))
    values = np.array([[1.0, 2.0, 9.0]])
    totals = vectors.totals(["c3", "same", "never seen"], values)
    assert totals.shape == (40, 1)
    assert totals[:, 0].tolist() == [2.0 if i == 3 else 1.0 for i in range(40)]


# -- groups of fields -----------------------------------------------------------------


def naively(products: Array, fields: list[str], weights: Array) -> dict[Group, float]:
    """Enumerate every cross; its fields are its group."""
    results: dict[Group, float] = defaultdict(float)
    for order, weight in enumerate(weights):
        for parts in combinations(range(len(fields)), order):
            group = Group(tuple(sorted({fields[part] for part in parts})))
            results[group] += float(weight @ products[:, list(parts)].prod(axis=1))
    return results


def some(contexts: int, parts: int, crosses: int) -> tuple[Array, list[str], Array]:
    """Products of parts, two per field, and weights."""
    rng = np.random.default_rng(parts)
    fields = [f"f{part // 2}" for part in range(parts)]
    return rng.normal(size=(contexts, parts)), fields, rng.normal(size=(1 + crosses, contexts))


def summed(result: Mapping[Group, Array]) -> dict[Group, float]:
    return {group: float(values.sum()) for group, values in result.items()}


@pytest.mark.parametrize("crosses", range(4))
@pytest.mark.parametrize("parts", [0, 1, 5])
def test_each_cross_counts_for_the_group_of_its_fields(parts: int, crosses: int) -> None:
    products, fields, weights = some(7, parts, crosses)
    result = summed(by_group(products, fields, parts, weights))
    assert result == pytest.approx(naively(products, fields, weights), abs=1e-12)


@pytest.mark.parametrize(
    ("parts", "together"), [(12, ()), (13, (3,)), (23, (3,)), (24, (2, 3)), (500, (2, 3))]
)
def test_orders_with_too_many_crosses_are_one_group_each(
    parts: int, together: tuple[int, ...]
) -> None:
    """1 + 12 + 66 + 220 groups are told apart; 1 + 13 + 78 + 286 are not, nor 1 + 24 + 276."""
    products, _, weights = some(4, parts, 3)
    fields = [f"f{part}" for part in range(parts)]
    result = summed(by_group(products, fields, parts, weights))
    assert {group.every for group in result} == {0, *together}
    assert len(result) <= max(MAX_GROUPS, 1 + parts) + 2
    whole = sum(
        float(weight @ polynomial)
        for weight, polynomial in zip(weights, symmetric_polynomials(products, 3), strict=True)
    )
    assert math.fsum(result.values()) == pytest.approx(whole, rel=1e-9)


def test_what_is_told_apart_does_not_depend_on_what_was_learned() -> None:
    products, fields, weights = some(4, 3, 3)
    result = by_group(products, fields, 40, weights)
    assert {group.every for group in result} == {0, 2, 3}
