"""Rank and Reward requests."""

import json
import math
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import PersonalizerError
from engine.protocol import request
from engine.protocol.features import MAX_COLUMNS
from engine.protocol.request import MAX_EXCLUDED, MAX_PAYLOAD, parse_rank_request, parse_reward
from tests.engine.bad_requests import BAD_REQUESTS, MANY, BadRequest
from tests.engine.loop.loops import small_loop
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import CONTEXTS, DRINKS, actions, contexts, request_of

# -- refusals -------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_bad_request_is_refused_with_code_target_and_one_sentence(bad: BadRequest) -> None:
    """The target is the field at fault, written as in the request's JSON."""
    error = refusal(lambda: parse_rank_request(**bad.request))
    assert (error.code, error.target) == (bad.code, bad.target)
    assert_one_sentence(error, bad.value, bad.allowed)


@pytest.mark.parametrize(
    "character", [*map(chr, range(33)), ":", "|", *map(chr, range(126, 141))], ids=ascii
)
def test_a_namespace_name_may_not_hold_this_character(character: str) -> None:
    name = f"us{character}er"
    error = refusal(lambda: parse_rank_request(DRINKS, [{name: {"x": 1}}]))
    assert error.code == "InvalidRankRequest"
    assert_one_sentence(error, repr(name), "free of spaces, colons, bars and control characters")


@pytest.mark.parametrize("name", ["user", "!", "}", "\x8d", "é", "用户", "user-1.a"])
def test_a_namespace_name_may_hold_anything_else(name: str) -> None:
    request = parse_rank_request(DRINKS, [{name: {"x": 1}}])
    assert dict(request.context.fields) == {f"{name}.x": f"{name}.x"}


def test_feature_names_and_values_may_hold_what_a_namespace_may_not() -> None:
    request = parse_rank_request(DRINKS, [{"time of: day": "a|b c"}])
    assert list(request.context.columns) == ["time of: day=a|b c"]


# -- accepted requests ----------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 50])
def test_1_to_50_actions_are_accepted(size: int) -> None:
    assert len(parse_rank_request(MANY[:size]).actions) == size


@pytest.mark.parametrize("length", [1, 256])
def test_ids_of_1_to_256_characters_are_accepted(length: int) -> None:
    name = "x" * length
    request = parse_rank_request([{"id": name, "features": [{"n": 1}]}], event_id=name)
    assert (request.actions[0].id, request.event_id) == (name, name)


def test_a_payload_of_exactly_the_limit_is_accepted_and_one_character_more_is_not() -> None:
    def request(padding: int) -> Any:
        return lambda: parse_rank_request(DRINKS, [{"x": "y" * padding}])

    empty = request(0)()
    room = MAX_PAYLOAD - len(empty.actions_text) - len(empty.context_text)
    full = request(room)()
    assert len(full.actions_text) + len(full.context_text) == MAX_PAYLOAD
    assert refusal(request(room + 1)).code == "PayloadSizeExceeded"


def test_context_exclusions_event_id_and_deferral_may_be_left_out() -> None:
    request = parse_rank_request(DRINKS)
    assert request.context.columns == {}
    assert request.excluded == ()
    assert request.event_id is None
    assert request.defer_activation is False


def test_optional_fields_may_be_null() -> None:
    left_out = parse_rank_request(DRINKS)
    assert parse_rank_request(DRINKS, None, None, None, None) == left_out
    assert small_loop().rank(DRINKS, None, None, None, None) == small_loop().rank(DRINKS)
    assert small_loop().preview(DRINKS, None, None, None, None) == small_loop().preview(DRINKS)


NUMPY = {
    "float16": (np.float16(0.5), 0.5),
    "float32": (np.float32(0.1), float(np.float32(0.1))),
    "float64": (np.float64(0.1), 0.1),
    "longdouble": (np.longdouble(0.25), 0.25),
    "int64": (np.int64(-7), -7),
    "uint8": (np.uint8(200), 200),
    "true": (np.bool_(True), True),
    "false": (np.bool_(False), False),
    "array of floats": (np.array([0.1, 2.5]), [0.1, 2.5]),
    "array of float32": (np.array([0.1], dtype=np.float32), [float(np.float32(0.1))]),
    "array of ints": (np.arange(3), [0, 1, 2]),
    "list": ([np.float32(0.5), np.int8(2)], [0.5, 2]),
    "empty array": (np.array([]), []),
}


@pytest.mark.parametrize(("given", "plain"), NUMPY.values(), ids=NUMPY)
def test_a_feature_may_be_a_number_or_an_array_of_numpys(given: Any, plain: Any) -> None:
    one, other = (
        parse_rank_request([{"id": "a", "features": [{"n": 1, "v": value}]}], [{"u": {"v": value}}])
        for value in (given, plain)
    )
    assert one == other
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())


