"""Worlds and actions from CSV, or from cells pasted from a spreadsheet.

Cells are separated by tabs, semicolons or commas, whichever give the most columns. The first row
holds the heads of the columns.

A table of **actions** (`items_from_table`) has a column of names (``Name``, ``id``, ``action``,
``offer`` or ``title``), may have ``Picture`` or ``emoji``, a ``title`` beside the name, ``Pays``,
``value``, ``worth``, ``price`` or ``revenue`` (what a success is worth, from 0 on), and
``Features`` in one line; each other column is a feature: a number, ``true`` or ``false``, a text,
or with ``|`` between them a list (``comedy|drama``). An empty cell is a feature that an action does
not have. Heads are read in upper and lower case, and without a unit behind them, as in ``Price
(EUR)``. ::

    id,emoji,pays,genres
    Roll,🥐,1.2,
    Cake,🍰,3.5,sweet|cold

A table of **values** (`values_from_table`) has the columns ``Field`` and ``Value``, and may have
``Picture``, ``How often`` and ``Sent as``: the rows of a draft.

A table of **segments x actions** (`world_from_table`) has one row for each combination of values of
the context's fields: first the values, then for each action its chance of a success there (half
ones count half), from 0 to 1 or as a percentage; or two chances, of half a success and of a whole
one (``0.3/0.1``). That is what it is expected to earn, unless others are worth more. A column
``share`` (or ``How often``, ``Anteil``) may hold the frequency of each segment: values then come
together as often as it says, and there is room for 4,000 segments. A picture may stand before any
name. Behind a column with rewards, only one in words is a field: one with a bad reward is none. ::

    weather,hurry,🥐 Roll,🍰 Cake
    Sunny,yes,0.6,10%
    Rainy,yes,0.3/0.1,80%

Errors name the cell as in a spreadsheet, and reject the whole table.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from typing import Any, NoReturn

import numpy as np

from engine.errors import PersonalizerError, refuse
from engine.worlds.action_feature_text import features_from_text
from engine.worlds.draft_rows import ValueRow
from engine.worlds.fields import Field, Value
from engine.worlds.limits import MAX_ITEMS, MAX_WORTH
from engine.worlds.spreadsheet_cells import (
    CURRENCY,
    Grid,
    letters,
    number_of,
    parted,
    refuse_number,
    share_of,
)
from engine.worlds.taste import Item, Taste, TasteTable
from engine.worlds.visible_text import alike, new_world_from_json
from engine.worlds.visitors import times_of
from engine.worlds.world import World

_CODE = "BadRequest"
_NO_WORD = re.compile(
    r"([+-]?([\d.,]+([eE][+-]?\d+)? *%?|inf(inity)?|nan)(/.*)?)?$|#", re.IGNORECASE
)
"""Text that is not a word: a number of any kind, an empty cell, or a spreadsheet's error."""
_ITEM = {
    "id": ("id", "name", "action", "offer", "title"),
    "emoji": ("emoji", "picture"),
    "title": ("title", "name"),
    "worth": ("pays", "value", "worth", "price", "revenue"),
    "features": ("features",),
}
"""Heads, in lower case, of an action's own columns beside features; the first match counts."""
_UNIT = re.compile(rf"\s*(\(.*\)|\[.*\]|(,|\bin\b)?\s*{CURRENCY})$")
"""Unit at the end of a head, in lower case: in brackets, or a currency's sign or letters."""
_VALUE = {
    "field": ("field",),
    "value": ("value",),
    "emoji": ("emoji", "picture"),
    "share": ("how often", "share"),
    "sends": ("sent as", "sends"),
}
"""Heads of the columns of a field's value."""
_SHARE = {"share", "how often", "anteil"}
"""Heads of the column with shares, as in the tables of a page, and in German."""
_REWARD = "a number from 0 to 1, a percentage, or two chances such as 0.3/0.1"


