"""Drafts as texts for links and the store; faulty cells are kept as written.

A row of a table is an array of its fields (`engine.worlds.draft_rows`), without bad cells if there
are none, and without a picture in older texts.
"""

import base64
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from functools import cache
from itertools import product
from typing import Annotated, Any, NoReturn, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Struct

from engine.errors import PersonalizerError
from engine.protocol.json_faults import REFUSED
from engine.worlds.draft import UNKNOWN, Cell, Draft
from engine.worlds.draft_rows import (
    NUMBERS,
    ActionRow,
    LevelRow,
    RowId,
    RuleRow,
    Rules,
    Text,
    ValueRow,
    segment_of,
)
from engine.worlds.joint_frequencies import APART, Joint, joint_of
from engine.worlds.pictures import picture_in
from engine.worlds.schema import Chance, Chances, Times
from engine.worlds.success_levels import HALF
from engine.worlds.taste import Taste
from engine.worlds.world_contents import MAX_TIMES, Drift

MAX_LINK = 6_000
"""Characters for which there is room in a link."""
MAX_TEXT = 1_000_000
_MAX_JSON = 4_000_000
_MAX_ROWS = 1_200
_LATER = {"picture": "", "bad": ()}
"""Optional fields of rows, with defaults."""
R = TypeVar("R", ActionRow, ValueRow, LevelRow, RuleRow)


class _Place(Struct, array_like=True, forbid_unknown_fields=True):
    """Texts of a draft, in older links with the worth of the only level."""

    title: Text
    emoji: Text
    story: Text
    unit: Text
    partial: Annotated[float, Meta(gt=0, lt=1)] = HALF


class _Written(Struct):
    """A draft; ``truth`` and ``bad`` follow the cells of its table."""

    place: _Place
    actions: list[Any]
    values: list[Any]
    depends: tuple[Text, ...] | None
    labels: dict[Text, Text]
    truth: list[Chances]
    bad: list[tuple[RowId, bool | int | float | Text | None]]
    levels: list[Any] | None = None
    rules: tuple[Chance, Chance, list[Any]] | None = None
    together: Any = None
    drift: Drift = "none"


def draft_to_text(draft: Draft) -> str:
    """Write a draft; texts of up to `MAX_LINK` characters fit into a link."""
    cells, rules = _cells(draft), draft.rules
    tastes = [draft.truth.get(cell, UNKNOWN) for cell in cells]
    source = {
        "place": [draft.title, draft.emoji, draft.story, draft.unit],
        "levels": [*map(_array, draft.levels)],
        "actions": [*map(_array, draft.actions)],
        "values": [*map(_array, draft.values)],
        "depends": draft.depends,
        "labels": dict(draft.labels),
        "rules": rules and [rules.base, rules.whole, [*map(_array, rules.rows)]],
        "together": draft.together.times and [draft.together.ids, draft.together.times],
        "drift": draft.drift,
        "truth": [[taste.half, taste.full] for taste in tastes],
        "bad": [[cells.index(cell), value] for cell, value in draft.bad.items() if cell in cells],
    }
    data = zlib.compress(json.dumps(source, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _array(row: ActionRow | ValueRow | LevelRow | RuleRow) -> tuple[object, ...]:
    return astuple(row) if row.bad else astuple(row)[:-1]


def draft_from_text(text: str) -> Draft:
    """Read a draft.

    Raises:
        PersonalizerError: ``BadRequest`` for anything else.
    """
    try:
        return _draft(msgspec.convert(_json(text), _Written))
    except (ValueError, TypeError, LookupError, RecursionError, zlib.error, *REFUSED):
        sentence = "The draft in this link cannot be read: it was cut, or changed."
        raise PersonalizerError("BadRequest", sentence, "draft") from None


def _json(text: str) -> object:
    if len(text) > MAX_TEXT:
        raise ValueError
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MAX_JSON)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError
    return json.loads(data, parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _draft(source: _Written) -> Draft:
    place, levels, rules = source.place, source.levels, source.rules
    if levels is None:
        levels = [] if place.partial == HALF else [[0, "", place.partial, None]]
    draft = Draft(
        place.title,
        place.emoji,
        place.story,
        actions=_rows(source.actions, ActionRow),
        values=_rows(source.values, ValueRow),
        depends=source.depends,
        labels=source.labels,
        unit=place.unit,
        levels=_rows(levels, LevelRow),
        rules=rules and Rules(*rules[:2], _rows(rules[2], RuleRow)),
    )
    for action in draft.actions:
        picture_in(action.picture, "picture")
    cells = _cells(draft)
    truth = {cell: Taste(*chances) for cell, chances in zip(cells, source.truth, strict=True)}
    bad = {cells[at]: value for at, value in source.bad}
    return replace(
        draft,
        truth=truth,
        bad=bad,
        together=_together(draft, source.together),
        drift=source.drift,
    )


def _cells(draft: Draft) -> list[Cell]:
    """Cells of the table of tastes, row by row."""
    return [*product(map(segment_of, draft.segments), (row.id for row in draft.offered))]


def _together(draft: Draft, source: Any) -> Joint:
    """Frequencies of combinations; older texts have a single list for every context."""
    if not source:
        return APART
    ids: Any = [[row.id for row in rows] for rows in draft.fields.values()]
    if isinstance(source[0], list):
        ids, source = source
    ids = msgspec.convert(ids, tuple[tuple[RowId, ...], ...])
    times = msgspec.convert(source, Annotated[Times, Meta(max_length=MAX_TIMES)])
    if len(times) != math.prod(map(len, ids)):
        raise ValueError
    _check_apart([number for axis in ids for number in axis])
    return joint_of(ids, times)


def _rows(source: Sequence[Any], kind: type[R]) -> tuple[R, ...]:
    make: Any = kind
    arrays = msgspec.convert(source, _table(make))
    rows: tuple[R, ...] = tuple(make(*msgspec.structs.astuple(array)) for array in arrays)
    _check_apart([row.id for row in rows])
    names = {field.name for field in fields(kind)} & {*NUMBERS}
    for row in rows:
        columns: list[str] = [column for column, _ in row.bad]
        if not {*columns} <= names or len(columns) > len(names):
            raise ValueError
    return rows


@cache
def _table(kind: Any) -> Any:
    """Arrays of the fields of a row."""
    columns: list[Any] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        columns.append((name, hint, _LATER[name]) if name in _LATER else (name, hint))
    array = msgspec.defstruct(kind.__name__, columns, array_like=True, forbid_unknown_fields=True)
    return Annotated[tuple[array, ...], Meta(max_length=_MAX_ROWS)]  # type: ignore[valid-type]


def _check_apart(ids: Sequence[int]) -> None:
    if len(ids) != len({*ids}):
        raise ValueError
