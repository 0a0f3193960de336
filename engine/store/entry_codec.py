"""Log entries and settings as JSON text and back.

The tagged structs of the JSON follow from the fields and type hints of the dataclasses, so a new
field needs no line here. A field with a default may be missing, as in older texts, and an unknown
setting is ignored. Text from any source is checked: types by the structs, settings,
requests and worlds by their own rules.
"""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache, reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from engine.errors import UnreadableError
from engine.learners.base import Learner
from engine.loop.entries import Entry, Undone
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.protocol.features import as_plain
from engine.protocol.json_faults import REFUSED, first_fault
from engine.protocol.request import RankRequest, parse_rank_request
from engine.store.snapshot_codec import dump, load
from engine.worlds.json_checks import reason_of
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

Change = Callable[[Any], Any]
Policies = tuple[type[Policy], ...]
TAG = "kind"
"""Name of the field that holds the name of a dataclass, where several are possible."""
_ENTRIES: tuple[type, ...] = get_args(Entry | Undone)


def to_text(entry: Entry | Undone) -> str:
    """One line of JSON."""
    return _JSON.encode(_entries(_policies()).write(entry)).decode()


def from_text(text: str) -> Entry | Undone:
    """Read an entry from a line of JSON.

    Raises:
        UnreadableError: for anything else.
        PersonalizerError: for settings, a request, or a world that would be refused.
    """
    entries = _entries(_policies())
    try:
        value = _decoder(entries.kind).decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return from_json(parse(text))
    entry: Entry | Undone = entries.read(value)
    return entry


def from_json(value: object) -> Entry | Undone:
    """Read an entry from parsed JSON; see `from_text`."""
    entry: Entry | Undone = _converted(value, _entries(_policies()))
    return entry


def settings_to_json(settings: LoopSettings) -> dict[str, Any]:
    """Settings as plain JSON."""
    written = _JSON.encode(_form(LoopSettings, _policies()).write(settings))
    value: dict[str, Any] = msgspec.json.decode(written)
    return value


def settings_from_json(value: object) -> LoopSettings:
    """Read settings from JSON; raises as `from_text`."""
    settings: LoopSettings = _converted(value, _form(LoopSettings, _policies()))
    return settings


def parse(text: str) -> Any:
    """Parse a line of JSON; `UnreadableError` for other text, NaN and infinity."""
    try:
        return _decode(text)
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"column {error.colno:,}"
        raise UnreadableError(f"it is not JSON at {place}: {reason_of(error)}") from None
    except ValueError as error:
        raise UnreadableError(f"it is not JSON: {error}") from None


