"""A world as a person writes it: tables of actions, of values, and of what each segment likes.

A draft may be wrong or unfinished: `Draft.faults` tells each cell that is, `Draft.world` makes
the world of one that is not. Rows have numbers of their own, so that the truth stays with its
action and its segment, whatever is renamed, added or taken out.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal, Self

import numpy as np

from engine.arrays import Array
from engine.errors import PersonalizerError
from engine.protocol.features import flatten
from engine.streams import stream
from engine.worlds.feature_text import features_from_text, features_to_text
from engine.worlds.fields import Field, Value
from engine.worlds.table import (
    MAX_CELLS,
    MAX_FIELDS,
    MAX_ITEMS,
    MAX_NAME,
    MAX_STORY,
    MAX_TABLE,
    MAX_TERMS,
    MAX_TITLE,
    MAX_UNIT,
    MAX_VALUES,
    MAX_WORTH,
    TAKEN,
    world_from_text,
)
from engine.worlds.taste import Item, Taste, TasteTable, TasteWeights, Term
from engine.worlds.world import TABULATED, World

MAX_SEGMENTS = 400
"""Rows of the table of what each segment likes; more can be had by fewer fields."""
UNKNOWN = Taste(0.0, 0.2)
"""What a new action is worth for anybody, until somebody writes another."""

Table = Literal["place", "actions", "values", "truth"]
Cell = tuple[frozenset[int], int]
"""Numbers of the rows of a segment's values, and of an action."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as it is written; ``features`` as one line (`engine.worlds.feature_text`)."""

    id: int
    name: str = ""
    emoji: str = ""
    features: str = ""
    title: str = ""
    worth: float | None = None
    """Of a success, in the draft's unit; 1 if nothing is written."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        return not (self.name or self.emoji or self.features) and self.worth in (None, 1)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value of a field of the context as it is written. Without a ``field`` it is one more of
    the field above; it comes as often as its ``share`` says, and the request says what it
    ``sends`` (`sent_from_text`), or its name."""

    id: int
    field: str = ""
    value: str = ""
    emoji: str = ""
    share: float | None = None
    sends: str = ""
    """What the request says for it, if that is not its name."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        text = self.field or self.value or self.emoji or self.sends
        return not text and self.share in (None, 1)


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell of a table.

    Attributes:
        row: from 1; 0 is the table as a whole.
        column: its name, or in the truth that of an action.
        says: what is wrong, as the rest of a sentence that the cell begins.
    """

    table: Table
    row: int
    column: str
    says: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A world that is being written.

    Attributes:
        depends: fields that the truth depends on; None while nobody has chosen: on all.
        truth: what is known of it; else `UNKNOWN`.
        bad: what was written in its place, and can be no expected reward.
        labels: what fields are called, where that is not their name.
    """

    title: str = ""
    emoji: str = ""
    story: str = ""
    actions: tuple[ActionRow, ...] = ()
    values: tuple[ValueRow, ...] = ()
    depends: tuple[str, ...] | None = None
    truth: Mapping[Cell, Taste] = field(default_factory=dict)
    bad: Mapping[Cell, object] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    @classmethod
    def of(cls, world: World) -> Self:
        """A world to be written on; its truth depends on no more fields than it has to.

        Raises:
            PersonalizerError: ``BadRequest`` for one that is too large for a table.
        """
        depends, rows = _what_matters(world)
        draft = replace(cls.without_truth(world), depends=depends)
        truth = {
            (_key(segment), action.id): Taste(*taste)
            for segment, row in zip(draft.segments, rows, strict=True)
            for action, taste in zip(draft.actions, row, strict=True)
        }
        return replace(draft, truth=truth)

    @classmethod
    def without_truth(cls, world: World) -> Self:
        """What is offered in a world, and who comes; nobody cares."""
        values = tuple(
            ValueRow(number, one.name, value.name, value.emoji, value.share, _sent(value.sends))
            for number, (one, value) in enumerate(world.segments())
        )
        labels = {one.name: one.label for one in world.fields if one.label != one.name}
        told = world.title, world.emoji, world.story, _rows(world.items, 0), values
        return cls(*told, depends=(), labels=labels, unit=world.unit)

    # -- what is written --------------------------------------------------------------

    @property
    def offered(self) -> tuple[ActionRow, ...]:
        """Actions in which something is written."""
        return tuple(row for row in self.actions if not row.is_blank)

    @property
    def fields(self) -> dict[str, list[ValueRow]]:
        """The values of each field, by its name."""
        found: dict[str, list[ValueRow]] = {}
        name = ""
        for row in self.values:
            name = row.field or name
            if not row.is_blank:
                found.setdefault(name, []).append(row)
        return found

    @property
    def by(self) -> tuple[str, ...]:
        """The fields that the truth depends on, of those chosen, or of all without a choice, as
        many as a table has room for."""
        found, rows = [], 1
        for name, values in self.fields.items():
            if self.depends is None or name in self.depends:
                rows *= len(values)
                if rows <= MAX_SEGMENTS:
                    found.append(name)
        return tuple(found)

    @property
    def segments(self) -> list[tuple[ValueRow, ...]]:
        """The rows of the truth, each the values that its visitors have; the last field changes
        fastest."""
        fields = self.fields
        return list(product(*(fields[name] for name in self.by)))

    def taste(self, segment: Sequence[ValueRow], action: ActionRow) -> Taste:
        """What a segment thinks of an action."""
        return self.truth.get((_key(segment), action.id), UNKNOWN)

    def expected(self) -> list[list[object]]:
        """The truth as a person sees it: one row a segment, one column an action."""
        rows: list[list[object]] = []
        for segment in self.segments:
            cells = [((_key(segment), action.id), action) for action in self.offered]
            earned = [_earned(self.taste(segment, action)) for _, action in cells]
            told = zip(cells, earned, strict=True)
            rows.append([self.bad.get(cell, one) for (cell, _), one in told])
        return rows

    @property
    def next_id(self) -> int:
        """A number that no row has."""
        ids = [row.id for row in self.actions] + [row.id for row in self.values]
        return max(ids, default=-1) + 1

    # -- writing ----------------------------------------------------------------------

    def offering(self, items: Sequence[Item]) -> Self:
        """The same with other actions; what is thought of one that has a name as before stays."""
        known = {row.name: row.id for row in self.offered}
        rows = _rows(items, self.next_id)
        return replace(self, actions=tuple(replace(r, id=known.get(r.name, r.id)) for r in rows))

    def with_values(self, values: Sequence[ValueRow]) -> Self:
        """The same with other values; what a segment that is still there likes stays."""
        new = replace(self, values=tuple(values))
        if self.depends is not None:
            names = {row.id: name for name, rows in new.fields.items() for row in rows}
            old = (row.id for name in self.by for row in self.fields[name])
            kept = dict.fromkeys(names[one] for one in old if one in names)
            new = replace(new, depends=tuple(kept))
            new = replace(new, depends=new.by)
        return self._retold(new)

    def depending_on(self, names: Sequence[str]) -> Self:
        """The same where only these fields matter: segments that were apart get their mean.

        Raises:
            PersonalizerError: ``BadRequest`` if that is more rows than a table has room for.
        """
        rows = math.prod(len(values) for name, values in self.fields.items() if name in names)
        if rows > MAX_SEGMENTS:
            sentence = f"These fields make {rows:,} segments, but a table has room for "
            raise PersonalizerError("BadRequest", f"{sentence}{MAX_SEGMENTS}.", "depends")
        return self._retold(replace(self, depends=tuple(names)))

    def _retold(self, new: Self) -> Self:
        """The truth of the segments that another draft has, as far as this one knows it."""
        home = {row.id: name for name, rows in new.fields.items() for row in rows}
        shared = set(self.by) & set(new.by) | {
            home[row.id]
            for name in self.by
            for row in self.fields[name]
            if home.get(row.id) in new.by
        }
        told: dict[frozenset[int], list[tuple[ValueRow, ...]]] = {}
        for segment in self.segments:
            place = frozenset(row.id for row in segment if home.get(row.id) in shared)
            told.setdefault(place, []).append(segment)
        truth: dict[Cell, Taste] = {}
        for segment in new.segments:
            place = frozenset(row.id for row in segment if home[row.id] in shared)
            known = told.get(place, [])
            for action in new.offered if known else ():
                truth[_key(segment), action.id] = self._mean(known, action)
        return replace(new, truth=truth, bad={})

    def _mean(self, segments: Sequence[tuple[ValueRow, ...]], action: ActionRow) -> Taste:
        """What visitors of some segments think of an action."""
        if len(segments) == 1:
            return self.taste(segments[0], action)
        weights = np.array([math.prod(_share(row) for row in segment) for segment in segments])
        tastes = [self.taste(segment, action) for segment in segments]
        halves, fulls = ([getattr(one, name) for one in tastes] for name in ("half", "full"))
        if len(set(tastes)) == 1:
            return tastes[0]
        return Taste(*(float(np.average(one, weights=weights)) for one in (halves, fulls)))

    def written(self, row: int, action: int, value: object) -> Self:
        """The same with one expected reward, by its place in `expected`; of the rewards, as many
        are whole ones as before, if that can be."""
        cell = _key(self.segments[row]), self.offered[action].id
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        bad = {one: said for one, said in self.bad.items() if one != cell}
        if number is None or not 0 <= number <= 1:
            return replace(self, bad=bad | {cell: value})
        before = self.truth.get(cell, UNKNOWN)
        return replace(self, truth={**self.truth, cell: _worth(before, float(number))}, bad=bad)

    def scrambled(self, seed: int) -> Self:
        """The same with tastes by chance: hundredths from .05 to .95, evenly."""
        rng = stream(seed, "scramble")
        cells = [(_key(s), action.id) for s in self.segments for action in self.offered]
        drawn = rng.integers(5, 96, len(cells)).tolist()
        truth = {cell: Taste(0.0, one / 100) for cell, one in zip(cells, drawn, strict=True)}
        return replace(self, truth=truth, bad={})

    # -- what comes of it -------------------------------------------------------------

    def faults(self) -> list[CellFault]:
        """All cells in which something is wrong, table by table."""
        return [*_of_place(self), *_of_actions(self), *_of_values(self), *_of_truth(self)]

    @property
    def world(self) -> World:
        """What is written.

        Raises:
            PersonalizerError: ``BadRequest`` if it is no world yet.
        """
        if faults := self.faults():
            first = faults[0]
            sentence = f"{first.table}, row {first.row}, {first.column} {first.says}."
            raise PersonalizerError("BadRequest", sentence, first.table)
        items = tuple(
            Item(row.name, row.emoji, features_from_text(row.features) or {"name": row.name},
                 row.title, 1.0 if row.worth is None else row.worth)
            for row in self.offered
        )  # fmt: skip
        fields = tuple(
            Field(name, self.labels.get(name, name), tuple(
                Value(row.value, row.emoji, _share(row), sent_from_text(row.sends))
                for row in rows))
            for name, rows in self.fields.items()
        )  # fmt: skip
        taste = _weights(self) if self._is_large else self._table
        world = World(self.title, self.emoji, self.story, fields, items, taste, self.unit)
        return world_from_text(world.text)

    @property
    def _is_large(self) -> bool:
        """Whether the truth has no room as a table of all contexts."""
        cells = math.prod(len(rows) for rows in self.fields.values())
        return cells > TABULATED or cells * len(self.offered) > MAX_TABLE

    @property
    def _table(self) -> TasteTable:
        rows = {
            tuple(row.value for row in segment): {
                action.name: self.taste(segment, action) for action in self.offered
            }
            for segment in self.segments
        }
        return TasteTable(self.by, rows)


# -- parts ----------------------------------------------------------------------------


def _rows(items: Sequence[Item], first: int) -> tuple[ActionRow, ...]:
    return tuple(
        ActionRow(
            number,
            item.id,
            item.emoji,
            features_to_text(item.features),
            item.title,
            None if item.value == 1 else item.value,
        )
        for number, item in enumerate(items, first)
    )


def _key(segment: Sequence[ValueRow]) -> frozenset[int]:
    return frozenset(row.id for row in segment)


def sent_from_text(text: str) -> Any:
    """What a value sends: a number, or tags with commas between them, or JSON; None for its name;
    ValueError with the rest of a sentence for what is none of these."""
    text = text.strip()
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith(("{", "[", '"')):
            raise ValueError("is no JSON, though it begins like it") from None
        return {tag.strip(): True for tag in text.split(",") if tag.strip()}
    if found is None or isinstance(found, list) or _cannot_be_sent({"sent": found}):
        raise ValueError(f"is {text[:40]}, but must be a number, or tags with commas between")
    return found


def _cannot_be_sent(features: Mapping[str, Any]) -> str:
    """Why no request could say it, as a sentence; empty if one can."""
    try:
        flatten([features], "features")
    except PersonalizerError as error:
        said = error.message.replace("features[0].", "")
        return said.replace("features[0]", "the features").rstrip(".")
    return ""


def _sent(sends: object) -> str:
    """The text of what a value sends."""
    if sends is None:
        return ""
    if isinstance(sends, dict) and sends and all(one is True for one in sends.values()):
        line = ", ".join(sends)
        if line.strip() and not line.startswith(("{", "[", '"')) and sent_from_text(line) == sends:
            return line
    return json.dumps(sends, ensure_ascii=False)


def _share(row: ValueRow) -> float:
    return 1.0 if row.share is None else row.share


def _earned(taste: Taste) -> float:
    return round(taste.half / 2 + taste.full, 12)


def _worth(before: Taste, earned: float) -> Taste:
    """A taste that earns so much, with the same share of whole rewards as before if it can be."""
    if earned == _earned(before):
        return before
    some = before.half + before.full
    whole = before.full / some if some else 1.0
    chance = min(earned / (whole + (1 - whole) / 2), 1.0)
    half = max(2 * (chance - earned), 0.0)
    return Taste(half, min(earned - half / 2, 1 - half))


def _what_matters(world: World) -> tuple[tuple[str, ...], list[list[list[float]]]]:
    """The fields that the truth of a world depends on, and the chances of the rewards 1/2 and 1
    for each of their combinations and each item."""
    fields, taste = world.fields, world.taste
    if isinstance(taste, TasteWeights):
        told = {name for term in taste.terms for name in term.when}
        fields = tuple(one for one in fields if one.name in told)
    names, shape = [one.name for one in fields], [len(one.values) for one in fields]
    _check_rows(world, math.prod(shape), MAX_TABLE)
    cells = np.array(world.through(world.contexts[0], *names))
    found: Array = world.outcomes_in(cells)[..., 1:].reshape(*shape, len(world.items), 2)
    for axis in reversed(range(len(names))):
        if (found == found.take([0], axis)).all():
            found = np.asarray(found.take(0, axis))
            del names[axis]
    rows: list[list[list[float]]] = found.reshape(-1, len(world.items), 2).tolist()
    _check_rows(world, len(rows), MAX_SEGMENTS)
    return tuple(names), rows


def _check_rows(world: World, rows: int, most: int) -> None:
    if rows > most:
        sentence = f"{world.title} has {rows:,} segments that may like different things, but a "
        sentence += f"table here has {MAX_SEGMENTS} rows at most."
        raise PersonalizerError("BadRequest", sentence, "the world")


def _weights(draft: Draft) -> TasteWeights:
    """The truth of a draft as a sum, in which one term applies: for what is too large a table."""
    terms = []
    for segment in draft.segments:
        when = {name: row.value for name, row in zip(draft.by, segment, strict=True)}
        for action in draft.offered:
            taste = draft.taste(segment, action)
            terms.append(Term(taste.half + taste.full, when, action.name, {}))
    return TasteWeights(0.0, tuple(terms), max(_wholes(draft), default=1.0))


def _wholes(draft: Draft) -> set[float]:
    """Shares of the rewards that are whole ones, wherever there are any."""
    tastes = [draft.taste(s, action) for s in draft.segments for action in draft.offered]
    chances = [(one.full, one.half + one.full) for one in tastes]
    return {round(full / some, 9) for full, some in chances if some}


_MAX_EMOJI = 16
_HIDDEN = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


# -- what is wrong --------------------------------------------------------------------


def _of_place(draft: Draft) -> Iterator[CellFault]:
    if not draft.title.strip():
        yield CellFault("place", 0, "title", "is empty, but must have at least one letter")
    texts = ("title", MAX_TITLE), ("emoji", _MAX_EMOJI), ("story", MAX_STORY), ("unit", MAX_UNIT)
    for name, most in texts:
        if says := _wrong_text(getattr(draft, name), most):
            yield CellFault("place", 0, name, says)


def _of_actions(draft: Draft) -> Iterator[CellFault]:
    if not draft.offered:
        yield CellFault("actions", 0, "name", "is missing: write at least one action")
    if len(draft.offered) > MAX_ITEMS:
        says = f"is one too many: {MAX_ITEMS} actions are the most"
        yield CellFault("actions", MAX_ITEMS + 1, "name", says)
    names = Counter(row.name for row in draft.offered)
    for number, row in enumerate(draft.actions, 1):
        if row.is_blank:
            continue
        if says := _wrong_name(row.name):
            yield CellFault("actions", number, "name", says)
        elif names[row.name] > 1:
            yield CellFault("actions", number, "name", f"is {row.name!r}, as another row's")
        if says := _wrong_text(row.emoji, _MAX_EMOJI):
            yield CellFault("actions", number, "emoji", says)
        if row.worth is not None and (says := _beyond(row.worth, MAX_WORTH)):
            yield CellFault("actions", number, "worth", says)
        if says := _wrong_features(row.features):
            yield CellFault("actions", number, "features", says)


def _of_values(draft: Draft) -> Iterator[CellFault]:
    if not draft.fields:
        yield CellFault("values", 0, "field", "is missing: write at least one field and its values")
    if len(draft.fields) > MAX_FIELDS:
        yield CellFault("values", 0, "field", f"is one too many: {MAX_FIELDS} fields are the most")
    name, seen, sent = "", set[tuple[str, str]](), dict[str, list[Any]]()
    for number, row in enumerate(draft.values, 1):
        name = row.field or name
        if row.is_blank:
            continue
        if says := _wrong_field(name):
            yield CellFault("values", number, "field", says)
        if says := _wrong_name(row.value):
            yield CellFault("values", number, "value", says)
        elif (name, row.value) in seen:
            yield CellFault("values", number, "value", f"is {row.value!r}, as one above in {name}")
        yield from _of_value(number, row)
        if (name, row.value) not in seen:
            yield from _of_sent(number, row, name, sent.setdefault(name, []))
        seen.add((name, row.value))
    cells = math.prod(len(rows) for rows in draft.fields.values())
    if cells > MAX_CELLS:
        says = f"makes {cells:,} contexts, but {MAX_CELLS:,} are the most"
        yield CellFault("values", 0, "field", says)
    for name, rows in draft.fields.items():
        if len(rows) > MAX_VALUES:
            says = f"{name} has more than {MAX_VALUES} values"
            yield CellFault("values", 0, "value", says)


def _of_value(number: int, row: ValueRow) -> Iterator[CellFault]:
    """All but its names."""
    if says := _wrong_text(row.emoji, _MAX_EMOJI):
        yield CellFault("values", number, "emoji", says)
    if says := _beyond(_share(row), 1e6):
        yield CellFault("values", number, "share", says)


def _of_sent(number: int, row: ValueRow, name: str, before: list[Any]) -> Iterator[CellFault]:
    """What a value of a field sends, after what those before it send."""
    try:
        sends = sent_from_text(row.sends)
    except ValueError as error:
        yield CellFault("values", number, "sends", str(error))
        return
    sends = row.value if sends is None else sends
    if sends in before:
        yield CellFault("values", number, "sends", f"is what another value of {name} sends")
    elif len(before) < MAX_VALUES:
        before.append(sends)


def _beyond(number: float, most: float) -> str:
    """What is wrong with a share, or a worth; empty if nothing is."""
    if 1e-6 <= number <= most:
        return ""
    return f"is {number:g}, but must be from 0.000001 to {most:,.0f}"


def _wrong_features(text: str) -> str:
    """What is wrong with an action's features; empty if nothing is."""
    try:
        features = features_from_text(text)
    except ValueError as error:
        return str(error)
    if why := _cannot_be_sent(features):
        return f"cannot be sent: {why}"
    is_any = flatten([features], "features").non_null or not features
    return "" if is_any else "has no feature that is sent"


