"""Faulty cells of a draft's tables."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.protocol.features import flatten
from engine.worlds.action_feature_text import features_from_text
from engine.worlds.context_feature_text import sent_from_text, why_not_sent
from engine.worlds.draft import Draft
from engine.worlds.draft_rows import (
    ActionRow,
    BadCells,
    CellFault,
    Table,
    ValueRow,
    item_of,
    segment_of,
)
from engine.worlds.fields import Field, Value
from engine.worlds.joint_frequencies import astray, has_room
from engine.worlds.limits import (
    MAX_CELLS,
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
from engine.worlds.rules import wrong_in_rule
from engine.worlds.spreadsheet_cells import allowed_number
from engine.worlds.success_levels import MAX_LEVEL_NAME, MAX_LEVELS, MAX_SHARE
from engine.worlds.taste import Item
from engine.worlds.visible_text import HIDDEN, alike, is_seen
from engine.worlds.world_contents import MAX_TIMES

_MAX_EMOJI = 16
SHARE = "a number from 0 to 1, or a percentage such as 3.4 %"
"""Allowed rates and shares, for a sentence."""


def faults_of(draft: Draft) -> list[CellFault]:
    """Faulty cells of a draft, table by table."""
    truth = _of_truth if draft.rules is None else _of_rules
    tables = (_of_place, _of_actions, _of_values, _of_levels, truth)
    faults = (fault for of_table in tables for fault in of_table(draft))
    return [replace(fault, row_name=_row_name(draft, fault)) for fault in faults]


def _row_name(draft: Draft, fault: CellFault) -> str:
    """Name of a fault's row: its action, value or segment; empty without one."""
    parts: list[tuple[str, str]] = []
    if fault.table == "truth" and fault.row:
        parts = [("", row.value) for row in draft.segments[fault.row - 1]]
    elif fault.table == "actions" and 0 < fault.row <= len(draft.actions):
        parts = [("name", draft.actions[fault.row - 1].shown)]
    elif fault.table == "values" and 0 < fault.row <= len(draft.values):
        row = draft.values[fault.row - 1]
        parts = [("field", row.field), ("value", row.value)]
    elif fault.table == "levels" and 0 < fault.row <= len(draft.levels):
        parts = [("name", draft.levels[fault.row - 1].name)]
    return ", ".join(text for column, text in parts if text and column != fault.column)


def _of_place(draft: Draft) -> Iterator[CellFault]:
    if not is_seen(draft.title):
        yield CellFault("place", 0, "title", "is empty, but must have at least one letter")
    texts = ("title", MAX_TITLE), ("emoji", _MAX_EMOJI), ("story", MAX_STORY), ("unit", MAX_UNIT)
    for name, most in texts:
        if says := _wrong_text(getattr(draft, name), most):
            yield CellFault("place", 0, name, says)


def _of_actions(draft: Draft) -> Iterator[CellFault]:
    if not draft.offered:
        yield CellFault("actions", 0, "name", "is missing: write at least one action")
    if len(draft.offered) > MAX_ITEMS:
        says = f"is one too many: at most {MAX_ITEMS} actions are allowed"
        yield CellFault("actions", MAX_ITEMS + 1, "name", says)
    if draft.offered and all(row.worth == 0 for row in draft.offered):
        yield CellFault("actions", 0, "worth", "is 0 for every action, but at least one must pay")
    yield from _of_names(draft)
    for number, row in enumerate(draft.actions, 1):
        if row.is_blank:
            continue
        if says := _wrong_text(row.emoji, _MAX_EMOJI):
            yield CellFault("actions", number, "emoji", says)
        yield from _of_numbers("actions", number, row.bad)
        if row.worth is not None and not 0 <= row.worth <= MAX_WORTH:
            says = f"is {row.worth:g}, but must be from 0 to {MAX_WORTH:,.0f}"
            yield CellFault("actions", number, "worth", says)
        if says := _wrong_features(row.features):
            yield CellFault("actions", number, "features", says)


def _of_names(draft: Draft) -> Iterator[CellFault]:
    """Faults of names: of all rows without a name, and of all rows with equal names."""
    rows_of_name: dict[str, list[int]] = {}
    for number, row in enumerate(draft.actions, 1):
        if not row.is_blank:
            rows_of_name.setdefault(alike(row.name) if is_seen(row.name) else "", []).append(number)
    for name, rows in rows_of_name.items():
        others = _in_rows(rows[1:])
        if not name:
            more = f", and so is that of {others}" if others else ""
            yield CellFault("actions", rows[0], "name", f"is empty{more}: name each action")
        elif says := _wrong_text(name, MAX_NAME):
            yield CellFault("actions", rows[0], "name", says)
        elif others:
            says = f"is {name!r}, like that of {others}: give each action a name of its own"
            yield CellFault("actions", rows[0], "name", says)