@pytest.mark.parametrize(
    "features",
    [
        pytest.param([{"n": None}, {"m": 0}], id="null and a zero"),
        pytest.param([{"n": None, "m": "a"}], id="null and a string"),
        pytest.param([{"n": {"o": None, "p": False}}], id="null and false in a namespace"),
        pytest.param([{"n": []}], id="an empty array"),
    ],
)
def test_one_non_null_feature_is_enough_for_an_action(features: list[dict[str, Any]]) -> None:
    assert parse_rank_request([{"id": "a", "features": features}]).actions[0].features.non_null


def test_other_sequences_and_mappings_are_read_as_lists_and_objects() -> None:
    plain = parse_rank_request([{"id": "a", "features": [{"t": [1, 2]}]}], [{"u": {"n": "x"}}])
    other = parse_rank_request(
        ({"id": "a", "features": ({"t": range(1, 3)},)},),
        (MappingProxyType({"u": MappingProxyType({"n": "x"})}),),
    )
    assert other.to_json() == plain.to_json()
    assert other.actions[0].features.columns == plain.actions[0].features.columns
    assert other.context.columns == plain.context.columns


def test_the_same_text_is_parsed_once_and_shared() -> None:
    one, other = parse_rank_request(DRINKS, CONTEXTS[0]), parse_rank_request(DRINKS, CONTEXTS[0])
    assert one.context is other.context
    assert one.actions is other.actions


def test_a_request_keeps_nothing_of_the_callers_objects() -> None:
    context = [{"tags": [1, 2]}]
    request = parse_rank_request(DRINKS, context)
    context[0]["tags"].append(3)
    assert list(request.context.columns) == ["tags[0]", "tags[1]"]
    assert request.to_json()["contextFeatures"] == [{"tags": [1, 2]}]


def test_a_changed_request_is_parsed_again() -> None:
    """Even for equal values: long parts of a request are cached by identity."""
    actions: list[dict[str, Any]] = [{"id": f"a{i}", "features": [{"n": 1}]} for i in range(9)]
    features = actions[8]["features"]
    text = parse_rank_request(actions).actions_text
    assert parse_rank_request(actions).actions_text is text
    for value in (1.0, True, "1", [1], (1,), [1.0], {"m": 1}, {"m": 1.0}, {"k": 1.0}, 1):
        features[0]["n"] = value
        assert parse_rank_request(actions).actions_text == json.dumps(
            actions, separators=(",", ":")
        )
    features[0] = {"m": 1}
    assert parse_rank_request(actions).to_json()["actions"] == actions
    features.append({"n": 1})
    actions.pop(0)
    assert parse_rank_request(actions).to_json()["actions"] == actions
    features[0][1] = 1
    assert refusal(lambda: parse_rank_request(actions)).code == "InvalidRankRequest"


# -- exclusions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("excluded", "allowed"),
    [
        ([], (0, 1, 2)),
        (["latte"], (1, 2)),
        (["latte", "latte"], (1, 2)),
        (["brew", "mocha"], (0,)),
        (["tea"], (0, 1, 2)),
    ],
)
def test_the_allowed_actions_are_the_others_in_the_order_of_the_request(
    excluded: list[str], allowed: tuple[int, ...]
) -> None:
    assert parse_rank_request(DRINKS, excluded_actions=excluded).allowed == allowed


# -- JSON shapes ----------------------------------------------------------------------


def test_a_request_goes_back_to_the_json_it_came_from() -> None:
    request = parse_rank_request(DRINKS, CONTEXTS[0], ["brew"], "e1", True)
    assert request.to_json() == {
        "contextFeatures": CONTEXTS[0],
        "actions": DRINKS,
        "excludedActions": ["brew"],
        "eventId": "e1",
        "deferActivation": True,
    }


def test_the_values_of_a_context_are_those_that_came_by_the_names_of_its_fields() -> None:
    context = [{"user": {"age": 31.5, "_id": 7}, "a.b": "x"}, {"taste": [0.2, 700], "hot": True}]
    request = parse_rank_request([{"id": "tea", "features": [{"k": 1}]}], context)
    assert request.context_values == {
        "user.age": 31.5,
        "a\\.b": "x",
        "taste": [0.2, 700],
        "hot": True,
    }
    assert set(request.context_values) == set(request.context.fields.values())


@given(contexts, st.lists(actions, min_size=1, max_size=3, unique_by=lambda action: action["id"]))
def test_any_good_request_survives_the_way_to_json_text_and_back(
    context: list[dict[str, Any]], offered: list[dict[str, Any]]
) -> None:
    request = request_of(context, *offered)
    again = json.loads(json.dumps(request.to_json(), allow_nan=False))
    assert again["contextFeatures"] == context
    assert again["actions"] == offered


