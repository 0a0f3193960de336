"""The JSON of a world as msgspec types: names, ranges and lengths of each part.

`engine.worlds.world_json` describes the format and has the rules between parts. Names with a
default are optional.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.errors import refuse, refuse_missing
from engine.protocol.features import as_plain, is_list
from engine.protocol.json_faults import REFUSED, JsonFault, first_fault
from engine.worlds.json_checks import CODE
from engine.worlds.limits import (
    MAX_FIELDS,
    MAX_ITEMS,
    MAX_NAME,
    MAX_STORY,
    MAX_TERMS,
    MAX_TITLE,
    MAX_UNIT,
    MAX_VALUES,
    MAX_WORTH,
    TAKEN,
)
from engine.worlds.success_levels import MAX_LEVEL_NAME, MAX_LEVELS, MAX_SHARE
from engine.worlds.visitors import LEAST_TIMES
from engine.worlds.world import FORMAT, VERSIONS
from engine.worlds.world_contents import Drift

T = TypeVar("T")
MAX_EMOJI = 16
_LETTERS = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*\Z"
"""Characters up to the end of a text, none of them a control or half of one."""


def _line(most: int, least: int = 1, start: str = "") -> Meta:
    """Texts in one line, with more than spaces if ``least`` is above 0; ``start`` is a pattern."""
    allowed = f"a text of {least} to {most} characters in one line"
    start = start or (r"^(?=.*\S)" if least else "^")
    return Meta(pattern=start + _LETTERS, max_length=most, description=allowed)


def _span(least: int, most: int) -> Meta:
    return Meta(min_length=least, max_length=most)


Name = Annotated[str, _line(MAX_NAME)]
Emoji = Annotated[str, _line(MAX_EMOJI, 0)]
Share = Annotated[float, Meta(ge=1e-6, le=1e6)]
Chance = Annotated[float, Meta(ge=0, le=1)]
Chances = Annotated[tuple[Chance, ...], _span(2, 2)]
"""Of half a success, and of a whole one."""
Ends = Annotated[tuple[Annotated[float, Meta(ge=-1e300, le=1e300)], ...], _span(2, 2)]
"""Of a range."""
Times = tuple[Annotated[float, Meta(ge=LEAST_TIMES, le=1 / LEAST_TIMES)], ...]
FieldName = Annotated[
    str,
    Meta(
        pattern=rf"^(?!({'|'.join(TAKEN)})\Z)[^\W_][\w -]{{0,{MAX_NAME - 1}}}\Z",
        description=f"1 to {MAX_NAME} letters, digits, spaces, - or _, and none of "
        + ", ".join(TAKEN),
    ),
]


class _Part(Struct, forbid_unknown_fields=True):
    """An object; unknown names are refused."""


class ValueJson(_Part):
    """A value of a context field."""

    name: Name
    emoji: Emoji = ""
    share: Share = 1.0
    sends: Any = None


class FieldJson(_Part):
    """A context field."""

    name: FieldName
    values: Annotated[tuple[ValueJson, ...], _span(1, MAX_VALUES)]
    label: Name | UnsetType = UNSET


class ItemJson(_Part):
    """An action; an empty title or picture is none."""

    id: Name
    features: dict[str, Any]
    emoji: Emoji = ""
    title: Annotated[str, _line(MAX_NAME, start=r"^(?=\Z|.*\S)")] = ""
    value: Annotated[float, Meta(ge=0, le=MAX_WORTH)] = 1.0
    picture: Any = ""


class LevelJson(_Part):
    """A level of success."""

    worth: Chance
    name: Annotated[str, _line(MAX_LEVEL_NAME, 0)] = ""
    share: Annotated[float, Meta(ge=1 / MAX_SHARE, le=MAX_SHARE)] = 1.0


class TogetherJson(_Part):
    """Joint frequencies of some fields' values."""

    fields: Annotated[tuple[str, ...], _span(1, MAX_FIELDS)]
    times: Times


class TableJson(_Part):
    """A truth as a table: rows of contexts with one entry an item."""

    table: tuple[tuple[Chance | Chances, ...], ...]


class TermJson(_Part):
    """A term of a truth that is a sum."""

    add: Annotated[float, Meta(ge=-1, le=1)]
    when: dict[str, Any] = {}
    item: Any = UNSET
    features: dict[str, Any] = {}
    within: dict[str, Ends] = {}


class SumJson(_Part):
    """A truth as a sum."""

    base: Chance
    terms: Annotated[tuple[TermJson, ...], _span(0, MAX_TERMS)]
    whole: Chance = 1.0


class WorldJson(_Part):
    """A world; the truth is a `TableJson` or a `SumJson`."""

    format: Annotated[str, Meta(pattern=rf"^{FORMAT}\Z", description=repr(FORMAT))]
    version: Annotated[
        int,
        Meta(
            ge=VERSIONS[0],
            le=VERSIONS[-1],
            description=f"{VERSIONS[0]} to {VERSIONS[-1]}, which this app reads",
        ),
    ]
    title: Annotated[str, _line(MAX_TITLE)]
    fields: Annotated[tuple[FieldJson, ...], _span(1, MAX_FIELDS)]
    items: Annotated[tuple[ItemJson, ...], _span(1, MAX_ITEMS)]
    truth: Any = None
    story: Annotated[str, _line(MAX_STORY, 0)] = ""
    emoji: Emoji = ""
    unit: Annotated[str, _line(MAX_UNIT, 0)] = ""
    partial: Annotated[float, Meta(ge=0.01, le=0.99)] | UnsetType = UNSET
    levels: Annotated[tuple[LevelJson, ...], _span(1, MAX_LEVELS)] | UnsetType = UNSET
    together: Times | TogetherJson | UnsetType = UNSET
    drift: Drift = "none"


def plain_json(value: object) -> Any:
    """Copy JSON, with NumPy values, mappings and sequences as plain Python values."""
    return msgspec.to_builtins(value, enc_hook=_as_json)


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    plain = list(value) if is_list(value) else as_plain(value)
    if plain is value:
        refuse(CODE, "the world", value, "JSON")
    return plain


def read(value: object, kind: type[T], place: str = "") -> T:
    """Convert a value to a type; ``BadRequest`` for the first fault, with the place."""
    try:
        return msgspec.convert(value, kind)
    except REFUSED:
        _refuse(first_fault(value, kind, place))


def _refuse(fault: JsonFault) -> NoReturn:
    subject = fault.subject or fault.place
    if not fault.place:
        subject = f"{subject} in the world" if subject else "the world"
    if fault.value is UNSET:
        refuse_missing(CODE, subject, fault.allowed)
    refuse(CODE, fault.place or "the world", fault.value, fault.allowed, subject)
