"""The first fault of a refused JSON value is named: position, value and allowed values."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, Struct

from engine.protocol.json_faults import JsonFault, allowed_by, first_fault

Share = Annotated[float, Meta(ge=0, le=1)]


class Part(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern="^[a-z]+$", description="small letters")]
    share: Share | None = None


class First(Struct, tag_field="kind"):
    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=2)]
    mode: Literal["fast", "slow"] = "fast"


class Second(Struct, tag_field="kind"):
    often: dict[str, Share]


PART = {"name": "a"}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (7, JsonFault("", 7, "one of First, Second")),
        ({"kind": "x"}, JsonFault("", {"kind": "x"}, "one of First, Second")),
        ({"kind": "First"}, JsonFault("parts", UNSET, "a list of 1 to 2")),
        ({"kind": "First", "parts": 1}, JsonFault("parts", 1, "a list of 1 to 2")),
        ({"kind": "First", "parts": []}, JsonFault("parts", 0, "1 to 2", "the length of parts")),
        ({"kind": "First", "parts": [PART, 3]}, JsonFault("parts[1]", 3, "an object")),
        (
            {"kind": "First", "parts": [{"name": "A"}]},
            JsonFault("parts[0].name", "A", "small letters"),
        ),
        (
            {"kind": "First", "parts": [PART | {"x": 1}]},
            JsonFault("parts[0]", "x", "one of name, share", "a name in parts[0]"),
        ),
        (
            {"kind": "First", "parts": [PART | {"share": True}]},
            JsonFault("parts[0].share", True, "a number from 0 to 1 or null"),
        ),
        (
            {"kind": "First", "parts": [PART], "mode": "x"},
            JsonFault("mode", "x", "one of fast, slow"),
        ),
        ({"kind": "Second", "often": []}, JsonFault("often", [], "an object")),
        (
            {"kind": "Second", "often": {"a": 0, "b": 2}},
            JsonFault("often.b", 2, "a number from 0 to 1"),
        ),
    ],
)
def test_the_first_fault_has_its_place_its_value_and_what_is_allowed(
    value: Any, fault: JsonFault
) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, First | Second)
    assert first_fault(value, First | Second) == fault


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (bool, "true or false"),
        (int | None, "a whole number or null"),
        (Annotated[datetime, Meta(tz=True)], "a time with its zone"),
        (tuple[str, ...], "a list"),
        (Annotated[tuple[str, ...], Meta(min_length=4, max_length=4)], "a list of 4"),
        (Part, "an object"),
    ],
)
def test_allowed_values_follow_from_the_type(kind: Any, allowed: str) -> None:
    assert allowed_by(kind) == allowed
