"""Checks of JSON that may be written by hand; a refusal names the place."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from json import JSONDecodeError
from typing import Any, TypeVar

from engine.errors import check_number, refuse
from engine.protocol.features import is_list

CODE = "BadRequest"
T = TypeVar("T")
Make = Callable[[object, str], T]
"""Function that converts a value, given its place."""


def reason_of(error: JSONDecodeError) -> str:
    """Reason why a text is not JSON, as a phrase: "a comma is expected"."""
    known = {
        "Expecting value": "a value is expected",
        "Expecting property name enclosed in double quotes": "a name in double quotes is expected",
        "Expecting ',' delimiter": "a comma is expected",
        "Expecting ':' delimiter": "a colon is expected",
        "Extra data": "the text goes on after the end of the JSON",
        "Unterminated string starting at": "a text begins that has no end",
    }
    return known.get(error.msg, error.msg.lower().removesuffix(" at"))


def object_in(value: object, place: str, names: Iterable[str] | None = None) -> Mapping[str, Any]:
    """Check an object; if names are given, it may have no further ones."""
    if not isinstance(value, Mapping):
        refuse(CODE, place, value, "an object")
    if names is not None:
        for name in value:
            check_known(name, place, sorted(names), f"a name in {place}")
    return value


def check_known(
    value: object, place: str, known: Sequence[str], subject: str | None = None
) -> None:
    """Refuse an unknown value."""
    if value not in known:
        refuse(CODE, place, value, f"one of {', '.join(known)}", subject)


def text_in(value: object, place: str, most: int, least: int = 1) -> str:
    """Check a text in one line: its length, a visible character, and no control characters."""
    if (
        not isinstance(value, str)
        or not least <= len(value.strip()) <= len(value) <= most
        or re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", value)
    ):
        refuse(CODE, place, value, f"a text of {least} to {most} characters in one line")
    return value


def number_in(value: Any, place: str, low: float, high: float) -> float:
    """Check a finite number from ``low`` to ``high``."""
    check_number(CODE, place, value, low, high)
    return float(value)


def each_in(
    value: object, place: str, most: int, make: Make[T], *names: str, least: int = 1
) -> tuple[T, ...]:
    """Convert each entry of a list, whose attributes ``names`` must be unique."""
    allowed = f"{most:,}" if least == most else f"{least} to {most:,}"
    if not is_list(value):
        refuse(CODE, place, value, f"a list of {allowed}")
    if not least <= len(value) <= most:
        refuse(CODE, place, len(value), allowed, f"the length of {place}")
    made = tuple(make(entry, f"{place}[{i}]") for i, entry in enumerate(value))
    for name in names:
        values = [getattr(entry, name) for entry in made]
        for i, entry in enumerate(values):
            if entry in values[:i]:
                refuse(CODE, f"{place}[{i}].{name}", entry, "different from those before it")
    return made