def items_from_table(data: str | bytes) -> tuple[Item, ...]:
    """Actions of a table.

    Raises:
        PersonalizerError: ``BadRequest`` with the first invalid cell.
    """
    grid = Grid.read(data, "action")
    columns = _columns_by_meaning(grid.head, _ITEM)
    if "id" not in columns:
        grid.refuse(0, 0, grid.head[0], "a table with a column 'Name'")
    if len(grid.rows) > MAX_ITEMS:
        refuse_number("actions", len(grid.rows), MAX_ITEMS)
    feature_columns = {name: at for at, name in enumerate(grid.head) if at not in columns.values()}
    items: list[Item] = []
    for row in range(1, len(grid.rows) + 1):
        cells = {meaning: grid.text(row, at) for meaning, at in columns.items()}
        emoji, name = parted(grid.name(row, columns["id"]))
        if alike(name) in {alike(item.id) for item in items}:
            grid.refuse(row, columns["id"], name, "different from those above it")
        features = _line_of_features(grid, row, columns.get("features"))
        features |= {
            head: _feature(grid, row, at)
            for head, at in feature_columns.items()
            if grid.text(row, at)
        }
        emoji, title = cells.get("emoji") or emoji, cells.get("title", "")
        worth = _worth(grid, row, columns.get("worth"))
        items.append(Item(name, emoji, features or {"name": name}, title, worth))
    for row, item in enumerate(items, start=1):
        _check_item(replace(item, value=item.value or 1.0), grid.lines[row])
    if not any(item.value for item in items):
        grid.refuse(1, columns["worth"], grid.text(1, columns["worth"]), "above 0 for some action")
    return tuple(items)


def column_of_prices(data: str | bytes) -> str:
    """Head of the column of prices in a table of actions; empty for none."""
    head = Grid.read(data, "action").head
    column = _columns_by_meaning(head, _ITEM).get("worth")
    return "" if column is None else head[column]


def lists_actions(data: str | bytes) -> bool:
    """Return True for a table of actions, by its heads; a field of segments may be called
    ``name``, too."""
    head = Grid.read(data, "row").head
    columns = _columns_by_meaning(head, _ITEM)
    is_named = "id" in columns and not {"emoji", "worth", "features"}.isdisjoint(columns)
    return is_named or "id" in map(str.lower, head)


def lists_values(data: str | bytes) -> bool:
    """Return True for a table of values of fields, by its heads."""
    return {"field", "value"} <= _columns_by_meaning(Grid.read(data, "row").head, _VALUE).keys()


def values_from_table(data: str | bytes) -> tuple[ValueRow, ...]:
    """Rows of values with numbers from 0; `faults_of` lists their faults.

    Raises:
        PersonalizerError: ``BadRequest`` for data without a table.
    """
    grid = Grid.read(data, "value")
    columns = _columns_by_meaning(grid.head, _VALUE)
    rows = []
    for row in range(1, len(grid.rows) + 1):
        cells = {meaning: grid.text(row, at) for meaning, at in columns.items()}
        emoji, value = parted(cells["value"])
        text = cells.get("share", "")
        share = share_of(text, grid.has_decimal_commas)
        is_bad = bool(text) and not math.isfinite(share)
        rows.append(
            ValueRow(
                row - 1,
                cells["field"],
                value,
                cells.get("emoji") or emoji,
                share if text and not is_bad else None,
                cells.get("sends", ""),
                (("share", text),) if is_bad else (),
            )
        )
    return tuple(rows)


def world_from_table(
    data: str | bytes, title: str = "My world", items: Sequence[Item] = (), unit: str = ""
) -> World:
    """World of a table of segments x actions.

    Args:
        items: known actions with their features, matched by id.
        unit: unit of their values; ignored if no known action is in the table.

    ``BadRequest`` for the first invalid cell.
    """
    grid = Grid.read(data, "segment")
    columns = _columns(grid)
    known = {item.id: item for item in items}
    menu = tuple(_item(grid, at, known) for at in columns.items)
    for at, item in zip(columns.items, menu, strict=True):
        if [alike(other.id) for other in menu].index(alike(item.id)) < columns.items.index(at):
            grid.refuse(0, at, item.id, "different from the actions before it")
    rows, shares = {}, {}
    seen: dict[tuple[int, str], str] = {}
    for row in range(1, len(grid.rows) + 1):
        key = tuple(parted(grid.name(row, at))[1] for at in columns.fields)
        for at, name in zip(columns.fields, key, strict=True):
            if seen.setdefault((at, alike(name)), name) != name:
                grid.refuse(row, at, name, "written as in the rows above, as it looks the same")
        if key in rows:
            grid.refuse(row, 0, " and ".join(key), "a segment that is in no row above")
        chances = (_taste(grid, row, at) for at in columns.items)
        rows[key] = dict(zip((item.id for item in menu), chances, strict=True))
        shares[key] = _share(grid, row, columns.share)
    fields = _fields(grid, columns, shares)
    for values in product(*([value.name for value in field.values] for field in fields)):
        if values not in rows:
            _refuse_gap(grid, columns, values)
    truth = TasteTable(tuple(field.name for field in fields), rows)
    is_known = any(item in items for item in menu)
    world = World(title, "", "", fields, menu, truth, unit if is_known else "")
    frequencies = np.array([shares[tuple(context.values())] for context in world.contexts])
    together = times_of(frequencies / frequencies.sum(), reduce(np.outer, world.shares).ravel())
    bound = () if world.is_tabulated else tuple(field.name for field in fields)
    world = replace(world, together=together, bound=bound if together else ())
    return new_world_from_json(world.to_json())


