"""Log entries as JSON text and back, driven by the fields and type hints of their dataclasses.

A new field with a default is read from what was written before it, and a setting that is
no more is passed over. What is read is checked whatever its source: types by the hints,
settings and requests by their own rules.
"""

import json
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.errors import UnreadableError
from engine.loop.entries import Entry, Undone
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.protocol.features import as_plain
from engine.protocol.request import RankRequest, parse_rank_request

Text = Callable[[Any], str]
Value = Callable[[Any], Any]
TAG = "kind"
"""Name of the field that tells which of several dataclasses it is."""


def to_text(entry: Entry | Undone) -> str:
    """One line of JSON."""
    return _write_tagged(entry)


def from_text(text: str) -> Entry | Undone:
    """The entry that a line of JSON holds.

    Raises:
        UnreadableError: for anything else.
        PersonalizerError: for settings or a request that would be refused.
    """
    return from_json(parse(text))


def from_json(value: object) -> Entry | Undone:
    """The entry in parsed JSON; see `from_text`."""
    entry: Entry | Undone = _read_entry(value)
    return entry


def settings_to_json(settings: LoopSettings) -> dict[str, Any]:
    """Settings as plain JSON."""
    value: dict[str, Any] = json.loads(_writer(LoopSettings, False)(settings))
    return value


def settings_from_json(value: object) -> LoopSettings:
    """Settings out of JSON.

    Raises:
        UnreadableError, PersonalizerError: if they are none.
    """
    settings: LoopSettings = _reader(LoopSettings)(value)
    return settings


def parse(text: str) -> Any:
    """JSON without the numbers that are none.

    Raises:
        UnreadableError: if it is no such JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(f"it is not JSON: {error}") from None


def _refuse_constant(name: str) -> None:
    raise UnreadableError(f"{name} is not a number of JSON")


_dump: Text = json.JSONEncoder(
    default=as_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode


# -- writing --------------------------------------------------------------------------


@cache
def _writer(kind: Hashable, tagged: bool) -> Text:
    """Writes values of a type; with its name, where the reader could not know it."""
    if kind in _WRITERS:
        return _WRITERS[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        return _object_writer(kind, tagged)
    inner = get_args(kind)
    if get_origin(kind) is tuple and is_dataclass(inner[0]):
        kind_of_item: Any = inner[0]
        item = _writer(kind_of_item, False)
        return lambda value: f"[{','.join(map(item, value))}]"
    if any(is_dataclass(option) for option in _options(kind)):
        return lambda value: "null" if value is None else _write_tagged(value)
    return _dump


def _write_tagged(value: object) -> str:
    kind: Any = type(value)
    return _writer(kind, True)(value)


def _object_writer(kind: type, tagged: bool) -> Text:
    hints = get_type_hints(kind)
    parts = [(f.name, f'"{f.name}":', _writer(hints[f.name], False)) for f in fields(kind)]
    head = f'"{TAG}":"{kind.__name__}",' if tagged else ""

    def write(value: object) -> str:
        inner = ",".join([name + text(getattr(value, field)) for field, name, text in parts])
        return f"{{{head}{inner}}}" if inner else f"{{{head.rstrip(',')}}}"

    return write


def _request_to_text(request: RankRequest) -> str:
    excluded, event_id = _dump(list(request.excluded)), _dump(request.event_id)
    return (
        f'{{"contextFeatures":{request.context_text},"actions":{request.actions_text},'
        f'"excludedActions":{excluded},"eventId":{event_id},'
        f'"deferActivation":{_dump(request.defer_activation)}}}'
    )


_WRITERS: Mapping[Any, Text] = {
    RankRequest: _request_to_text,
    datetime: lambda value: f'"{value.isoformat()}"',
    timedelta: lambda value: _dump(value.total_seconds()),
    Policy: _write_tagged,
}


# -- reading --------------------------------------------------------------------------


@cache
def _reader(kind: Any) -> Value:
    """Reads values of a type out of JSON."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        allowed = f"one of {', '.join(map(str, inner))}"
        return _only(lambda value: isinstance(value, str) and value in inner, allowed)
    if get_origin(kind) is tuple:
        read_list, read = _only(lambda value: isinstance(value, list), "a list"), _reader(inner[0])
        return lambda value: tuple(map(read, read_list(value)))
    if isinstance(kind, type) and is_dataclass(kind):
        return _object_reader(kind)
    options = [option for option in _options(kind) if option is not NoneType]
    if not options:
        raise TypeError(f"no JSON for {kind}")
    if len(options) > 1:
        return _union_reader(options)
    read = _reader(options[0])
    return lambda value: None if value is None else read(value)


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else ()


