"""Draft of a world: tables of actions, of values, and of each segment's tastes.

A draft may be invalid or unfinished: `engine.worlds.draft_faults` lists its faulty cells,
`draft_conversion` makes the world of a valid draft. Rows have permanent numbers, so that tastes
stay with their action and segment through renaming, insertion and removal. Changes of fields are
in `draft_field_changes`, changes of tastes in `draft_taste_changes`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Self

from engine.worlds.draft_rows import ActionRow, LevelRow, Rules, ValueRow, rows_of, segment_of
from engine.worlds.joint_frequencies import APART, Joint, bound_in, has_room, times_in
from engine.worlds.limits import MAX_TABLE, MAX_TERMS
from engine.worlds.success_levels import LEVELS, Level, mean_worth
from engine.worlds.taste import Item, Taste
from engine.worlds.world_contents import TABULATED, Drift

MAX_SEGMENTS = 400
"""Maximum rows of the table of tastes, unless the user chose fields that make more."""
UNKNOWN = Taste(0.0, 0.2)
"""Taste of a new action for every segment."""

Cell = tuple[frozenset[int], int]
"""Numbers of the rows of a segment's values, and of an action."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A world under construction.

    Attributes:
        depends: fields on which the truth depends; None for all, without a choice of the user.
        truth: known tastes; `UNKNOWN` for the rest.
        bad: invalid entries in place of expected rewards.
        labels: labels of fields, if different from their names.
        levels: values of a success; empty for `LEVELS`.
        rules: the truth as a sum, if it is written as rules instead of a table.
        together: joint frequencies of values, if fields are not independent.
        drift: change of tastes in a race.
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

    # -- contents ---------------------------------------------------------------------

    @property
    def offered(self) -> tuple[ActionRow, ...]:
        """Actions without the blank rows."""
        return tuple(row for row in self.actions if not row.is_blank)

    @property
    def fields(self) -> dict[str, list[ValueRow]]:
        """Values of each field, by its name."""
        fields: dict[str, list[ValueRow]] = {}
        name = ""
        for row in self.values:
            name = row.field or name
            if not row.is_blank:
                fields.setdefault(name, []).append(row)
        return fields

    @property
    def by(self) -> tuple[str, ...]:
        """Fields on which the truth depends: of the chosen ones, or of all without a choice, as
        many as fit a table."""
        if self.rules is not None:
            return ()
        names, rows, most = [], 1, MAX_SEGMENTS if self.depends is None else self.room
        for name, values in self.fields.items():
            if self.depends is None or name in self.depends:
                rows *= len(values)
                if rows <= most:
                    names.append(name)
        return tuple(names)

    @property
    def room(self) -> int:
        """Maximum rows of the truth for fields chosen by the user."""
        return max(MAX_SEGMENTS, MAX_TABLE // max(len(self.offered), 1))

    @property
    def segments(self) -> list[tuple[ValueRow, ...]]:
        """Rows of the truth, each with its values; the last field changes fastest."""
        fields = self.fields
        return list(product(*(fields[name] for name in self.by)))

    def taste(self, segment: Sequence[ValueRow], action: ActionRow) -> Taste:
        """Taste of a segment for an action."""
        return self.truth.get((segment_of(segment), action.id), UNKNOWN)

    def expected(self) -> list[list[object]]:
        """Table of expected rewards as displayed: one row per segment, one column per action."""
        rows, part, ids = list[list[object]](), self.partial, [row.id for row in self.offered]
        for segment in map(segment_of, self.segments):
            tastes = ((action, self.truth.get((segment, action), UNKNOWN)) for action in ids)
            cells = (((segment, action), _earned(taste, part)) for action, taste in tastes)
            rows.append([self.bad.get(cell, earned) for cell, earned in cells])
        return rows

    @property
    def cells(self) -> int:
        """Number of contexts."""
        return math.prod(len(rows) for rows in self.fields.values())

    @property
    def bound(self) -> tuple[str, ...]:
        """Fields with joint frequencies."""
        return tuple(bound_in(self.together, self.fields))

    @property
    def times(self) -> tuple[float, ...]:
        """Factors for `Place.together`: over every field if their combinations fit a table, else
        over the bound fields."""
        names = tuple(self.fields) if self.cells <= TABULATED else self.bound
        if not self.bound or not has_room(self.together, self.fields):
            return ()
        return tuple(times_in(self.together, self.fields, names).ravel().tolist())

    @property
    def next_id(self) -> int:
        """Unused number for a new row."""
        rules = self.rules.rows if self.rules else ()
        tables = self.actions, self.values, self.levels, rules
        ids = [row.id for rows in tables for row in rows]
        return max(ids, default=-1) + 1

    # -- writing ----------------------------------------------------------------------

    def offering(self, items: Sequence[Item], has_prices: bool = True) -> Self:
        """Replace the actions. One with the name or the display name of a present action keeps its
        tastes, name and picture, and its worth unless the items have prices."""
        known = {row.shown: row for row in self.offered} | {row.name: row for row in self.offered}
        rows = dict[int, ActionRow]()
        for row in rows_of(items, self.next_id):
            previous = known.get(row.name, row)
            if previous is row or previous.id in rows:
                rows[row.id] = row
                continue
            rows[previous.id] = replace(
                row,
                id=previous.id,
                name=previous.name,
                title=row.title if row.name == previous.name else previous.title,
                picture=row.picture or previous.picture,
                worth=row.worth if has_prices else previous.worth,
            )
        return replace(self, actions=tuple(rows.values()))

    # -- derived values ---------------------------------------------------------------

    @property
    def graded_in(self) -> tuple[Level, ...]:
        """Valid levels of the draft, with the default levels if none is partial."""
        rows = (row for row in self.levels if row.worth is not None)
        levels = tuple(row.level for row in rows if row.level.share > 0)
        return levels if any(level.is_partial for level in levels) else (*LEVELS, *levels)

    @property
    def partial(self) -> float:
        """Mean worth of a partial success."""
        return mean_worth(self.graded_in)

    def earned(self, taste: Taste) -> float:
        """Expected reward of a taste."""
        return _earned(taste, self.partial)

    @property
    def is_large(self) -> bool:
        """True if the world's truth must be a sum: a table of every context would be too large, or
        there are more than `TABULATED` contexts and a sum is possible."""
        entries = self.cells * len(self.offered)
        if self.cells <= TABULATED or entries > MAX_TABLE:
            return entries > MAX_TABLE
        return self.rewards <= MAX_TERMS and len(self.whole_shares) <= 1

    @property
    def rewards(self) -> int:
        """Number of expected rewards in the table."""
        return len(self.segments) * len(self.offered)

    @property
    def whole_shares(self) -> set[float]:
        """Distinct shares of full rewards among all rewards."""
        tastes = [self.taste(s, action) for s in self.segments for action in self.offered]
        chances = [(taste.full, taste.half + taste.full) for taste in tastes]
        return {round(full / chance, 9) for full, chance in chances if chance}


def _earned(taste: Taste, part: float) -> float:
    return round(taste.half * part + taste.full, 12)