# -- actions --------------------------------------------------------------------------


def _feature(grid: Grid, row: int, column: int) -> Any:
    text = grid.text(row, column)
    if "|" in text:
        return {tag.strip(): True for tag in text.split("|") if tag.strip()}
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    number = grid.number(row, column)
    return text if math.isnan(number) else int(number) if number.is_integer() else number


def _columns_by_meaning(head: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Positions of the columns by meaning; a column has one meaning at most."""
    lower = [_UNIT.sub("", name.lower()) for name in head]
    columns: dict[str, int] = {}
    for meaning, names in known.items():
        candidates = [lower.index(name) for name in names if name in lower]
        if free := [at for at in candidates if at not in columns.values()]:
            columns[meaning] = free[0]
    return columns


def _line_of_features(grid: Grid, row: int, column: int | None) -> dict[str, Any]:
    """Features in one cell, as a line of text."""
    if column is None:
        return {}
    try:
        return features_from_text(grid.text(row, column))
    except ValueError as error:
        place = grid.place(row, column)
        raise PersonalizerError(_CODE, f"cell {place} {error}.", place) from None


def _worth(grid: Grid, row: int, column: int | None) -> float:
    text = "" if column is None else grid.text(row, column)
    worth = grid.number(row, column, is_price=True) if column is not None and text else 1.0
    if column is not None and not 0 <= worth <= MAX_WORTH:
        allowed = f"what a success is worth, from 0 to {MAX_WORTH:,.0f}"
        grid.refuse(row, column, text, allowed)
    return worth


def _check_item(item: Item, row: int) -> None:
    """Refuse an action that is invalid in any world, with its row."""
    field = Field("f", "F", (Value("v", ""),))
    sample = World(
        "T", "", "", (field,), (item,), TasteTable(("f",), {("v",): {item.id: Taste(0, 0)}})
    )
    try:
        new_world_from_json(sample.to_json())
    except PersonalizerError as error:
        reason = error.message.replace("items[0]", f"the action in row {row}:")
        raise PersonalizerError(_CODE, reason.replace(":.", ", "), "table") from None


# -- segments -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    fields: list[int]
    items: list[int]
    share: int | None


def _columns(grid: Grid) -> _Columns:
    """Columns by role: fields first; then actions, whose cells are mostly rewards."""
    share = next((at for at, name in enumerate(grid.head) if name.lower() in _SHARE), None)
    positions = [at for at in range(len(grid.head)) if at != share]
    if not positions:
        allowed = "two or more: who comes, and an action"
        refuse(_CODE, "table", 0, allowed, "the number of columns beside 'share'")
    others = [at for at in positions if not _has_rewards(grid, at)]
    if not others:
        _check_first_column(grid, positions[0])
    last = max(others, default=positions[0])
    rewarded = min((at for at in positions[1:] if at not in others), default=last)
    for at in others:
        if at > rewarded:
            rewards = [each for each in positions if each not in others and each < at]
            _check_is_field(grid, at, rewards)
    fields = [at for at in positions if at <= last]
    items = [at for at in positions if at > last]
    if not items and len(positions) > 1:
        _refuse_reward(grid, [last])
    if not items:
        allowed = "one or more, after the fields, with rates below their names from 0 to 1 or in %"
        refuse(_CODE, "table", 0, allowed, "the number of actions")
    if len(items) > MAX_ITEMS:
        refuse_number("actions", len(items), MAX_ITEMS)
    return _Columns(fields, items, share)


def _refuse_gap(grid: Grid, columns: _Columns, values: Sequence[str]) -> NoReturn:
    """Refuse a table without a row for a combination of values; a column of numbers may be that of
    an action with rates above 1."""
    sentence = f"No row has {_listed(values)}, but each combination of values needs a row."
    last = columns.fields[-1]
    if len(columns.fields) > 1 and all(math.isfinite(number_of(row[last])) for row in grid.rows):
        sentence += f" If {grid.head[last]} in column {letters(last)} is an action, its rates must "
        sentence += "be from 0 to 1, or percentages such as 4.2 %."
    raise PersonalizerError(_CODE, sentence, "table")


def _listed(values: Sequence[str]) -> str:
    *first, last = values
    return f"{', '.join(first)} and {last}" if first else last


def _has_rewards(grid: Grid, column: int) -> bool:
    return 2 * sum(_is_reward(row[column]) for row in grid.rows) >= len(grid.rows)


def _is_reward(text: str) -> bool:
    return 0 <= share_of(text.partition("/")[0]) <= 1


def _check_is_field(grid: Grid, column: int, rewards: Sequence[int]) -> None:
    """Refuse a column of invalid rewards among the actions, which would turn it and earlier
    actions into fields: after columns of ``rewards`` only a column of words is a field."""
    texts = [row[column] for row in grid.rows]
    if any(_is_reward(text) or _NO_WORD.match(text) for text in texts):
        _refuse_reward(grid, [*rewards, column])


def _refuse_reward(grid: Grid, columns: Sequence[int]) -> NoReturn:
    """Refuse the first cell of some columns that is not a reward."""
    cells = ((row, at) for row in range(1, len(grid.rows) + 1) for at in columns)
    row, at = next((row, at) for row, at in cells if not _is_reward(grid.rows[row - 1][at]))
    as_in = f"a reward, as in column {letters(columns[0])}: " if at != columns[0] else ""
    grid.refuse(row, at, grid.text(row, at), f"{as_in}{_REWARD}")


def _check_first_column(grid: Grid, column: int) -> None:
    """Refuse rewards in the first column if every other column has rewards, too: 0 and 1 may be
    values of a field, but no numbers between them nor pairs of chances."""
    for row, cells in enumerate(grid.rows, start=1):
        first, *others = (share_of(part) for part in cells[column].split("/"))
        is_two = len(others) == 1 and 0 <= others[0] <= 1 - first <= 1
        if 0 < first < 1 or is_two:
            allowed = "a value of a field: the first column says who comes"
            grid.refuse(row, column, cells[column], allowed)


def _item(grid: Grid, column: int, known: dict[str, Item]) -> Item:
    emoji, name = parted(grid.name(0, column))
    return known.get(name) or Item(name, emoji, {"name": name})


def _taste(grid: Grid, row: int, column: int) -> Taste:
    text = grid.text(row, column)
    parts = [share_of(part) for part in text.split("/")]
    if len(parts) > 2 or not all(0 <= part <= 1 for part in parts):
        grid.refuse(row, column, text, _REWARD)
    half, full = (0.0, parts[0]) if len(parts) == 1 else parts
    if half + full > 1 + 1e-12:
        grid.refuse(row, column, text, "two chances that add up to 1 at most")
    return Taste(half, full)


def _share(grid: Grid, row: int, column: int | None) -> float:
    if column is None:
        return 1.0
    text = grid.text(row, column)
    share = share_of(text, grid.has_decimal_commas)
    if not 1e-6 <= share <= 1e6:
        allowed = "how often the segment comes: a number above 0, and up to 1,000,000"
        grid.refuse(row, column, text, allowed)
    return share


def _fields(
    grid: Grid, columns: _Columns, shares: dict[tuple[str, ...], float]
) -> tuple[Field, ...]:
    """Fields with the frequencies of their values among the segments, relative to the rarest."""
    fields = []
    for number, at in enumerate(columns.fields):
        values: dict[str, Value] = {}
        for row in range(1, len(grid.rows) + 1):
            emoji, name = parted(grid.name(row, at))
            values.setdefault(name, Value(name, emoji))
        sums = {
            name: sum(share for key, share in shares.items() if key[number] == name)
            for name in values
        }
        least = min(sums.values())
        members = tuple(Value(v.name, v.emoji, sums[v.name] / least) for v in values.values())
        fields.append(Field(parted(grid.head[at])[1], parted(grid.head[at])[1], members))
    return tuple(fields)
