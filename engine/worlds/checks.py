"""Parts of JSON that a person may have written, each checked and refused with its place."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from engine.errors import check_number, refuse
from engine.protocol.features import is_list

CODE = "BadRequest"
T = TypeVar("T")
Make = Callable[[object, str], T]
"""What makes something of a value, at its place."""


def object_in(value: object, place: str, names: Iterable[str] | None = None) -> Mapping[str, Any]:
    """An object with some of these names and no other, if they are given."""
    if not isinstance(value, Mapping):
        refuse(CODE, place, value, "an object")
    if names is not None:
        for name in value:
            check_known(name, place, sorted(names), f"a name in {place}")
    return value


def check_known(value: object, place: str, known: Sequence[str], what: str | None = None) -> None:
    """Refuse what is none of those that are known."""
    if value not in known:
        refuse(CODE, place, value, f"one of {', '.join(known)}", what)


def text_in(value: object, place: str, most: int, least: int = 1) -> str:
    """Some characters, at least one of them visible, none of them a control."""
    if (
        not isinstance(value, str)
        or not least <= len(value.strip()) <= len(value) <= most
        or re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", value)
    ):
        refuse(CODE, place, value, f"a text of {least} to {most} characters in one line")
    return value


def number_in(value: Any, place: str, low: float, high: float) -> float:
    """A finite number from ``low`` to ``high``."""
    check_number(CODE, place, value, low, high)
    return float(value)


def each_in(
    value: object, place: str, most: int, make: Make[T], *names: str, least: int = 1
) -> tuple[T, ...]:
    """What is made of each in a list, if none has a name that stood there before."""
    allowed = f"{most:,}" if least == most else f"{least} to {most:,}"
    if not is_list(value):
        refuse(CODE, place, value, f"a list of {allowed}")
    if not least <= len(value) <= most:
        refuse(CODE, place, len(value), allowed, f"the length of {place}")
    made = tuple(make(one, f"{place}[{i}]") for i, one in enumerate(value))
    for name in names:
        found = [getattr(one, name) for one in made]
        for i, one in enumerate(found):
            if one in found[:i]:
                refuse(CODE, f"{place}[{i}].{name}", one, "different from those before it")
    return made
