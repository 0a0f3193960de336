"""A draft as a text, for a link or a store: whatever is written, right or wrong, comes back."""

import base64
import json
import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any, NoReturn, TypeVar, get_args

from engine.errors import PersonalizerError
from engine.worlds.checks import check_known, number_in
from engine.worlds.draft import UNKNOWN, Draft
from engine.worlds.joint import APART, Joint, joint_of
from engine.worlds.levels import HALF
from engine.worlds.pictures import picture_in
from engine.worlds.place import MAX_TIMES, Drift
from engine.worlds.rows import (
    ActionRow,
    BadCells,
    LevelRow,
    RuleRow,
    Rules,
    ValueRow,
    segment_of,
)
from engine.worlds.rules import MAX_WHEN
from engine.worlds.taste import Taste
from engine.worlds.visitors import LEAST_TIMES

MAX_LINK = 6_000
"""Characters for which there is room in a link."""
MAX_TEXT = 1_000_000
_MAX_JSON = 4_000_000
_MAX_ROWS, _MAX_CELL = 1_200, 2_000
T = TypeVar("T")


def draft_to_text(draft: Draft) -> str:
    """The text of a draft, which has room in a link if it is no longer than `MAX_LINK`."""
    cells = [*product(map(segment_of, draft.segments), (row.id for row in draft.offered))]
    tastes = [draft.truth.get(cell, UNKNOWN) for cell in cells]
    told = {
        "place": [draft.title, draft.emoji, draft.story, draft.unit],
        "levels": [[one.id, one.name, one.worth, one.share, *_bad(one)] for one in draft.levels],
        "actions": [
            [
                one.id,
                one.name,
                one.emoji,
                one.features,
                one.title,
                one.worth,
                one.picture,
                *_bad(one),
            ]
            for one in draft.actions
        ],
        "values": [
            [one.id, one.field, one.value, one.emoji, one.share, one.sends, *_bad(one)]
            for one in draft.values
        ],
        "depends": None if draft.depends is None else [*draft.depends],
        "labels": dict(draft.labels),
        "rules": draft.rules
        and [
            draft.rules.base,
            draft.rules.whole,
            [
                [one.id, one.adds, one.when, one.action, one.features, *_bad(one)]
                for one in draft.rules.rows
            ],
        ],
        "together": draft.together.times and [draft.together.ids, draft.together.times],
        "drift": draft.drift,
        "truth": [[taste.half, taste.full] for taste in tastes],
        "bad": [[cells.index(cell), value] for cell, value in draft.bad.items() if cell in cells],
    }
    data = zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bad(row: ActionRow | ValueRow | LevelRow | RuleRow) -> list[BadCells]:
    """Bad cells of a row as the end of its list, which rows without any leave out."""
    return [row.bad] if row.bad else []


def draft_from_text(text: str) -> Draft:
    """The draft that a text holds.

    Raises:
        PersonalizerError: ``BadRequest`` for anything else.
    """
    try:
        return _draft(_read(text))
    except (
        PersonalizerError,
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        RecursionError,
        zlib.error,
    ):
        _refuse()


def _refuse() -> NoReturn:
    sentence = "The draft in this link cannot be read: it was cut, or changed."
    raise PersonalizerError("BadRequest", sentence, "draft") from None


def _read(text: str) -> Any:
    if len(text) > MAX_TEXT:
        raise ValueError
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    unfolding = zlib.decompressobj()
    found = unfolding.decompress(data, _MAX_JSON)
    if unfolding.unconsumed_tail or not unfolding.eof:
        raise ValueError
    return json.loads(found, parse_constant=_no_number)


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _draft(told: Any) -> Draft:
    title, emoji, story, unit, *partial = told["place"]
    labels, depends = dict(told["labels"]), told["depends"]
    draft = Draft(
        _text(title),
        _text(emoji),
        _text(story),
        actions=_rows(told["actions"], _action),
        values=_rows(told["values"], _value),
        depends=None if depends is None else tuple(map(_text, depends)),
        labels={_text(name): _text(label) for name, label in labels.items()},
        unit=_text(unit),
        levels=_rows(told.get("levels", _levels(*partial)), _level),
        rules=_rules(told.get("rules")),
    )
    for rows in (
        draft.actions,
        draft.values,
        draft.levels,
        draft.rules.rows if draft.rules else (),
    ):
        ids = [row.id for row in rows]
        if len(ids) != len(set(ids)):
            raise ValueError
    cells = [*product(map(segment_of, draft.segments), (row.id for row in draft.offered))]
    tastes = [Taste(_chance(half), _chance(full)) for half, full in told["truth"]]
    bad = {cells[_whole(at)]: _cell(value) for at, value in told["bad"]}
    truth = dict(zip(cells, tastes, strict=True))
    together, drift = _together(draft, told.get("together")), told.get("drift", "none")
    check_known(drift, "drift", get_args(Drift))
    return replace(draft, truth=truth, bad=bad, together=together, drift=drift)


