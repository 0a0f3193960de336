"""Named columns out of nested feature objects.

A feature object becomes *columns* with numeric values, each belonging to one *field*:

=========  ==================  =====================  =======
value      field               column                 value
=========  ==================  =====================  =======
"rainy"    weather             weather=rainy          1
true       member              member=true            1
null       referrer            referrer=null          1
12.5       price               price                  3.620
[.2, .7]   taste               taste[0], taste[1]     .2, .7
["a","b"]  tags                tags=a, tags=b         1, 1
=========  ==================  =====================  =======

Inside a namespace the field is ``namespace.name``, and in a namespace within another one
``outer:inner.name``; names that start with ``_`` are ignored, as the service did. The boolean true
and the string "true" are the same. Numbers from -3 to 3 are taken as they are, which holds most
standardised ones; beyond that only their order of magnitude counts (`squash`), so that a price in
cents cannot drown a weather in words. An array of strings is a set of flags: order and repetitions
do not count. Arrays of mixed kinds are refused.
"""

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np

from engine.errors import refuse

_FORBIDDEN = {chr(c) for c in (*range(33), *range(126, 141))} | {":", "|"}
_CODE = "InvalidRankRequest"

_ESCAPES = str.maketrans({c: f"\\{c}" for c in "\\=["})
_ESCAPES_AND_DOT = _ESCAPES | {ord("."): "\\."}

_IN_NAMESPACE = re.compile(r"((?:[^\\]|\\.)*)\.(?:[^.\\]|\\.)*", re.DOTALL)
"""A namespace, the last unescaped dot, and a name."""

