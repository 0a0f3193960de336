"""Rows of the tables of a draft, and faults of cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self

from msgspec import Meta

from engine.worlds.action_feature_text import features_from_text, features_to_text
from engine.worlds.success_levels import Level
from engine.worlds.taste import Item

Table = Literal["place", "actions", "values", "levels", "rules", "truth"]
Text = Annotated[str, Meta(max_length=2_000)]
RowId = Annotated[int, Meta(ge=0, lt=10**6)]
MAX_WHEN = 4_000
"""Characters of ``when``: enough for the longest names of values in every field."""
BadCells = tuple[tuple[Text, Text], ...]
"""Numeric columns with an invalid text; their number is None."""
NUMBERS = ("adds", "share", "worth")
"""Numeric columns."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of a draft; ``features`` as one line (`engine.worlds.action_feature_text`).

    Requests use its ``name``; the screen shows its ``title``, if it has one.
    """

    id: RowId
    name: Text = ""
    emoji: Text = ""
    features: Text = ""
    title: Text = ""
    worth: float | None = None
    """Value of a success, in the draft's unit; None for 1."""
    picture: str = ""
    """Picture in place of the emoji, as a data URI."""
    bad: BadCells = ()

    @property
    def shown(self) -> str:
        """Display name: the title, or the name if there is none."""
        return self.title or self.name

    @property
    def label(self) -> str:
        """Emoji and display name."""
        return f"{self.emoji} {self.shown}".strip()

    def named(self, name: str) -> Self:
        """Rename the action if the display name was edited: a new name, without a title."""
        return self if name == self.shown else replace(self, name=name, title="")

    @property
    def is_blank(self) -> bool:
        """True for an empty row."""
        written = self.name or self.emoji or self.features or self.picture or self.bad
        return not written and self.worth in (None, 1)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """Value of a context field in a draft. Without a ``field`` it belongs to the field of the row
    above; ``share`` is its relative frequency, and requests hold what it ``sends``
    (`sent_from_text`), or its name."""

    id: RowId
    field: Text = ""
    value: Text = ""
    emoji: Text = ""
    share: float | None = None
    sends: Text = ""
    """Data in requests, if different from the name."""
    bad: BadCells = ()

    @property
    def often(self) -> float:
        """Relative frequency; 1 by default."""
        return 1.0 if self.share is None else self.share

    @property
    def is_blank(self) -> bool:
        """True for an empty row."""
        written = self.field or self.value or self.emoji or self.sends or self.bad
        return not written and self.share in (None, 1)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Level of success in a draft (`Level`)."""

    id: RowId
    name: Text = ""
    worth: float | None = None
    share: float | None = None
    bad: BadCells = ()

    @property
    def is_blank(self) -> bool:
        """True for an empty row."""
        written = self.name or self.bad
        return not written and self.worth is None and self.share in (None, 1)

    @property
    def level(self) -> Level:
        """Level of a valid row."""
        worth = 0.0 if self.worth is None else self.worth
        return Level(worth, self.name, 1.0 if self.share is None else self.share)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Addend to the chance of a success in a draft (`engine.worlds.rules`): in contexts that match
    ``when``, for an ``action`` or all, with these ``features``."""

    id: RowId
    adds: float | None = None
    when: Annotated[str, Meta(max_length=MAX_WHEN)] = ""
    action: Text = ""
    features: Text = ""
    bad: BadCells = ()

    @property
    def is_blank(self) -> bool:
        """True for an empty row."""
        written = self.when or self.action or self.features or self.bad
        return self.adds is None and not written


@dataclass(frozen=True, slots=True)
class Rules:
    """Truth as a sum: a base, and the addends of rules; ``whole`` is the share of full
    successes."""

    base: float = 0.2
    whole: float = 1.0
    rows: tuple[RuleRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CellFault:
    """Fault of a cell of a table.

    Attributes:
        row: from 1; 0 for the whole table.
        column: its name, or in the truth the name of an action.
        says: the fault, as the rest of a sentence about the cell.
        row_name: what the other cells of the row say, by which a person finds it; may be empty.
    """

    table: Table
    row: int
    column: str
    says: str
    row_name: str = ""


def rows_of(items: Sequence[Item], first: int) -> tuple[ActionRow, ...]:
    """Rows of actions, with numbers from ``first`` on."""
    return tuple(
        ActionRow(
            number,
            item.id,
            item.emoji,
            features_to_text(item.features),
            item.title,
            None if item.value == 1 else item.value,
            item.picture,
        )
        for number, item in enumerate(items, first)
    )


def levels_rows(levels: Sequence[Level], first: int) -> tuple[LevelRow, ...]:
    """Rows of levels, with numbers from ``first`` on."""
    return tuple(
        LevelRow(number, level.name, level.worth, None if level.share == 1 else level.share)
        for number, level in enumerate(levels, first)
    )


def segment_of(segment: Sequence[ValueRow]) -> frozenset[int]:
    """Identity of a segment: the numbers of its values."""
    return frozenset(row.id for row in segment)


def item_of(row: ActionRow) -> Item:
    """Action of a valid row."""
    features = features_from_text(row.features) or {"name": row.name}
    worth = 1.0 if row.worth is None else row.worth
    return Item(row.name, row.emoji, features, row.title, worth, row.picture)
