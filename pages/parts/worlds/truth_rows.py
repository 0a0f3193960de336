"""Rows of the hidden truth's table in the browser: all rows, or a slice."""

from collections.abc import Mapping, Sequence

from engine.worlds.draft import Draft
from engine.worlds.draft_slice import Slice, slice_of
from engine.worlds.draft_taste_changes import written
from pages.parts.worlds.edited_rows import Edits, number_in, text_in


class TruthRows:
    """Displayed rows of the truth since their editor was mounted.

    Attributes:
        number: of the editor; increased if rows or columns change.
        base: draft at mounting.
        slice: displayed part of the draft.
    """

    def __init__(self) -> None:
        self.number, self.base = 0, Draft()
        self._spread: tuple[str, ...] = ()
        self._fixed: dict[str, int] = {}
        self.slice: Slice = slice_of(self.base, (), {})
        self._shape: object = None

    def look(self, draft: Draft, anew: bool = False) -> None:
        """Display another draft; mount a new editor if its table has other rows or columns."""
        part, segments = slice_of(draft, self._spread, self._fixed), draft.segments
        shape = (
            [row.shown for row in draft.offered],
            draft.by,
            [[row.value for row in segments[place]] for place in part.places],
            draft.partial,
        )
        if anew or shape != self._shape:
            self._shape, self.base, self.slice = shape, draft, part
            self.number += 1

    def turn(self, draft: Draft, spread: Sequence[str], fixed: Mapping[str, int]) -> None:
        """Display another slice: two varied fields, and a fixed row for each other field."""
        self._spread, self._fixed = tuple(spread), self._fixed | dict(fixed)
        self.look(draft)

    def rows(self) -> list[list[str]]:
        """Return texts of the displayed rows: the segment's values and the expected rewards."""
        segments, expected = self.base.segments, self.base.expected()
        return [
            [*(row.value for row in segments[place]), *map(text_in, expected[place])]
            for place in self.slice.places
        ]

    def edited(self, draft: Draft, edits: Edits) -> Draft:
        """Return the draft with all edits applied; the editor's columns are numbered by action."""
        before, base = draft.expected(), self.base.expected()
        cells = {
            (int(row), int(column)): number_in(value)
            for row, changes in edits.get("edited_rows", {}).items()
            for column, value in changes.items()
        }
        new = {
            (place, column): now
            for row, place in enumerate(self.slice.places)
            for column, value in enumerate(before[place])
            if (now := cells.get((row, column), base[place][column])) != value
        }
        return written(draft, new) if new else draft