MAX_COLUMNS = 2_000  # Columns that one context or one action may make.
_COLUMN = 300  # Bytes that a column takes beside the characters of its name.
LINEAR = 3.0  # Up to which size numbers count as they are.
MAX_DEPTH = 8  # Namespaces within each other.


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Columns of one context or one action, in their original order; compared and hashed by
    identity, so that derived values can be cached.

    Attributes:
        columns: values by column name, without zeros.
        fields: field names by column name.
        size: number of fields, including those of value zero.
        non_null: number of features other than null.
        numbers: original values of single numbers by field; zeros included.
    """

    columns: Mapping[str, float]
    fields: Mapping[str, str]
    size: int
    non_null: int
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Approximate size in memory, in bytes."""
        return _COLUMN * len(self.columns) + 2 * len("".join(self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, including numbers equal to zero."""
        return tuple(dict.fromkeys([*self.fields.values(), *self.numbers]))


def namespace_of(field: str) -> str:
    """Namespace of a field; empty for none."""
    match = _IN_NAMESPACE.fullmatch(field)
    return match[1] if match else ""


def squash(value: float) -> float:
    """Identity on [-3, 3]; beyond, one unit more for each factor of ten."""
    size = abs(value)
    return value if size <= LINEAR else math.copysign(LINEAR + math.log10(size / LINEAR), value)


def flatten(objects: Sequence[Any], target: str) -> Features:
    """Columns of a list of feature objects at ``target`` of the request. ``InvalidRankRequest`` for
    values other than objects of strings, numbers, booleans, nulls, and arrays of numbers or of
    strings, in up to `MAX_DEPTH` namespaces within each other."""
    columns: dict[str, float] = {}
    fields: dict[str, str] = {}
    numbers: dict[str, float] = {}
    non_null = 0
    for name, value, place in _walk(objects, target):
        non_null += value is not None
        for column, number in _columns(name, value, place):
            columns[column] = columns.get(column, 0.0) + number
            fields[column] = name
            if column == name:
                numbers[name] = float(value)
    if len(columns) > MAX_COLUMNS:
        allowed, what = f"at most {MAX_COLUMNS}", f"the number of columns that {target} makes"
        refuse("PayloadSizeExceeded", target, len(columns), allowed, what)
    size = len(set(fields.values()))
    columns = {column: number for column, number in columns.items() if number}
    kept = {column: fields[column] for column in columns}
    return Features(columns, kept, size, non_null, numbers)


def values_of(objects: Sequence[Any]) -> dict[str, Any]:
    """Original values by field name, of feature objects accepted by `flatten`."""
    return {field: value for field, value, _ in _walk(objects, "")}


def _walk(objects: Sequence[Any], target: str) -> Iterator[tuple[str, Any, str]]:
    """Yield (field, value, place in the request) of each feature, also within namespaces."""
    for i, item in enumerate(objects):
        yield from _walk_object(item, f"{target}[{i}]", ())


def _walk_object(
    item: object, place: str, namespaces: tuple[str, ...]
) -> Iterator[tuple[str, Any, str]]:
    """Yield the features of an object within namespaces; colons, which no namespace may contain,
    are between these."""
    head = f"{':'.join(namespaces)}." if namespaces else ""
    for name, value in _pairs(item, place):
        inside = f"{place}.{name}"
        if not isinstance(value, Mapping):
            yield f"{head}{_escaped(name)}", value, inside
            continue
        if _FORBIDDEN & set(name):
            allowed = "free of spaces, colons, bars and control characters"
            refuse(_CODE, place, name, allowed, f"the namespace in {place}")
        if len(namespaces) == MAX_DEPTH:
            allowed = f"at most {MAX_DEPTH} objects within each other"
            refuse(_CODE, inside, value, allowed)
        yield from _walk_object(value, inside, (*namespaces, _escaped(name, namespace=True)))


def _escaped(name: str, namespace: bool = False) -> str:
    """Name with separators escaped, so that columns never collide. A namespace may hold dots: it
    ends at the last unescaped dot of a field."""
    if name.isidentifier():
        return name
    return name.translate(_ESCAPES if namespace else _ESCAPES_AND_DOT)


def _pairs(item: object, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(item, Mapping):
        refuse(_CODE, place, item, "an object of feature names and values")
    for name, value in item.items():
        if not isinstance(name, str) or not name:
            refuse(_CODE, place, name, "a non-empty string", f"a feature name in {place}")
        if not name.startswith("_"):
            yield name, value


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """True for a JSON array, or a NumPy array of one dimension."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def as_plain(value: object) -> object:
    """Convert NumPy numbers and booleans to Python's; return other values unchanged."""
    if type(value) in (float, int, str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating) else value


def _columns(field: str, value: object, place: str) -> Iterable[tuple[str, float]]:
    if type(value) is float and abs(value) <= LINEAR:  # As most are: nothing is to be done.
        return ((field, value),)
    value = as_plain(value)
    if isinstance(value, str):
        return ((f"{field}={value}", 1.0),)
    if value is None or isinstance(value, bool):
        return ((f"{field}={'null' if value is None else str(value).lower()}", 1.0),)
    if isinstance(value, int | float):
        return ((field, squash(_finite(value, place))),)
    if not is_list(value):
        allowed = "a string, number, boolean, null, array or object"
        refuse(_CODE, place, value, allowed)
    if len(value) and isinstance(value[0], str):
        return _flags(field, value, place)
    return _columns_of_array(field, value, place)


def _flags(field: str, words: Sequence[Any], place: str) -> Iterable[tuple[str, float]]:
    """Columns of an array of strings, one for each different string."""
    for i, word in enumerate(words):
        if not isinstance(word, str):
            refuse(_CODE, f"{place}[{i}]", word, "a string, as the first value of this array is")
    return [(f"{field}={word}", 1.0) for word in dict.fromkeys(words)]


def _columns_of_array(field: str, values: Sequence[Any], place: str) -> Iterator[tuple[str, float]]:
    for i, value in enumerate(values):
        if type(value) is float and abs(value) <= LINEAR:
            yield f"{field}[{i}]", value
            continue
        number = as_plain(value)
        if isinstance(number, bool) or not isinstance(number, int | float):
            allowed = "a number, as arrays hold numbers alone or strings alone"
            refuse(_CODE, f"{place}[{i}]", number, allowed)
        yield f"{field}[{i}]", squash(_finite(number, f"{place}[{i}]"))


def _finite(value: int | float, place: str) -> float:
    if not abs(value) <= sys.float_info.max:  # Nor is NaN, of which no comparison is true.
        refuse(_CODE, place, value, "a finite number")
    return float(value)