def _only(is_right: Callable[[Any], bool], what: str) -> Value:
    """Reads values that are in JSON as they are here."""

    def read(value: Any) -> Any:
        if not is_right(value):
            raise UnreadableError(f"{_short(value)} is not {what}")
        return value

    return read


@cache
def _object_reader(kind: type) -> Value:
    hints = get_type_hints(kind)
    known = {f.name: _reader(hints[f.name]) for f in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    tolerant = issubclass(kind, LoopSettings | Policy)
    what = f"an object with the fields of {kind.__name__}"
    read_object = _only(lambda value: isinstance(value, Mapping), what)

    def read(value: Any) -> Any:
        told = read_object(value)
        for name in needed - told.keys():
            raise UnreadableError(f"{kind.__name__} has no {name}")
        found = {}
        for name, given in told.items():
            if name in known:
                found[name] = read_field(known[name], name, given)
            elif not tolerant:
                raise UnreadableError(f"{kind.__name__} has an unknown field {_short(name)}")
        return kind(**found)

    return read


def read_field(read: Value, name: str, value: object) -> Any:
    """A field's value as ``read`` reads it.

    Raises:
        UnreadableError: with the field's name, if it cannot.
    """
    try:
        return read(value)
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from None


def _union_reader(options: Iterable[type]) -> Value:
    readers = {kind.__name__: _object_reader(kind) for kind in options}

    def read(value: Any) -> Any:
        told = dict(value) if isinstance(value, Mapping) else {}
        name = told.pop(TAG, None)
        if not isinstance(name, str) or name not in readers:
            raise UnreadableError(f"{_short(value)} is not one of {', '.join(readers)}")
        return readers[name](told)

    return read


def _read_policy(value: object) -> Any:
    # Made when it is needed: a policy may be registered at any time.
    return _union_reader(POLICIES.values())(value)


_REQUEST = ("actions", "contextFeatures", "excludedActions", "eventId", "deferActivation")
_request_fields = _only(
    lambda value: isinstance(value, Mapping) and value.keys() == {*_REQUEST},
    f"an object of {', '.join(sorted(_REQUEST))}",
)


def _read_request(value: object) -> RankRequest:
    told = _request_fields(value)
    return parse_rank_request(*(told[name] for name in _REQUEST))


def as_time(value: object) -> datetime | None:
    """A time as ISO 8601 writes it; None for anything else."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _read_time(value: object) -> datetime:
    time = as_time(value)
    if time is None or time.utcoffset() is None:
        raise UnreadableError(f"{_short(value)} is not a time with its zone")
    return time


def _read_duration(value: object) -> timedelta:
    try:
        return timedelta(seconds=read_number(value))
    except OverflowError:
        raise UnreadableError(f"{_short(value)} is too long") from None


def read_number(value: object) -> float:
    """A finite number.

    Raises:
        UnreadableError: if it is none.
    """
    try:
        number = float(value) if type(value) in {int, float} else math.nan  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise UnreadableError(f"{_short(value)} is not a number")
    return number


def _short(value: object) -> str:
    try:
        text = json.dumps(value)
    except (ValueError, RecursionError):
        text = "something nested deeply"
    return text if len(text) <= 60 else text[:57] + "..."


_SIMPLE: Mapping[Any, Value] = {
    float: read_number,
    int: _only(lambda value: type(value) is int, "a whole number"),
    str: _only(lambda value: type(value) is str, "text"),
    bool: _only(lambda value: type(value) is bool, "true or false"),
    datetime: _read_time,
    timedelta: _read_duration,
    RankRequest: _read_request,
    Policy: _read_policy,
}

_read_entry = _union_reader(get_args(Entry | Undone))