def _in_rows(numbers: Sequence[int]) -> str:
    """Rows in a sentence; empty for none."""
    *first, last = map(str, numbers) if numbers else [""]
    return f"rows {', '.join(first)} and {last}" if first else last and f"row {last}"


def _of_values(draft: Draft) -> Iterator[CellFault]:
    if not draft.fields:
        yield CellFault("values", 0, "field", "is missing: write at least one field and its values")
    if len(draft.fields) > MAX_FIELDS:
        yield CellFault(
            "values", 0, "field", f"is one too many: at most {MAX_FIELDS} fields are allowed"
        )
    name, seen, sent = "", set[tuple[str, str]](), dict[str, list[Any]]()
    for number, row in enumerate(draft.values, 1):
        name = row.field or name
        if row.is_blank:
            continue
        if says := _wrong_field(name):
            yield CellFault("values", number, "field", says)
        if says := _wrong_name(row.value):
            yield CellFault("values", number, "value", says)
        elif (name, alike(row.value)) in seen:
            yield CellFault("values", number, "value", f"is {row.value!r}, like another in {name}")
        yield from _of_value(number, row)
        if (name, alike(row.value)) not in seen:
            yield from _of_sent(number, row, name, sent.setdefault(name, []))
        seen.add((name, alike(row.value)))
    cells = math.prod(len(rows) for rows in draft.fields.values())
    if cells > MAX_CELLS:
        says = f"makes {cells:,} contexts, but at most {MAX_CELLS:,} are allowed"
        yield CellFault("values", 0, "field", says)
    yield from _of_labels(draft)
    yield from _of_joint(draft)
    for name, rows in draft.fields.items():
        if len(rows) > MAX_VALUES:
            says = f"{name} has more than {MAX_VALUES} values"
            yield CellFault("values", 0, "value", says)


def _of_joint(draft: Draft) -> Iterator[CellFault]:
    """Value whose joint frequencies cannot be kept: it was separated from the values of its field,
    or exceeds the room for combinations."""
    if lost := astray(draft.together, draft.fields):
        says = (
            "separates correlated values: give the field one name, or make fields independent, "
            "which drops their correlation"
        )
        yield CellFault("values", draft.values.index(lost) + 1, "field", says)
        return
    if has_room(draft.together, draft.fields):
        return
    known = {number for ids in draft.together.ids for number in ids}
    bound = [row for name in draft.bound for row in draft.fields[name]]
    new = next((row for row in bound if row.id not in known), bound[-1])
    many = math.prod(len(draft.fields[name]) for name in draft.bound)
    says = (
        f"is one too many: the correlated fields {' and '.join(draft.bound)} may have at most "
        f"{MAX_TIMES:,} combinations, and with it there are {many:,}. Remove it, or make fields "
        "independent, which drops their correlation"
    )
    yield CellFault("values", draft.values.index(new) + 1, "value", says)


def _of_labels(draft: Draft) -> Iterator[CellFault]:
    before = set[str]()
    for name in draft.fields:
        label = draft.labels.get(name, name)
        if name in draft.labels and (says := _wrong_name(label)):
            yield CellFault("values", 0, "field", f"{name} has a label that {says}")
        elif alike(label) in before:
            yield CellFault("values", 0, "field", f"{name} has a label that is taken: {label!r}")
        before.add(alike(label))


def _of_levels(draft: Draft) -> Iterator[CellFault]:
    rows = [(number, row) for number, row in enumerate(draft.levels, 1) if not row.is_blank]
    if len(rows) > MAX_LEVELS:
        says = f"is one too many: at most {MAX_LEVELS} are allowed"
        yield CellFault("levels", rows[MAX_LEVELS][0], "worth", says)
    names, worths = Counter(row.name for _, row in rows), Counter(row.worth for _, row in rows)
    for number, row in rows:
        if says := _wrong_text(row.name, MAX_LEVEL_NAME):
            yield CellFault("levels", number, "name", says)
        elif row.name and names[row.name] > 1:
            yield CellFault("levels", number, "name", f"is {row.name!r}, like another row")
        yield from _of_numbers("levels", number, row.bad)
        if row.worth is None:
            if "worth" not in dict(row.bad):
                yield CellFault("levels", number, "worth", "is empty, but must be from 0 to 1")
        elif not (row.worth in {0, 1} or 0.01 <= row.worth <= 0.99):
            says = f"is {row.worth:g}, but must be 0, 1, or from 0.01 to 0.99"
            yield CellFault("levels", number, "worth", says)
        elif worths[row.worth] > 1:
            yield CellFault("levels", number, "worth", f"is {row.worth:g}, like another row")
        if row.share is not None and (says := _beyond(row.share, MAX_SHARE)):
            yield CellFault("levels", number, "share", says)


