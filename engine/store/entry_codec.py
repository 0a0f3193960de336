"""Log entries as JSON text and back, driven by the fields and type hints of their dataclasses.

A new field with a default is read from what was written before it, and a setting that is
no more is passed over. What is read is checked whatever its source: types by the hints,
settings and requests by their own rules.
"""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from engine.errors import UnreadableError
from engine.loop.entries import Entry, Undone
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.protocol.features import as_plain
from engine.protocol.request import RankRequest, parse_rank_request
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

Text = Callable[[Any], str]
Value = Callable[[Any], Any]
TAG = "kind"
"""Name of the field that tells which of several dataclasses it is."""


def to_text(entry: Entry | Undone) -> str:
    """One line of JSON."""
    return _ENTRY.write(entry)


def from_text(text: str) -> Entry | Undone:
    """The entry that a line of JSON holds.

    Raises:
        UnreadableError: for anything else.
        PersonalizerError: for settings, a request, or a world that would be refused.
    """
    return from_json(parse(text))


def from_json(value: object) -> Entry | Undone:
    """The entry in parsed JSON; see `from_text`."""
    entry: Entry | Undone = _ENTRY.read(value)
    return entry


def settings_to_json(settings: LoopSettings) -> dict[str, Any]:
    """Settings as plain JSON."""
    value: dict[str, Any] = json.loads(_form(LoopSettings).write(settings))
    return value


def settings_from_json(value: object) -> LoopSettings:
    """Settings out of JSON; raises as `from_text`."""
    settings: LoopSettings = _form(LoopSettings).read(value)
    return settings


def parse(text: str) -> Any:
    """Value of a JSON text in one line; `UnreadableError` for no JSON, NaN and infinity."""
    try:
        return _decode(text)
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"column {error.colno:,}"
        raise UnreadableError(f"it is not JSON at {place}: {error.msg}") from None
    except ValueError as error:
        raise UnreadableError(f"it is not JSON: {error}") from None