def _together(draft: Draft, told: Any) -> Joint:
    """How often values come together; an older text says it of all contexts."""
    if not told:
        return APART
    ids, times = told if isinstance(told[0], list) else (None, told)
    if ids is None:
        ids = [[row.id for row in rows] for rows in draft.fields.values()]
    if len(times) > MAX_TIMES or len(times) != math.prod(map(len, ids)):
        raise ValueError
    known = [_whole(one) for axis in ids for one in axis]
    if len(known) != len({*known}):
        raise ValueError
    often = [number_in(one, "together", LEAST_TIMES, 1 / LEAST_TIMES) for one in times]
    return joint_of(ids, often)


def _rows(told: Any, make: Callable[..., T]) -> tuple[T, ...]:
    if len(told) > _MAX_ROWS:
        raise ValueError
    return tuple(make(*row) for row in told)


def _rules(told: Any) -> Rules | None:
    if told is None:
        return None
    base, whole, rows = told
    return Rules(_chance(base), _chance(whole), _rows(rows, _rule))


def _rule(number: Any, adds: Any, when: Any, action: Any, features: Any, bad: Any = ()) -> RuleRow:
    texts = _text(when, MAX_WHEN), _text(action), _text(features)
    return RuleRow(_whole(number), _number(adds), *texts, _bad_cells(bad, "adds"))


def _levels(partial: Any = HALF) -> list[list[object]]:
    """The one level of an older text."""
    if not 0 < _chance(partial) < 1:
        raise ValueError
    return [] if partial == HALF else [[0, "", partial, None]]


def _level(number: Any, name: Any, worth: Any, share: Any, bad: Any = ()) -> LevelRow:
    numbers = _number(worth), _number(share)
    return LevelRow(_whole(number), _text(name), *numbers, _bad_cells(bad, "worth", "share"))


def _action(
    number: Any,
    name: Any,
    emoji: Any,
    features: Any,
    title: Any,
    worth: Any,
    picture: Any = "",
    bad: Any = (),
) -> ActionRow:
    texts = _text(name), _text(emoji), _text(features), _text(title)
    picture = picture_in(picture, "picture")
    return ActionRow(_whole(number), *texts, _number(worth), picture, _bad_cells(bad, "worth"))


def _value(
    number: Any, field: Any, value: Any, emoji: Any, share: Any, sends: Any, bad: Any = ()
) -> ValueRow:
    texts = _text(field), _text(value), _text(emoji)
    return ValueRow(_whole(number), *texts, _number(share), _text(sends), _bad_cells(bad, "share"))


def _bad_cells(told: Any, *columns: str) -> BadCells:
    """Bad cells of a row, which are in these columns, or it is none."""
    bad = tuple((_text(column), _text(text)) for column, text in told)
    if not {column for column, _ in bad} <= {*columns} or len(bad) > len(columns):
        raise ValueError
    return bad


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**6:
        raise ValueError
    return value


def _text(value: Any, most: int = _MAX_CELL) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError
    return value


def _number(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError
    return None if value is None else float(value)


def _chance(value: Any) -> float:
    number = _number(value)
    if number is None or not 0 <= number <= 1:
        raise ValueError
    return number


def _cell(value: Any) -> object:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise ValueError
    return _text(value) if isinstance(value, str) else value