# -- rewards --------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, -0.5, 0, 1e-9, 0.5, 1, 1.0])
def test_a_reward_from_minus_1_to_1_is_accepted(value: float) -> None:
    parsed = parse_reward(value)
    assert parsed == value
    assert isinstance(parsed, float)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.000001, "1.000001"),
        (-1.000001, "-1.000001"),
        (2, "2"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (True, "True"),
        (False, "False"),
        (None, "None"),
        ("1", "'1'"),
        ([1], "[1]"),
        ({"value": 1}, "{'value': 1}"),
        (1j, "1j"),
        pytest.param(10**5_000, "", id="a whole number of 5,000 digits"),
    ],
)
def test_any_other_reward_is_refused(value: object, shown: str) -> None:
    error = refusal(lambda: parse_reward(value))
    assert (error.code, error.target) == ("InvalidRewardRequest", "value")
    assert_one_sentence(error, shown, "a number from -1 to 1")


@given(st.floats() | st.integers())
def test_a_number_is_a_reward_exactly_if_it_lies_from_minus_1_to_1(value: float) -> None:
    if -1 <= value <= 1:
        assert parse_reward(value) == value
    else:
        assert refusal(lambda: parse_reward(value)).code == "InvalidRewardRequest"


def numbers(count: int) -> list[dict[str, dict[str, int]]]:
    return [{"context": {f"f{i}": 1 for i in range(count)}}]


def test_a_context_may_have_so_many_columns_and_no_more() -> None:
    loop = small_loop(crosses=1)
    loop.rank(DRINKS, numbers(MAX_COLUMNS))
    error = refusal(lambda: loop.rank(DRINKS, numbers(MAX_COLUMNS + 1)))
    assert_one_sentence(error, f"{MAX_COLUMNS + 1:,}".replace(",", ""), str(MAX_COLUMNS))
    assert len(loop.events) == 1


def test_so_many_actions_may_be_excluded_and_no_more() -> None:
    loop = small_loop()
    names = [f"nobody {i}" for i in range(MAX_EXCLUDED)]
    loop.rank(DRINKS, CONTEXTS[0], names)
    error = refusal(lambda: loop.rank(DRINKS, CONTEXTS[0], [*names, "one more"]))
    assert_one_sentence(error, str(MAX_EXCLUDED + 1), str(MAX_EXCLUDED))
    assert len(loop.events) == 1


@pytest.mark.parametrize(
    ("given", "taken"), [(np.float32(0.25), 0.25), (np.float64(1), 1.0), (np.int64(-1), -1.0)]
)
def test_a_reward_may_be_a_number_of_numpys(given: Any, taken: float) -> None:
    loop = small_loop()
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    loop.reward(event, given)
    assert loop.events[event].rewards == [taken]
    assert type(loop.events[event].rewards[0]) is float


@pytest.mark.parametrize("given", [np.float64("nan"), np.bool_(True), np.array([0.5]), "0.5"])
def test_values_that_only_look_like_a_reward_are_refused(given: Any) -> None:
    loop = small_loop()
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    entries = len(loop.log)
    refusal(lambda: loop.reward(event, given))
    assert len(loop.log) == entries


@pytest.mark.parametrize(
    "values",
    [
        [1, 1.0, True],
        [0.0, -0.0, 0, False, None],
        [{}, [], [[]], [{}]],
        [[1.0, 2.0], [1, 2], [1.0, 2], ["1.0", "2.0"]],
        [{"a": 1.0}, {"b": 1.0}, {"a": {"b": 1.0}}],
    ],
    ids=str,
)
def test_cached_text_distinguishes_equal_values_of_other_types(values: list[Any]) -> None:
    """In any order: Python's 1, 1.0 and True are equal, their JSON is not."""
    for value in [*values, *reversed(values)]:
        context = [{"n": {"x": value}}]
        with suppress(PersonalizerError):
            text = parse_rank_request([{"id": "a", "features": []}], context).context_text
            assert text == json.dumps(context, separators=(",", ":"))


def test_cache_of_texts_is_bounded() -> None:
    values = [[{"name": "x" * request.LONG, "place": place}] for place in range(request.KEPT + 1)]
    for value in values:
        request._written(value)
        assert len(request._SENT) <= request.KEPT


def test_50_actions_with_embeddings_of_1536_numbers_fit() -> None:
    numbers = [-0.012345678901234567] * 1_536
    actions = [{"id": f"a{i}", "features": [{"text": numbers}]} for i in range(50)]
    assert len(parse_rank_request(actions).actions) == 50


def test_the_payload_is_measured_in_bytes() -> None:
    wide = [{"x": "é" * (MAX_PAYLOAD // 2)}]
    assert refusal(lambda: parse_rank_request(DRINKS, wide)).code == "PayloadSizeExceeded"
