"""A chart's own words in another language: of its titles and of the names in its rows."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa

_NUMBER = re.compile(r"\d[\d,]*")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_COMPARED = re.compile(r"(?<=[!=]== )'((?:[^'\\]|\\.)*)'")
_OF_KIND = re.compile(r"datum(\.kind|\['kind'\])")
_SHOWN = {"title", "domain", "oneOf"}
"""Properties of a specification whose texts are shown, or name what rows show."""
_MADE = {"calculate", "description", "tooltip"}
"""Properties that the browser makes of what is quoted in them."""
_ASKED = "filter"
"""The property that compares rows with what is quoted in it; a row's ``kind`` stays as it was."""


def translated(rows: pa.Table, spec: Any, known: Mapping[str, str]) -> tuple[pa.Table, Any]:
    """Rows and a specification with each text that is ``known`` in its other words.

    A text is known with ``#`` in place of its number.
    """
    if not known:
        return rows, spec
    return _rows(rows, known), _spec(spec, known)


def said(text: str, known: Mapping[str, str]) -> str:
    """A text in its other words, or as it is."""
    numbers = _NUMBER.findall(text)
    found = known.get(_NUMBER.sub("#", text))
    if found is None:
        return text
    for number in numbers:
        found = found.replace("#", number, 1)
    return found


def _spec(part: Any, known: Mapping[str, str], inside: str = "") -> Any:
    if isinstance(part, Mapping):
        return {
            key: _spec(one, known, inside if key == "expr" else key) for key, one in part.items()
        }
    if isinstance(part, list):
        return [_spec(one, known, inside) for one in part]
    if not isinstance(part, str):
        return part
    if inside == _ASKED:
        other = partial(_quoted, known)
        return part if _OF_KIND.search(part) else _COMPARED.sub(other, part)
    if inside in _MADE:
        return _QUOTED.sub(partial(_quoted, known), part)
    return said(part, known) if inside in _SHOWN else part


def _quoted(known: Mapping[str, str], found: re.Match[str]) -> str:
    return f"'{said(found[1], known)}'"


def _rows(rows: pa.Table, known: Mapping[str, str]) -> pa.Table:
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type) and field.name != "kind":
            texts = [
                None if one is None else said(one, known) for one in rows.column(place).to_pylist()
            ]
            rows = rows.set_column(place, field, pa.array(texts, field.type))
    return rows