def _wrong_text(text: str, most: int) -> str:
    """What is wrong with a text that may be empty; empty if nothing is."""
    if len(text) > most:
        return f"has more than {most} characters"
    return "has a character that cannot be shown" if re.search(_HIDDEN, text) else ""


def _wrong_name(name: str) -> str:
    """What is wrong with a name; empty if nothing is."""
    if not name.strip():
        return "is empty"
    return _wrong_text(name, MAX_NAME)


def _wrong_field(name: str) -> str:
    if not name:
        return "is empty, and there is no field above"
    if name in TAKEN:
        return f"is {name!r}, which stands for something else here"
    if not re.fullmatch(r"[^\W_][\w -]{0,59}", name):
        return f"is {name!r}, but must be letters, digits, spaces, - or _"
    return ""


def _of_truth(draft: Draft) -> Iterator[CellFault]:
    places = {_key(segment): row for row, segment in enumerate(draft.segments, 1)}
    names = {action.id: action.name for action in draft.offered}
    for (segment, action), value in draft.bad.items():
        if segment in places and action in names:
            said = "is empty" if value is None else f"is {_short(value)}"
            says = f"{said}, but must be a number from 0 to 1"
            yield CellFault("truth", places[segment], names[action], says)
    if draft._is_large:
        rewards = len(draft.segments) * len(draft.offered)
        if rewards > MAX_TERMS:
            says = f"has {rewards:,} rewards, but {MAX_TERMS:,} are the most where there are so "
            yield CellFault("truth", 0, "", f"{says}many contexts: let fewer fields matter")
        elif len(_wholes(draft)) > 1:
            says = "has shares of half rewards that differ, which so many contexts have no room for"
            yield CellFault("truth", 0, "", says)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)[:40]