def _refuse_constant(name: str) -> None:
    raise UnreadableError(f"{name} is not a number of JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
_decoder = cache(msgspec.json.Decoder)
_JSON = msgspec.json.Encoder(enc_hook=as_plain)


# -- forms of values ------------------------------------------------------------------


class _Form(NamedTuple):
    """A msgspec type, and the conversions from values to that type and back."""

    kind: Any
    write: Change
    read: Change


def _policies() -> Policies:
    """Registered policies; more may follow at any time."""
    return tuple(POLICIES.values())


def _entries(policies: Policies) -> _Form:
    return _tagged(_ENTRIES, policies)


def _converted(value: object, form: _Form) -> Any:
    try:
        return form.read(msgspec.convert(value, form.kind))
    except REFUSED:
        fault = first_fault(value, form.kind)
    subject = fault.subject or fault.place
    if fault.value is UNSET:
        raise UnreadableError(f"{subject} is missing, but must be {fault.allowed}")
    said = f"{_short(fault.value)} is not {fault.allowed}"
    raise UnreadableError(f"{subject}: {said}" if subject else said)


@cache
def _form(hint: Any, policies: Policies) -> _Form:
    """The form of a field's type."""
    inner = get_args(hint)
    if hint in _FORMS:
        return _FORMS[hint]
    if hint is Policy:
        return _tagged(policies, policies)
    if is_dataclass(hint):
        return _struct(hint, policies, False)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return _list_of(_form(inner[0], policies))
    if inner[1:] == (NoneType,):
        return _optional(_form(inner[0], policies))
    return _Form(hint, _same, _same)


def _optional(form: _Form) -> _Form:
    kind, write, read = form
    return _Form(
        kind | None,
        write if write is _same else lambda value: None if value is None else write(value),
        read if read is _same else lambda value: None if value is None else read(value),
    )


def _list_of(form: _Form) -> _Form:
    kind, write, read = form
    kind = tuple[kind, ...]  # type: ignore[valid-type]
    if write is _same:
        return _Form(kind, _same, _same)
    return _Form(
        kind, lambda items: tuple(map(write, items)), lambda items: tuple(map(read, items))
    )


@cache
def _tagged(kinds: tuple[type, ...], policies: Policies) -> _Form:
    """The form of several dataclasses, with the class name as a tag."""
    reads = {form.kind: form.read for form in (_struct(kind, policies, True) for kind in kinds)}

    def write(value: object) -> Struct:
        kind: Any = type(value)
        struct: Struct = _struct(kind, policies, True).write(value)
        return struct

    return _Form(reduce(or_, reads), write, lambda value: reads[type(value)](value))


@cache
def _struct(kind: Any, policies: Policies, tagged: bool) -> _Form:
    """The form of a dataclass; unknown names are ignored in settings and policies alone.

    A None that is the default is left out.
    """
    hints = get_type_hints(kind)
    forms = [(field.name, _form(hints[field.name], policies)) for field in fields(kind)]
    struct: Any = msgspec.defstruct(
        kind.__name__,
        [
            (name, form.kind)
            if field.default is field.default_factory is MISSING
            else (name, form.kind | UnsetType, UNSET)
            for field, (name, form) in zip(fields(kind), forms, strict=True)
        ],
        tag_field=TAG if tagged else None,
        tag=kind.__name__ if tagged else None,
        forbid_unknown_fields=not issubclass(kind, LoopSettings | Policy),
    )

    optional = [field.default is None for field in fields(kind)]

    def write(value: object) -> Struct:
        parts = [form.write(getattr(value, name)) for name, form in forms]
        given = zip(parts, optional, strict=True)
        made: Struct = struct(*[UNSET if part is None and left else part for part, left in given])
        return made

    def read(value: Struct) -> object:
        given = ((name, form, getattr(value, name)) for name, form in forms)
        return kind(**{name: form.read(part) for name, form, part in given if part is not UNSET})

    return _Form(struct, write, read)


def _same(value: Any) -> Any:
    return value


class _Request(Struct, forbid_unknown_fields=True, rename="camel"):
    """A Rank request in the service's shape, checked by `parse_rank_request`."""

    context_features: Any
    actions: Any
    excluded_actions: Any
    event_id: Any
    defer_activation: Any


def _write_request(request: RankRequest) -> _Request:
    texts = Raw(request.context_text), Raw(request.actions_text)
    return _Request(*texts, request.excluded, request.event_id, request.defer_activation)


def _read_request(value: _Request) -> RankRequest:
    parts = value.actions, value.context_features, value.excluded_actions
    return parse_rank_request(*parts, value.event_id, value.defer_activation, is_json=True)


def _read_learner(value: str) -> Learner:
    try:
        learner = load(base64.b64decode(value, validate=True))
    except ValueError:
        learner = None
    if not isinstance(learner, Learner):
        raise UnreadableError("learner: it is not a model")
    return learner


def _read_world(value: dict[str, Any]) -> World:
    return world_from_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


_MOST = sys.float_info.max
_Number = Annotated[float, Meta(ge=-_MOST, le=_MOST, description="a number")]
_Seconds = Annotated[float, Meta(ge=-1e9, le=1e9, description="a duration in seconds")]
_FORMS: Mapping[Any, _Form] = {
    float: _Form(_Number, _same, _same),
    datetime: _Form(Annotated[datetime, Meta(tz=True)], _same, _same),
    timedelta: _Form(_Seconds, timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    RankRequest: _Form(_Request, _write_request, _read_request),
    Learner: _Form(str, lambda learner: base64.b64encode(dump(learner)).decode(), _read_learner),
    World: _Form(dict[str, Any], lambda world: Raw(world.text), _read_world),
}


# -- values of other formats ----------------------------------------------------------


def read_field(read: Change, name: str, value: object) -> Any:
    """Read a field's value; an `UnreadableError` names the field."""
    try:
        return read(value)
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from None


def read_time(value: Any, zone: tzinfo | None = None) -> datetime:
    """Read an ISO 8601 time, in ``zone`` if the text names none; else an `UnreadableError`."""
    with suppress(ValueError, TypeError):
        time = datetime.fromisoformat(value)
        time = time if time.tzinfo is not None else time.replace(tzinfo=zone)
        if time.tzinfo is not None:
            return time
    raise UnreadableError(f"{_short(value)} is not a time with its zone")


def _short(value: object) -> str:
    try:
        text = json.dumps(value)
    except (ValueError, RecursionError):
        text = "something nested deeply"
    return text if len(text) <= 50 else text[:47] + "..."
