"""A world as a person writes it: tables of actions, of values, and of what each segment likes.

A draft may be wrong or unfinished: `engine.worlds.faults` tells each cell that is, `draft_world`
makes the world of one that is not. Rows have numbers of their own, so that the truth stays with its
action and its segment, whatever is renamed, added or taken out. What changes who comes is in
`draft_fields`, what changes tastes in `draft_tastes`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Self

from engine.worlds.joint import APART, Joint, bound_in, has_room, times_in
from engine.worlds.levels import LEVELS, Level, mean_worth
from engine.worlds.limits import MAX_TABLE, MAX_TERMS
from engine.worlds.place import TABULATED, Drift
from engine.worlds.rows import ActionRow, LevelRow, Rules, ValueRow, rows_of, segment_of
from engine.worlds.taste import Item, Taste

MAX_SEGMENTS = 400
"""Rows of the table of what each segment likes, unless somebody chose fields that make more."""
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
        levels: what a success may be worth; `LEVELS` where nothing is written.
        rules: the truth as a sum, where it is written so and not as a table.
        together: how often values come together, where that is not what their shares say.
        drift: how tastes are meant to change in a race.
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
    levels: tuple[LevelRow, ...] = ()
    rules: Rules | None = None
    together: Joint = APART
    drift: Drift = "none"

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
        if self.rules is not None:
            return ()
        found, rows, most = [], 1, MAX_SEGMENTS if self.depends is None else self.room
        for name, values in self.fields.items():
            if self.depends is None or name in self.depends:
                rows *= len(values)
                if rows <= most:
                    found.append(name)
        return tuple(found)

    @property
    def room(self) -> int:
        """Rows that the truth may have, if somebody chooses its fields."""
        return max(MAX_SEGMENTS, MAX_TABLE // max(len(self.offered), 1))

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
        rows, part, ids = list[list[object]](), self.partial, [row.id for row in self.offered]
        for segment in map(segment_of, self.segments):
            tastes = ((one, self.truth.get((segment, one), UNKNOWN)) for one in ids)
            told = (((segment, one), _earned(taste, part)) for one, taste in tastes)
            rows.append([self.bad.get(cell, earned) for cell, earned in told])
        return rows

    @property
    def cells(self) -> int:
        """How many contexts there are."""
        return math.prod(len(rows) for rows in self.fields.values())

    @property
    def bound(self) -> tuple[str, ...]:
        """The fields whose values come together."""
        return tuple(bound_in(self.together, self.fields))

    @property
    def times(self) -> tuple[float, ...]:
        """What the world says of values that come `Place.together`: of all fields if they have
        room in a table, else of those that are bound."""
        names = tuple(self.fields) if self.cells <= TABULATED else self.bound
        if not self.bound or not has_room(self.together, self.fields):
            return ()
        return tuple(times_in(self.together, self.fields, names).ravel().tolist())

    @property
    def next_id(self) -> int:
        """A number that no row has."""
        rules = self.rules.rows if self.rules else ()
        tables = self.actions, self.values, self.levels, rules
        ids = [row.id for rows in tables for row in rows]
        return max(ids, default=-1) + 1

    # -- writing ----------------------------------------------------------------------

    def offering(self, items: Sequence[Item]) -> Self:
        """The same with other actions; what is thought of one that has a name as before stays."""
        known = {row.name: row for row in self.offered}
        rows = (
            replace(row, id=before.id, picture=row.picture or before.picture)
            for row in rows_of(items, self.next_id)
            for before in [known.get(row.name, row)]
        )
        return replace(self, actions=tuple(rows))

    # -- what comes of it -------------------------------------------------------------

    @property
    def graded_in(self) -> tuple[Level, ...]:
        """The levels that are written, as far as they are any; those of a world that says nothing
        of them where there is no partial one."""
        rows = (row for row in self.levels if row.worth is not None)
        found = tuple(row.level for row in rows if row.level.share > 0)
        return found if any(level.is_partial for level in found) else (*LEVELS, *found)

    @property
    def partial(self) -> float:
        """What a partial success is worth on average."""
        return mean_worth(self.graded_in)

    def earned(self, taste: Taste) -> float:
        """What somebody with a taste is expected to give."""
        return _earned(taste, self.partial)

    @property
    def is_large(self) -> bool:
        """Whether the truth is a sum in its world: where it has no room as a table of all contexts,
        and beyond `TABULATED` ones wherever a sum can say it."""
        entries = self.cells * len(self.offered)
        if self.cells <= TABULATED or entries > MAX_TABLE:
            return entries > MAX_TABLE
        return self.rewards <= MAX_TERMS and len(self.whole_shares) <= 1

    @property
    def rewards(self) -> int:
        """How many expected rewards its table has."""
        return len(self.segments) * len(self.offered)

    @property
    def whole_shares(self) -> set[float]:
        """Shares of the rewards that are whole ones, wherever there are any."""
        tastes = [self.taste(s, action) for s in self.segments for action in self.offered]
        chances = [(one.full, one.half + one.full) for one in tastes]
        return {round(full / some, 9) for full, some in chances if some}


def _earned(taste: Taste, part: float) -> float:
    return round(taste.half * part + taste.full, 12)
