"""Every way in which a Rank request can be wrong, with what is to be answered."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from tests.engine.requests import DRINKS, Json

LONG = "x" * 257
MANY: list[Json] = [{"id": str(i), "features": [{"n": i}]} for i in range(51)]
LOOPED: Json = {}
LOOPED["again"] = LOOPED
NINE: Json = {"b": 1}
for _ in range(8):
    NINE = {"a": NINE}
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]
NO_JSON = object()


@dataclass(frozen=True)
class BadRequest:
    """Arguments of a Rank call and the refusal expected for them.

    Attributes:
        request: the arguments.
        target: the field at fault, written as in the request's JSON.
        value: how the message shows the value.
        allowed: words of the message that say what is allowed.
    """

    request: dict[str, Any]
    target: str
    value: str
    allowed: str
    code: str = "InvalidRankRequest"


def _context(value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A valid request except for one feature of the context, ``{"x": value}``."""
    request = {"actions": DRINKS, "context_features": [{"x": value}]}
    return BadRequest(request, f"contextFeatures[0].x{target}", shown, allowed)


def _contexts(value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A valid request except for its context."""
    request = {"actions": DRINKS, "context_features": value}
    return BadRequest(request, f"contextFeatures{target}", shown, allowed)


def _actions(value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A request with bad actions."""
    return BadRequest({"actions": value}, f"actions{target}", shown, allowed)


def _action(value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A request with a valid first action and an invalid second action."""
    return _actions([DRINKS[0], value], f"[1]{target}", shown, allowed)


def _features(value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A request whose second action has invalid features."""
    return _action({"id": "b", "features": value}, f".features{target}", shown, allowed)


def _argument(name: str, value: object, target: str, shown: str, allowed: str) -> BadRequest:
    """A valid request except for one further argument."""
    return BadRequest({"actions": DRINKS, name: value}, target, shown, allowed)


_ID = "a string of 1 to 256 characters"
_OBJECT = "an object of feature names and values"
_NON_NULL = "at least one non-null feature"
_NUMBER = "a number"
_FINITE = "a finite number"
_VALUE = "a string, number, boolean, null, array"
_DEPTH = "at most 8 objects within each other"

BAD_REQUESTS: dict[str, BadRequest] = {
    # the event
    "event id empty": _argument("event_id", "", "eventId", "''", _ID),
    "event id too long": _argument("event_id", LONG, "eventId", "'xxx", _ID),
    "event id half a surrogate pair": _argument("event_id", "\ud800", "eventId", "'\\ud800'", _ID),
    "event id a number": _argument("event_id", 7, "eventId", "7", _ID),
    "deferral a number": _argument("defer_activation", 1, "deferActivation", "1", "true or false"),
    # the actions
    "no action": _actions([], "", "0", "1 to 50"),
    "51 actions": _actions(MANY, "", "51", "1 to 50"),
    "actions null": _actions(None, "", "None", "a list of 1 to 50 actions"),
    "actions a string": _actions("tea", "", "'tea'", "a list of 1 to 50 actions"),
    "actions an object": _actions({"id": "tea"}, "", "{'id'", "a list of 1 to 50 actions"),
    "action null": _action(None, "", "None", "an object with id and features"),
    "action a string": _action("tea", "", "'tea'", "an object with id and features"),
    "action id empty": _action({"id": "", "features": [{"n": 1}]}, ".id", "''", _ID),
    "action id too long": _action({"id": LONG, "features": [{"n": 1}]}, ".id", "'xxx", _ID),
    "action id missing": _action({"features": [{"n": 1}]}, ".id", "missing", _ID),
    "action id a number": _action({"id": 5, "features": [{"n": 1}]}, ".id", "5", _ID),
    "action id twice": _actions(
        [DRINKS[0], DRINKS[1], DRINKS[2], DRINKS[1]],
        "[3].id",
        "'mocha'",
        "another id than that of actions[1]",
    ),
    "action without features": _action({"id": "b"}, ".features", "missing", "a list of objects"),
    "features null": _features(None, "", "None", "a list of objects"),
    "features an object": _features({"n": 1}, "", "{'n': 1}", "a list of objects"),
    "features empty": _features([], "", "[]", _NON_NULL),
    "features only null": _features([{"n": None}, {"m": {"o": None}}], "", "[{'n'", _NON_NULL),
    "features only ignored": _features([{"_n": 1}], "", "[{'_n': 1}]", _NON_NULL),
    "features only an empty namespace": _features([{"m": {}}], "", "[{'m': {}}]", _NON_NULL),
    "features hold a null": _features([None], "[0]", "None", _OBJECT),
    "features hold a string": _features([{"n": 1}, "n"], "[1]", "'n'", _OBJECT),
    # the context
    "context an object": _contexts({"x": 1}, "", "{'x': 1}", "a list of objects"),
    "context a string": _contexts("rainy", "", "'rainy'", "a list of objects"),
    "context holds a null": _contexts([None], "[0]", "None", _OBJECT),
    "context holds a list": _contexts([[{"x": 1}]], "[0]", "[{'x': 1}]", _OBJECT),
    "context refers to itself": _contexts([LOOPED], f"[0]{'.again' * 9}", "{'again'", _DEPTH),
    # names
    "feature name empty": _contexts([{"": 1}], "[0]", "''", "a non-empty string"),
    "feature name empty, inside": _contexts(
        [{"user": {"": 1}}], "[0].user", "''", "a non-empty string"
    ),
    "feature name a number": _contexts([{1: 1}], "[0]", "1", "a non-empty string"),
    "feature name a pair": _contexts([{("a", "b"): 1}], "[0]", "('a', 'b')", "a non-empty string"),
    "namespace name with a space": _contexts(
        [{"a b": {"x": 1}}], "[0]", "'a b'", "free of spaces, colons, bars and control characters"
    ),
    # values
    "array of strings": _context([1, "a"], "[1]", "'a'", _NUMBER),
    "array of booleans": _context([True], "[0]", "True", _NUMBER),
    "array with a null": _context([1, None], "[1]", "None", _NUMBER),
    "array of arrays": _context([[1]], "[0]", "[1]", _NUMBER),
    "array with a NaN": _context([1, math.nan], "[1]", "nan", _FINITE),
    "NaN": _context(math.nan, "", "nan", _FINITE),
    "infinity": _context(math.inf, "", "inf", _FINITE),
    "minus infinity": _context(-math.inf, "", "-inf", _FINITE),
    "a whole number beyond any float": _context(10**400, "", "1000", _FINITE),
    "a whole number of 5,000 digits": _context(10**5_000, "", "", _FINITE),
    "nested nine deep": _context(NINE, ".a" * 8, "{'b': 1}", _DEPTH),
    "nested 100,000 deep": _context(DEEP, "[0]", "[[[", _NUMBER),
    "a NaN of NumPy's": _context(np.float32("nan"), "", "nan", _FINITE),
    "an infinity of NumPy's": _context(np.longdouble("inf"), "", "inf", _FINITE),
    "a NaN in an array of NumPy's": _context(np.array([1, math.nan]), "[1]", "nan", _FINITE),
    "an array of booleans of NumPy's": _context(np.array([True]), "[0]", "True", _NUMBER),
    "an array of two dimensions": _context(np.ones((1, 1)), "", "array([[1.]])", _VALUE),
    "an array of none": _context(np.array(1.0), "", "array(1.)", _VALUE),
    "a complex number of NumPy's": _context(np.complex128(1j), "", "", _VALUE),
    "a time of NumPy's": _context(np.datetime64("2026-01-01"), "", "", _VALUE),
    "names of numbers in an array of objects": _contexts(
        np.array([{1: 1}], dtype=object), "[0]", "1", "a non-empty string"
    ),
    "a set": _context({1}, "", "{1}", _VALUE),
    "bytes": _context(b"ab", "", "b'ab'", _VALUE),
    "a bytearray": _context(bytearray(b"ab"), "", "bytearray(b'ab')", _VALUE),
    "a complex number": _context(1j, "", "1j", _VALUE),
    "a decimal": _context(Decimal(1), "", "Decimal('1')", _VALUE),
    "a time": _context(datetime(2026, 1, 1, tzinfo=UTC), "", "datetime.", _VALUE),
    "no JSON where names are ignored": _contexts([{"_x": NO_JSON}], "", "[{'_x'", "JSON"),
    # the exclusions
    "excluded a string": _argument(
        "excluded_actions", "latte", "excludedActions", "'latte'", "a list of action ids"
    ),
    "excluded id empty": _argument(
        "excluded_actions", ["latte", ""], "excludedActions[1]", "''", _ID
    ),
    "excluded id a number": _argument("excluded_actions", [3], "excludedActions[0]", "3", _ID),
    "everything excluded": _argument(
        "excluded_actions",
        [drink["id"] for drink in DRINKS],
        "excludedActions",
        "['latte', 'mocha', 'brew']",
        "at least one action to show",
    ),
    # the size
    "payload too big": BadRequest(
        {"actions": DRINKS, "context_features": [{"x": "y" * (2 << 20)}]},
        "the size of the request",
        "2097",
        "at most 2097152 bytes",
        "PayloadSizeExceeded",
    ),
}