def _refuse_constant(name: str) -> None:
    raise UnreadableError(f"{name} is not a number of JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
_dump: Text = json.JSONEncoder(
    default=as_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode


class _Form(NamedTuple):
    """How values of a type stand in JSON."""

    write: Text
    read: Value


@cache
def _form(kind: Any) -> _Form:
    """How values of a type, given as a field's hint, stand there."""
    inner = get_args(kind)
    if kind in _FORMS:
        return _FORMS[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        return _Form(_object_writer(kind, tagged=False), _object_reader(kind))
    if get_origin(kind) is Literal:
        allowed = f"one of {', '.join(map(str, inner))}"
        return _plain(lambda value: isinstance(value, str) and value in inner, allowed)
    if get_origin(kind) is tuple:
        return _list_of(*_form(inner[0]))
    if len(inner) != 2 or inner[1] is not NoneType:
        raise TypeError(f"no JSON for {kind}")
    write, read = _form(inner[0])
    write_any = write if write is _dump else lambda value: "null" if value is None else write(value)
    return _Form(write_any, lambda value: None if value is None else read(value))


def _plain(is_right: Callable[[Any], bool], what: str) -> _Form:
    """Values that are in JSON as they are here."""

    def read(value: Any) -> Any:
        if not is_right(value):
            raise UnreadableError(f"{_short(value)} is not {what}")
        return value

    return _Form(_dump, read)


def _list_of(write: Text, read: Value) -> _Form:
    read_list = _plain(lambda value: isinstance(value, list), "a list").read
    write_all = write if write is _dump else lambda value: f"[{','.join(map(write, value))}]"
    return _Form(write_all, lambda value: tuple(map(read, read_list(value))))


def _tagged(kinds: Callable[[], Mapping[str, type]]) -> _Form:
    """Values of several dataclasses, each with its name."""

    def write(value: Any) -> str:
        kind: Any = type(value)
        return _object_writer(kind, tagged=True)(value)

    def read(value: Any) -> Any:
        told, known = dict(value) if isinstance(value, dict) else {}, kinds()
        name = told.pop(TAG, None)
        if not isinstance(name, str) or name not in known:
            raise UnreadableError(f"{_short(value)} is not one of {', '.join(known)}")
        return _form(known[name]).read(told)

    return _Form(write, read)


@cache
def _object_writer(kind: Any, tagged: bool) -> Text:
    hints = get_type_hints(kind)
    parts = [(f.name, f'"{f.name}":', _form(hints[f.name]).write) for f in fields(kind)]
    head = [f'"{TAG}":"{kind.__name__}"'] if tagged else []

    def write(value: object) -> str:
        inner = [name + text(getattr(value, field)) for field, name, text in parts]
        return f"{{{','.join(head + inner)}}}"

    return write


def _object_reader(kind: Any) -> Value:
    hints = get_type_hints(kind)
    known = {f.name: _form(hints[f.name]).read for f in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    tolerant = issubclass(kind, LoopSettings | Policy)
    what = f"an object with the fields of {kind.__name__}"
    read_object = _plain(lambda value: isinstance(value, dict), what).read

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
    """A field's value as ``read`` reads it; its `UnreadableError` names the field."""
    try:
        return read(value)
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from None


def _write_request(request: RankRequest) -> str:
    excluded, event_id = _dump(list(request.excluded)), _dump(request.event_id)
    return (
        f'{{"contextFeatures":{request.context_text},"actions":{request.actions_text},'
        f'"excludedActions":{excluded},"eventId":{event_id},'
        f'"deferActivation":{_dump(request.defer_activation)}}}'
    )


_REQUEST = ("actions", "contextFeatures", "excludedActions", "eventId", "deferActivation")


def _read_request(value: Any) -> RankRequest:
    if not isinstance(value, dict) or value.keys() != {*_REQUEST}:
        raise UnreadableError(f"{_short(value)} is not an object of {', '.join(sorted(_REQUEST))}")
    return parse_rank_request(*(value[name] for name in _REQUEST))


def _read_world(value: Any) -> World:
    if not isinstance(value, dict):
        raise UnreadableError(f"{_short(value)} is not a world")
    return world_from_text(_dump(value))


def read_time(value: Any, zone: tzinfo | None = None) -> datetime:
    """A time as ISO 8601 writes it, in a zone if it names none; else an `UnreadableError`."""
    with suppress(ValueError, TypeError):
        time = datetime.fromisoformat(value)
        time = time if time.tzinfo is not None else time.replace(tzinfo=zone)
        if time.tzinfo is not None:
            return time
    raise UnreadableError(f"{_short(value)} is not a time with its zone")


def _read_duration(value: object) -> timedelta:
    try:
        return timedelta(seconds=read_number(value))
    except OverflowError:
        raise UnreadableError(f"{_short(value)} is too long") from None


def read_number(value: Any) -> float:
    """A finite number; an `UnreadableError` for anything else."""
    try:
        if type(value) in {float, int} and math.isfinite(value):
            return float(value)
    except OverflowError:  # A whole number that no float can hold.
        pass
    raise UnreadableError(f"{_short(value)} is not a number")


def _short(value: object) -> str:
    try:
        text = json.dumps(value)
    except (ValueError, RecursionError):
        text = "something nested deeply"
    return text if len(text) <= 60 else text[:57] + "..."


_FORMS: Mapping[Any, _Form] = {
    float: _Form(_dump, read_number),
    int: _plain(lambda value: type(value) is int, "a whole number"),
    str: _plain(lambda value: type(value) is str, "text"),
    bool: _plain(lambda value: type(value) is bool, "true or false"),
    datetime: _Form(lambda value: f'"{value.isoformat()}"', read_time),
    timedelta: _Form(lambda value: _dump(value.total_seconds()), _read_duration),
    RankRequest: _Form(_write_request, _read_request),
    World: _Form(lambda world: world.text, _read_world),
    # Looked up each time: a policy may be registered at any time.
    Policy: _tagged(lambda: {kind.__name__: kind for kind in POLICIES.values()}),
}
_ENTRIES: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Entry | Undone)}
_ENTRY = _tagged(lambda: _ENTRIES)
