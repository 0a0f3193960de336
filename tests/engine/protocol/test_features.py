"""Columns out of feature objects."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.features import flatten, squash
from tests.engine.refusals import refusal
from tests.engine.requests import Json, contexts
from tests.oracles import naive_columns, naive_size, naive_squash


def columns(*objects: Json) -> dict[str, float]:
    return dict(flatten(objects, "contextFeatures").columns)


# -- numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "squashed"),
    [
        (0, 0),
        (0.25, 0.25),
        (-1, -1),
        (1, 1),
        (2.5, 2.5),
        (-3, -3),
        (3, 3),
        (30, 4),
        (-30, -4),
        (3_000, 6),
        (3e300, 303),
        (12.5, 3 + math.log10(12.5 / 3)),
    ],
)
def test_beyond_3_only_the_order_of_magnitude_of_a_number_counts(
    value: float, squashed: float
) -> None:
    assert squash(value) == pytest.approx(squashed, rel=1e-15)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_squash_is_odd_and_equals_the_written_rule(value: float) -> None:
    assert squash(-value) == -squash(value)
    assert squash(value) == pytest.approx(naive_squash(value), rel=1e-15)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_squash_never_turns_an_order_round(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert squash(low) <= squash(high)


@given(st.floats(-3, 3))
def test_squash_keeps_numbers_up_to_3_as_they_are(value: float) -> None:
    assert squash(value) == value


@pytest.mark.parametrize("sign", [1, -1])
def test_squash_has_no_jump_at_3(sign: int) -> None:
    just_beyond = math.nextafter(3, 4)
    assert abs(squash(sign * just_beyond) - squash(sign * 3)) <= 2 * (just_beyond - 3)


# -- columns of a single value --------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("rainy", {"x=rainy": 1}),
        ("", {"x=": 1}),
        (True, {"x=true": 1}),
        (False, {"x=false": 1}),
        (None, {"x=null": 1}),
        ("null", {"x=null": 1}),
        (0.5, {"x": 0.5}),
        (300, {"x": 5}),
        (0, {}),
        (0.0, {}),
        ([0.2, -0.7], {"x[0]": 0.2, "x[1]": -0.7}),
        ([0, 3000], {"x[1]": 6}),
        ([], {}),
        ({"y": "a"}, {"x.y=a": 1}),
        ({}, {}),
        ({"y": [1]}, {"x.y[0]": 1}),
        ({"y": 1, "z": None}, {"x.y": 1, "x.z=null": 1}),
    ],
)
def test_a_value_becomes_these_columns(value: object, expected: dict[str, float]) -> None:
    assert columns({"x": value}) == expected


@given(contexts)
def test_columns_and_fields_of_any_context_equal_the_written_rules(context: list[Json]) -> None:
    features = flatten(context, "contextFeatures")
    by_field: dict[str, dict[str, float]] = {}
    for column, value in features.columns.items():
        by_field.setdefault(features.fields[column], {})[column] = value
    assert by_field == naive_columns(context)


def test_columns_keep_the_order_in_which_features_came() -> None:
    assert list(columns({"b": 1, "a": 2}, {"c": {"e": 3, "d": 4}})) == ["b", "a", "c.e", "c.d"]


def test_zeros_are_left_out_even_where_two_numbers_cancel() -> None:
    assert columns({"x": 1}, {"x": -1}) == {}


def test_the_same_feature_twice_adds_up() -> None:
    assert columns({"x": 0.25}, {"x": 0.5}) == {"x": 0.75}


@pytest.mark.parametrize("ignored", ["_x", "_", "_user"])
def test_names_that_start_with_an_underscore_are_ignored_wherever_they_stand(ignored: str) -> None:
    assert columns({ignored: "a", "x": 1}) == {"x": 1}
    assert columns({ignored: {"y": 1}, "x": 1}) == {"x": 1}
    assert columns({"u": {ignored: 1, "y": 1}}) == {"u.y": 1}


def test_names_are_case_sensitive() -> None:
    assert columns({"x": 1, "X": 0.5}) == {"x": 1, "X": 0.5}


@pytest.mark.parametrize(
    ("objects", "count"),
    [
        ([], 0),
        ([{}], 0),
        ([{"x": None}], 0),
        ([{"x": None, "y": 0}], 1),
        ([{"u": {"x": None, "y": []}}, {"z": False}], 2),
        ([{"_x": 1}], 0),
    ],
)
def test_non_null_counts_the_features_that_have_a_value(objects: list[Json], count: int) -> None:
    assert flatten(objects, "contextFeatures").non_null == count


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a=b": "c"}, {"a": "b=c"}, id="an equals sign in the name or in the value"),
        pytest.param({"a[0]": 1}, {"a": [1]}, id="a bracket in the name, or an array"),
        pytest.param({"a=b": 1}, {"a": "b"}, id="a number named like a string's column"),
    ],
)
def test_different_features_never_share_a_column(one: Json, other: Json) -> None:
    assert columns(one).keys().isdisjoint(columns(other))


# -- rows -----------------------------------------------------------------------------


@given(contexts)
def test_the_size_of_features_counts_their_fields(context: list[Json]) -> None:
    assert flatten(context, "contextFeatures").size == naive_size(context)


def test_an_array_of_strings_is_a_set_of_flags() -> None:
    assert columns({"media": ["text", "image", "text"]}) == {"media=text": 1, "media=image": 1}
    assert columns({"media": ["b", "a"]}) == columns({"media": ["a", "b"]})
    assert columns({"media": ["rainy"]}) == columns({"media": "rainy"})


@pytest.mark.parametrize("mixed", [["a", 1], [1, "a"], ["a", None], ["a", ["b"]], [0.5, True]])
def test_an_array_of_mixed_kinds_is_refused(mixed: list[object]) -> None:
    error = refusal(lambda: flatten([{"media": mixed}], "contextFeatures"))
    assert (error.code, error.target) == ("InvalidRankRequest", "contextFeatures[0].media[1]")


# -- namespaces within each other -----------------------------------------------------


def test_a_namespace_within_a_namespace_makes_columns_of_its_own() -> None:
    nested = {"user": {"age": 3, "home": {"city": "Rome", "geo": {"zone": 1}}}}
    assert columns(nested) == {
        "user.age": 3.0, "user:home.city=Rome": 1.0, "user:home:geo.zone": 1.0,
    }  # fmt: skip


nested_objects = st.recursive(
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "a=b", "a[b"]), st.just(1), min_size=1),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "a.b", "a=b"]), inner, min_size=1),
    max_leaves=4,
)


@given(nested_objects)
def test_columns_of_different_places_never_collide(nested: Json) -> None:
    assert len(columns(nested)) == _leaves(nested)


def _leaves(value: object) -> int:
    return sum(map(_leaves, value.values())) if isinstance(value, dict) else 1
