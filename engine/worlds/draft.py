"""A world as a person writes it: tables of actions, of values, and of what each segment likes.

A draft may be wrong or unfinished: `Draft.faults` tells each cell that is, `Draft.world` makes
the world of one that is not. Rows have numbers of their own, so that the truth stays with its
action and its segment, whatever is renamed, added or taken out.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, Self

import numpy as np

from engine.arrays import Array
from engine.errors import PersonalizerError, refuse
from engine.streams import stream
from engine.worlds.faults import faults_of
from engine.worlds.fields import Field, Value
from engine.worlds.rows import ActionRow, CellFault, ValueRow, item_of, rows_of, segment_of
from engine.worlds.sent_text import sent_from_text, sent_to_text
from engine.worlds.table import MAX_TABLE, world_from_text
from engine.worlds.taste import Item, Taste, TasteTable, TasteWeights, Term
from engine.worlds.world import HALF, TABULATED, World

MAX_SEGMENTS = 400
"""Rows of the table of what each segment likes; more can be had by fewer fields."""
UNKNOWN = Taste(0.0, 0.2)
"""What a new action is worth for anybody, until somebody writes another."""

Cell = tuple[frozenset[int], int]
"""Numbers of the rows of a segment's values, and of an action."""


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
    partial: float = HALF

    @classmethod
    def of(cls, world: World) -> Self:
        """A world to be written on; its truth depends on no more fields than it has to.

        Raises:
            PersonalizerError: ``BadRequest`` for one that is too large for a table.
        """
        depends, rows = _what_matters(world)
        draft = replace(cls.without_truth(world), depends=depends)
        truth = {
            (segment_of(segment), action.id): Taste(*taste)
            for segment, row in zip(draft.segments, rows, strict=True)
            for action, taste in zip(draft.actions, row, strict=True)
        }
        return replace(draft, truth=truth)

    @classmethod
    def without_truth(cls, world: World) -> Self:
        """What is offered in a world, and who comes; nobody cares."""
        values = tuple(
            ValueRow(
                number, one.name, value.name, value.emoji, value.share, sent_to_text(value.sends)
            )
            for number, (one, value) in enumerate(world.segments())
        )
        labels = {one.name: one.label for one in world.fields if one.label != one.name}
        told = world.title, world.emoji, world.story, rows_of(world.items, 0), values
        return cls(*told, depends=(), labels=labels, unit=world.unit, partial=world.partial)

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
        return self.truth.get((segment_of(segment), action.id), UNKNOWN)

    def expected(self) -> list[list[object]]:
        """The truth as a person sees it: one row a segment, one column an action."""
        rows: list[list[object]] = []
        for segment in self.segments:
            cells = [((segment_of(segment), action.id), action) for action in self.offered]
            earned = [self._earned(self.taste(segment, action)) for _, action in cells]
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
        rows = rows_of(items, self.next_id)
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

    def with_number(
        self, name: str, low: float, high: float, slices: int, mean: float | None, spread: float
    ) -> Self:
        """The same with a field that is a number, in place of one of that name; see `Field.number`.

        Raises:
            PersonalizerError: ``BadRequest`` for no name, and a range or a spread of nothing.
        """
        if not name:
            refuse("BadRequest", "field", name, "the name of a field, as the number is called")
        if not low < high:
            refuse("BadRequest", "to", high, f"more than {low:g}, from which it goes")
        if not spread > 0:
            refuse("BadRequest", "spread", spread, "above 0")
        digits = 6 - min(0, math.floor(math.log10(high - low)))
        cuts = np.linspace(low, high, slices + 1).round(digits).tolist()
        made = Field.number(name, name, cuts, mean, spread)
        whole = sum(value.share for value in made.values)
        rows = tuple(
            ValueRow(number, name, value.name, "", share, sent_to_text(value.sends))
            for number, value in enumerate(made.values, self.next_id)
            for share in [round(value.share / whole, 6)]
        )
        return self.with_values([*self._others_than(name), *rows])

    def _others_than(self, field: str) -> list[ValueRow]:
        """The values of all fields but one, each with its field's name."""
        named = ((name, row) for name, rows in self.fields.items() for row in rows)
        return [replace(row, field=name) for name, row in named if name != field]

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
                truth[segment_of(segment), action.id] = self._mean(known, action)
        return replace(new, truth=truth, bad={})

    def _mean(self, segments: Sequence[tuple[ValueRow, ...]], action: ActionRow) -> Taste:
        """What visitors of some segments think of an action."""
        if len(segments) == 1:
            return self.taste(segments[0], action)
        weights = np.array([math.prod(row.often for row in segment) for segment in segments])
        tastes = [self.taste(segment, action) for segment in segments]
        halves, fulls = ([getattr(one, name) for one in tastes] for name in ("half", "full"))
        if len(set(tastes)) == 1:
            return tastes[0]
        return Taste(*(float(np.average(one, weights=weights)) for one in (halves, fulls)))

    def written(self, row: int, action: int, value: object) -> Self:
        """The same with one expected reward, by its place in `expected`; of the rewards, as many
        are whole ones as before, if that can be."""
        cell = segment_of(self.segments[row]), self.offered[action].id
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        bad = {one: said for one, said in self.bad.items() if one != cell}
        if number is None or not 0 <= number <= 1:
            return replace(self, bad=bad | {cell: value})
        before = self.truth.get(cell, UNKNOWN)
        return replace(
            self, truth={**self.truth, cell: self._worth(before, float(number))}, bad=bad
        )

    def _earned(self, taste: Taste) -> float:
        """What somebody with a taste is expected to give."""
        return round(taste.half * self.partial + taste.full, 12)

    def _worth(self, before: Taste, earned: float) -> Taste:
        """A taste that earns so much, with the same share of whole rewards as before if it can
        be."""
        if earned == self._earned(before):
            return before
        some = before.half + before.full
        return self._of(earned, before.full / some if some else 1.0)

    def _of(self, earned: float, whole: float) -> Taste:
        """A taste that earns so much; of its rewards a share is whole, or more if it has to be."""
        part = self.partial
        chance = min(earned / (whole + (1 - whole) * part), 1.0)
        half = max((chance - earned) / (1 - part), 0.0)
        return Taste(half, min(max(earned - half * part, 0.0), 1 - half))

    def _retaste(self, made: Callable[[tuple[ValueRow, ...], ActionRow], Taste]) -> Self:
        """The same with another taste in each cell; one that holds no number still holds none."""
        cells = product(self.segments, self.offered)
        return replace(self, truth={(segment_of(s), a.id): made(s, a) for s, a in cells})

    def blurred(self, share: float) -> Self:
        """The same with more noise: each expected reward goes this share of the way to the mean of
        all of them, so that there is less to learn."""
        tastes = [self.taste(s, a) for s in self.segments for a in self.offered]
        mean = float(np.mean([self._earned(one) for one in tastes])) if tastes else 0.0

        def made(segment: tuple[ValueRow, ...], action: ActionRow) -> Taste:
            before = self.taste(segment, action)
            earned = self._earned(before)
            return self._worth(before, round(earned + share * (mean - earned), 12))

        return self._retaste(made)

    def graded(self, share: float, partial: float) -> Self:
        """The same expected rewards, of which a share are partial ones, each worth a part; less
        than that share where they would not do."""
        new = replace(self, partial=partial)
        return new._retaste(lambda s, a: new._of(self._earned(self.taste(s, a)), 1 - share))

    def copied(self, kind: Literal["row", "column"], source: int, target: int) -> Self:
        """The same where a segment, or an action, by its place in `expected`, is as another is."""

        def origin(
            segment: tuple[ValueRow, ...], action: ActionRow
        ) -> tuple[tuple[ValueRow, ...], ActionRow]:
            if kind == "row" and segment == self.segments[target]:
                return self.segments[source], action
            if kind == "column" and action is self.offered[target]:
                return segment, self.offered[source]
            return segment, action

        truth, bad = {}, {}
        for segment, action in product(self.segments, self.offered):
            here, (whence, which) = (segment_of(segment), action.id), origin(segment, action)
            truth[here], there = self.taste(whence, which), (segment_of(whence), which.id)
            if there in self.bad:
                bad[here] = self.bad[there]
        return replace(self, truth=truth, bad=bad)

    def scrambled(self, seed: int) -> Self:
        """The same with tastes by chance: hundredths from .05 to .95, evenly."""
        rng = stream(seed, "scramble")
        cells = [(segment_of(s), action.id) for s in self.segments for action in self.offered]
        drawn = rng.integers(5, 96, len(cells)).tolist()
        truth = {cell: Taste(0.0, one / 100) for cell, one in zip(cells, drawn, strict=True)}
        return replace(self, truth=truth, bad={})

    # -- what comes of it -------------------------------------------------------------

    def faults(self) -> list[CellFault]:
        """All cells in which something is wrong, table by table."""
        return faults_of(self)

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
        items = tuple(map(item_of, self.offered))
        fields = tuple(
            Field(name, self.labels.get(name, name), tuple(
                Value(row.value, row.emoji, row.often, sent_from_text(row.sends))
                for row in rows))
            for name, rows in self.fields.items()
        )  # fmt: skip
        taste = _weights(self) if self.is_large else self._table
        world = World(
            self.title, self.emoji, self.story, fields, items, taste, self.unit, self.partial
        )
        return world_from_text(world.text)

    @property
    def is_large(self) -> bool:
        """Whether the truth has no room as a table of all contexts."""
        cells = math.prod(len(rows) for rows in self.fields.values())
        return cells > TABULATED or cells * len(self.offered) > MAX_TABLE

    @property
    def whole_shares(self) -> set[float]:
        """Shares of the rewards that are whole ones, wherever there are any."""
        tastes = [self.taste(s, action) for s in self.segments for action in self.offered]
        chances = [(one.full, one.half + one.full) for one in tastes]
        return {round(full / some, 9) for full, some in chances if some}

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
    return TasteWeights(0.0, tuple(terms), max(draft.whole_shares, default=1.0))
