"""Rows of the tables in which a world is written, and what is said of a wrong cell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, Self

from msgspec import Meta

from engine.worlds.feature_text import features_from_text, features_to_text
from engine.worlds.levels import Level
from engine.worlds.taste import Item

Table = Literal["place", "actions", "values", "levels", "rules", "truth"]
Text = Annotated[str, Meta(max_length=2_000)]
RowId = Annotated[int, Meta(ge=0, lt=10**6)]
MAX_WHEN = 4_000
"""Characters of ``when``: as many as all fields take with the longest names of their values."""
BadCells = tuple[tuple[Text, Text], ...]
"""Columns of numbers with the text that stands there and is no number; the number is None."""
NUMBERS = ("adds", "share", "worth")
"""Columns of numbers."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as it is written; ``features`` as one line (`engine.worlds.feature_text`).

    Its ``name`` is what requests call it; a ``title``, if it has one, is what people read.
    """

    id: RowId
    name: Text = ""
    emoji: Text = ""
    features: Text = ""
    title: Text = ""
    worth: float | None = None
    """Of a success, in the draft's unit; 1 if nothing is written."""
    picture: str = ""
    """A file in place of the emoji, as a data URI."""
    bad: BadCells = ()

    @property
    def shown(self) -> str:
        """What people read: its title, or else its name."""
        return self.title or self.name

    @property
    def label(self) -> str:
        """Emoji and what people read, as it stands beside others."""
        return f"{self.emoji} {self.shown}".strip()

    def named(self, name: str) -> Self:
        """The same with what somebody wrote in place of what they read: a name, without a title."""
        return self if name == self.shown else replace(self, name=name, title="")

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        written = self.name or self.emoji or self.features or self.picture or self.bad
        return not written and self.worth in (None, 1)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value of a field of the context as it is written. Without a ``field`` it is one more of
    the field above; it comes as often as its ``share`` says, and the request says what it
    ``sends`` (`sent_from_text`), or its name."""

    id: RowId
    field: Text = ""
    value: Text = ""
    emoji: Text = ""
    share: float | None = None
    sends: Text = ""
    """What the request says for it, if that is not its name."""
    bad: BadCells = ()

    @property
    def often(self) -> float:
        """How often it comes; as often as others if nothing is written."""
        return 1.0 if self.share is None else self.share

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        written = self.field or self.value or self.emoji or self.sends or self.bad
        return not written and self.share in (None, 1)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What a success may be worth, as it is written: a part of a whole one (`Level`)."""

    id: RowId
    name: Text = ""
    worth: float | None = None
    share: float | None = None
    bad: BadCells = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        written = self.name or self.bad
        return not written and self.worth is None and self.share in (None, 1)

    @property
    def level(self) -> Level:
        """The level that a row without a fault says."""
        worth = 0.0 if self.worth is None else self.worth
        return Level(worth, self.name, 1.0 if self.share is None else self.share)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What is added to the chance of a success, as it is written (`engine.worlds.rules`): ``when``
    the context is so, for an ``action`` or all, that have these ``features``."""

    id: RowId
    adds: float | None = None
    when: Annotated[str, Meta(max_length=MAX_WHEN)] = ""
    action: Text = ""
    features: Text = ""
    bad: BadCells = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        written = self.when or self.action or self.features or self.bad
        return self.adds is None and not written


@dataclass(frozen=True, slots=True)
class Rules:
    """A truth that is a sum: a base, and what rules add; a share of all successes is whole."""

    base: float = 0.2
    whole: float = 1.0
    rows: tuple[RuleRow, ...] = ()


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


def rows_of(items: Sequence[Item], first: int) -> tuple[ActionRow, ...]:
    """Actions as they are written, with numbers from ``first`` on."""
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
    """Levels as they are written, with numbers from ``first`` on."""
    return tuple(
        LevelRow(number, one.name, one.worth, None if one.share == 1 else one.share)
        for number, one in enumerate(levels, first)
    )


def segment_of(segment: Sequence[ValueRow]) -> frozenset[int]:
    """The numbers of its values, by which a segment is known."""
    return frozenset(row.id for row in segment)


def item_of(row: ActionRow) -> Item:
    """The action that a row without a fault says."""
    features = features_from_text(row.features) or {"name": row.name}
    worth = 1.0 if row.worth is None else row.worth
    return Item(row.name, row.emoji, features, row.title, worth, row.picture)
