"""The first fault of a JSON value refused by a msgspec type: place, value and allowed values.

msgspec checks fast, but an error of msgspec names neither the value nor all allowed values. A
refused value is searched once more, with the same types, for a sentence to a person. Allowed values
follow from a type and the bounds of a `msgspec.Meta`, or are in the ``description`` of the latter.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.protocol.features import is_list

_NAMES: Mapping[Any, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "text",
    datetime: "a time with its zone",
}
REFUSED = msgspec.ValidationError, UnicodeEncodeError
"""Errors of `msgspec.convert`: half a surrogate pair in a text raises the second."""


class JsonFault(NamedTuple):
    """A refused value.

    Attributes:
        place: its path, such as ``items[3].name``; empty for the whole value.
        value: the value; `msgspec.UNSET` for a missing one.
        allowed: allowed values, as the end of a sentence.
        subject: name of the value, if not the place.
    """

    place: str
    value: object
    allowed: str
    subject: str = ""


def first_fault(value: object, kind: Any, place: str = "") -> JsonFault:
    """Find the first fault of a value refused by a type."""
    kinds = _choices(kind)
    of_shape = (k for k in kinds if is_list(value) == (get_origin(_parts(k)[0]) is tuple))
    base, meta = _parts(next(of_shape, kinds[0]))
    if isinstance(base, type) and issubclass(base, Struct):
        return _fault_of_object(value, [k for k in kinds if isinstance(k, type)], place)
    if get_origin(base) is tuple and is_list(value):
        return _fault_in_list(value, get_args(base)[0], meta, place)
    if get_origin(base) is dict and isinstance(value, Mapping):
        return _fault_in_mapping(value, get_args(base)[1], place)
    return JsonFault(place, value, allowed_by(kind))


def allowed_by(kind: Any) -> str:
    """Values of a type, as the end of a sentence."""
    if get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind):
        return f"{allowed_by(_choices(kind)[0])} or null"
    base, meta = _parts(_choices(kind)[0])
    if meta.description:
        return meta.description
    if get_origin(base) is Literal:
        return f"one of {', '.join(map(str, get_args(base)))}"
    if get_origin(base) is tuple:
        return f"a list of {_lengths(meta)}" if meta.max_length else "a list"
    text = _NAMES.get(base, "an object")
    return text if meta.ge is None else f"{text} from {meta.ge:g} to {meta.le:g}"


def _choices(kind: Any) -> tuple[Any, ...]:
    """Types of a union, without those of null and of a missing value."""
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return tuple(k for k in kinds if k not in (NoneType, UnsetType))


def _parts(kind: Any) -> tuple[Any, Meta]:
    """A type without its annotation, and the annotation."""
    return get_args(kind)[:2] if get_origin(kind) is Annotated else (kind, Meta())


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except REFUSED:
        return False
    return True


def _fault_of_object(value: object, kinds: Sequence[type[Struct]], place: str) -> JsonFault:
    kind, config = kinds[0], kinds[0].__struct_config__
    if config.tag_field is not None:
        tag = value.get(config.tag_field) if isinstance(value, Mapping) else None
        tags = {k.__struct_config__.tag: k for k in kinds}
        if not isinstance(tag, str) or tag not in tags:
            return JsonFault(place, value, f"one of {', '.join(map(str, tags))}")
        kind = tags[tag]
    if not isinstance(value, Mapping):
        return JsonFault(place, value, "an object")
    known = {f.encode_name: f for f in msgspec.structs.fields(kind)}
    for name, field in known.items():
        inside = f"{place}.{name}" if place else name
        if name not in value and field.required:
            return JsonFault(inside, UNSET, allowed_by(field.type))
        if name in value and not _fits(value[name], field.type):
            return first_fault(value[name], field.type, inside)
    name = next(name for name in value if name not in known and name != config.tag_field)
    subject = f"a name in {place}" if place else "a name"
    return JsonFault(place, name, f"one of {', '.join(sorted(known))}", subject)


def _fault_in_list(value: Any, kind: Any, meta: Meta, place: str) -> JsonFault:
    count = len(value)
    if count < (meta.min_length or 0) or count > (meta.max_length or count):
        return JsonFault(place, count, _lengths(meta), f"the length of {place}")
    at = next(at for at, entry in enumerate(value) if not _fits(entry, kind))
    return first_fault(value[at], kind, f"{place}[{at}]")


def _fault_in_mapping(value: Mapping[Any, Any], kind: Any, place: str) -> JsonFault:
    name = next(n for n, v in value.items() if not (isinstance(n, str) and _fits(v, kind)))
    if not isinstance(name, str):
        return JsonFault(place, name, "text", f"a name in {place}")
    return first_fault(value[name], kind, f"{place}.{name}")


def _lengths(meta: Meta) -> str:
    least, most = meta.min_length or 0, meta.max_length or 0
    return f"{most:,}" if least == most else f"{least} to {most:,}"
