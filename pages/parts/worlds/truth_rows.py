"""The table of the hidden truth as it stands in the browser: all of its rows, or a slice."""

from collections.abc import Mapping, Sequence

from engine.worlds.draft import Draft
from engine.worlds.draft_slice import Slice, slice_of
from engine.worlds.draft_tastes import written
from pages.parts.worlds.edited_rows import Edits, number_in, text_in


class TruthRows:
    """The rows of the truth that are shown since their editor was mounted.

    Attributes:
        number: of the editor, which is another one whenever its rows or columns are others.
        base: the draft with which it began.
        shown: which rows of it are shown.
    """

    def __init__(self) -> None:
        self.number, self.base = 0, Draft()
        self._spread: tuple[str, ...] = ()
        self._held: dict[str, int] = {}
        self.shown: Slice = slice_of(self.base, (), {})
        self._shape: object = None

    def look(self, draft: Draft, anew: bool = False) -> None:
        """Show another draft; where its table has other rows or columns, the editor begins anew."""
        shown, segments = slice_of(draft, self._spread, self._held), draft.segments
        shape = (
            [row.shown for row in draft.offered],
            draft.by,
            [[row.value for row in segments[place]] for place in shown.places],
            draft.partial,
        )
        if anew or shape != self._shape:
            self._shape, self.base, self.shown = shape, draft, shown
            self.number += 1

    def turn(self, draft: Draft, spread: Sequence[str], held: Mapping[str, int]) -> None:
        """Show another slice: two fields that are spread out, and of others the row of a value."""
        self._spread, self._held = tuple(spread), self._held | dict(held)
        self.look(draft)

    def rows(self) -> list[list[str]]:
        """Texts of the rows that are shown: the segment's values, and what each action earns."""
        segments, expected = self.base.segments, self.base.expected()
        return [
            [*(row.value for row in segments[place]), *map(text_in, expected[place])]
            for place in self.shown.places
        ]

    def told(self, draft: Draft, told: Edits) -> Draft:
        """The draft as its editor tells of it, whose columns are numbers of actions."""
        before, base = draft.expected(), self.base.expected()
        cells = {
            (int(row), int(column)): number_in(value)
            for row, changes in told.get("edited_rows", {}).items()
            for column, value in changes.items()
        }
        new = {
            (place, column): now
            for row, place in enumerate(self.shown.places)
            for column, value in enumerate(before[place])
            if (now := cells.get((row, column), base[place][column])) != value
        }
        return written(draft, new) if new else draft