def _of_value(number: int, row: ValueRow) -> Iterator[CellFault]:
    """Faults of a value's emoji, share and numbers."""
    if says := _wrong_text(row.emoji, _MAX_EMOJI):
        yield CellFault("values", number, "emoji", says)
    yield from _of_numbers("values", number, row.bad)
    if says := _beyond(row.often, 1e6):
        yield CellFault("values", number, "share", says)


def _of_sent(number: int, row: ValueRow, name: str, before: list[Any]) -> Iterator[CellFault]:
    """Faults of the data that a value sends, given the data of earlier values of the field."""
    try:
        sends = sent_from_text(row.sends)
    except ValueError as error:
        yield CellFault("values", number, "sends", str(error))
        return
    sends = row.value if sends is None else sends
    if sends in before:
        yield CellFault("values", number, "sends", f"is the same as for another value of {name}")
    elif len(before) < MAX_VALUES:
        before.append(sends)


def _of_numbers(table: Table, number: int, bad: BadCells) -> Iterator[CellFault]:
    """Texts in the numeric columns of a row."""
    for column, text in bad:
        says = f"is {_short(text)}, but must be {allowed_number(text)}"
        yield CellFault(table, number, column, says)


def _beyond(number: float, most: float) -> str:
    """Fault of a share; empty for none."""
    if 1e-6 <= number <= most:
        return ""
    return f"is {number:g}, but must be from 0.000001 to {most:,.0f}"


def _wrong_features(text: str) -> str:
    """Fault of an action's features; empty for none."""
    try:
        features = features_from_text(text)
    except ValueError as error:
        return str(error)
    if why := why_not_sent(features):
        return f"cannot be sent: {why}"
    is_any = flatten([features], "features").non_null or not features
    return "" if is_any else "has no feature that is sent"


def _wrong_text(text: str, most: int) -> str:
    """Fault of an optional text; empty for none."""
    if len(text) > most:
        return f"has more than {most} characters"
    return "has a character that cannot be shown" if HIDDEN.search(text) else ""


def _wrong_name(name: str) -> str:
    """Fault of a name; empty for none."""
    if not is_seen(name):
        return "is empty"
    return _wrong_text(name, MAX_NAME)


def _wrong_field(name: str) -> str:
    if not name:
        return "is empty, and there is no field above"
    if name in TAKEN:
        return f"is {name!r}, which is a reserved name"
    if not re.fullmatch(r"[^\W_][\w -]{0,59}", name):
        return f"is {name!r}, but must be letters, digits, spaces, - or _"
    return ""


def _of_truth(draft: Draft) -> Iterator[CellFault]:
    places = {segment_of(segment): row for row, segment in enumerate(draft.segments, 1)}
    names = {action.id: action.shown for action in draft.offered}
    for (segment, action), value in draft.bad.items():
        if segment in places and action in names:
            said = "is empty" if value is None else f"is {_short(value)}"
            says = f"{said}, but must be {SHARE}"
            yield CellFault("truth", places[segment], names[action], says)
    if draft.is_large:
        rewards = draft.rewards
        if rewards > MAX_TERMS:
            says = f"has {rewards:,} rewards, but at most {MAX_TERMS:,} are allowed with so many "
            yield CellFault("truth", 0, "", f"{says}contexts: let fewer fields matter")
        elif len(draft.whole_shares) > 1:
            says = "has different shares of partial rewards, but so many contexts allow only one"
            yield CellFault("truth", 0, "", says)


def _of_rules(draft: Draft) -> Iterator[CellFault]:
    assert draft.rules is not None
    fields = {
        name: Field(name, name, tuple(_value(row) for row in rows))
        for name, rows in draft.fields.items()
    }
    items = [_item(row) for row in draft.offered]
    rows = [(number, row) for number, row in enumerate(draft.rules.rows, 1) if not row.is_blank]
    if len(rows) > MAX_TERMS:
        says = f"is one too many: at most {MAX_TERMS:,} rules are allowed"
        yield CellFault("rules", rows[MAX_TERMS][0], "adds", says)
    for number, row in rows:
        yield from _of_numbers("rules", number, row.bad)
        for column, says in wrong_in_rule(row, fields, items):
            if column not in dict(row.bad):
                yield CellFault("rules", number, column, says)


def _value(row: ValueRow) -> Value:
    """Value without invalid data, which are a fault of their own row."""
    with suppress(ValueError):
        return Value(row.value, "", 1.0, sent_from_text(row.sends))
    return Value(row.value, "")


def _item(row: ActionRow) -> Item:
    with suppress(ValueError):
        return item_of(row)
    return Item(row.name, "", {})


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)[:40]
