"""Changes of a draft's fields and values; tastes are kept for segments that remain."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import lt

import numpy as np

from engine.errors import PersonalizerError, refuse
from engine.worlds.context_feature_text import sent_to_text
from engine.worlds.draft import Cell, Draft
from engine.worlds.draft_rows import ActionRow, ValueRow, segment_of
from engine.worlds.fields import Field
from engine.worlds.joint_frequencies import among, segments_come
from engine.worlds.taste import Taste

MAX_END = 1e300
"""Largest absolute end of a range of numbers."""
MIN_RANGE = 1e-290
"""Smallest width of a range; a smaller one has no distinguishable slices."""


def with_values(draft: Draft, values: Sequence[ValueRow]) -> Draft:
    """Replace the values; tastes of remaining segments are kept."""
    new = replace(draft, values=tuple(values))
    new = replace(new, together=among(draft.together, draft.fields, new.fields))
    if draft.depends is not None:
        names = {row.id: name for name, rows in new.fields.items() for row in rows}
        old = (row.id for name in draft.by for row in draft.fields[name])
        kept = dict.fromkeys(names[number] for number in old if number in names)
        new = replace(new, depends=tuple(kept))
        new = replace(new, depends=new.by)
    return _with_truth_of(draft, new)


def coming(draft: Draft, table: Sequence[ValueRow]) -> Draft:
    """Replace the values by those of a table; a value with the same name in a field of the same
    name keeps its number, and so its tastes."""
    known = {(name, row.value): row.id for name, rows in draft.fields.items() for row in rows}
    free, name, rows = draft.next_id, "", list[ValueRow]()
    for place, row in enumerate(table):
        name = row.field or name
        rows.append(replace(row, id=known.pop((name, row.value), free + place)))
    return with_values(draft, rows)


def with_number(
    draft: Draft, name: str, low: float, high: float, slices: int, mean: float | None, spread: float
) -> Draft:
    """Add a numeric field, or replace the one of the same name; see `Field.number`.

    Raises:
        PersonalizerError: ``BadRequest`` for an empty name, and an empty range or spread.
    """
    if not name:
        refuse("BadRequest", "field", name, "the name of a field, as the number is called")
    if not low < high:
        refuse("BadRequest", "to", high, f"more than {low:g}, from which it goes")
    if high - low < MIN_RANGE:
        refuse("BadRequest", "to", high, f"{MIN_RANGE:g} or more above {low:g}")
    for name_of, end in (("from", low), ("to", high)):
        if abs(end) > MAX_END:
            refuse("BadRequest", name_of, end, f"{-MAX_END:g} to {MAX_END:g}")
    if not spread > 0:
        refuse("BadRequest", "spread", spread, "above 0")
    digits = min(300, 6 - min(0, math.floor(math.log10(high - low))))
    cuts = np.linspace(low, high, slices + 1).round(digits).tolist()
    if not all(map(lt, cuts, cuts[1:])):
        refuse("BadRequest", "to", high, f"far enough above {low:g} for {slices} slices to differ")
    field = Field.number(name, name, cuts, mean, spread)
    whole = sum(value.share for value in field.values)
    rows = tuple(
        ValueRow(number, name, value.name, "", share, sent_to_text(value.sends))
        for number, value in enumerate(field.values, draft.next_id)
        for share in [round(value.share / whole, 6)]
    )
    return with_values(draft, [*_values_except(draft, name), *rows])


def _values_except(draft: Draft, field: str) -> list[ValueRow]:
    """Values of every field but one, each with the field's name."""
    named = ((name, row) for name, rows in draft.fields.items() for row in rows)
    return [replace(row, field=name) for name, row in named if name != field]


def depending_on(draft: Draft, names: Sequence[str]) -> Draft:
    """Let the truth depend on these fields only: merged segments get their mean taste.

    Raises:
        PersonalizerError: ``BadRequest`` if a table has no room for so many rows.
    """
    rows = math.prod(len(values) for name, values in draft.fields.items() if name in names)
    if rows > draft.room:
        sentence = f"These fields make {rows:,} segments, but a table has room for "
        raise PersonalizerError("BadRequest", f"{sentence}{draft.room:,}.", "depends")
    return _with_truth_of(draft, replace(draft, depends=tuple(names)))


def _with_truth_of(draft: Draft, new: Draft) -> Draft:
    """Transfer the truth of a draft to the segments of another."""
    home = {row.id: name for name, rows in new.fields.items() for row in rows}
    shared = set(draft.by) & set(new.by) | {
        home[row.id]
        for name in draft.by
        for row in draft.fields[name]
        if home.get(row.id) in new.by
    }
    frequencies, segments_at = (
        _frequencies(draft),
        dict[frozenset[int], list[tuple[ValueRow, ...]]](),
    )
    for segment in draft.segments:
        shared_values = frozenset(row.id for row in segment if home.get(row.id) in shared)
        segments_at.setdefault(shared_values, []).append(segment)
    truth: dict[Cell, Taste] = {}
    for segment in new.segments:
        shared_values = frozenset(row.id for row in segment if home[row.id] in shared)
        sources = segments_at.get(shared_values, [])
        for action in new.offered if sources else ():
            truth[segment_of(segment), action.id] = _mean(draft, sources, action, frequencies)
    return replace(new, truth=truth, bad={})


def _frequencies(draft: Draft) -> dict[frozenset[int], float]:
    """Frequency of each segment."""
    often = segments_come(draft.together, draft.fields, draft.by).ravel().tolist()
    return dict(zip(map(segment_of, draft.segments), often, strict=True))


def _mean(
    draft: Draft,
    segments: Sequence[tuple[ValueRow, ...]],
    action: ActionRow,
    frequencies: Mapping[frozenset[int], float],
) -> Taste:
    """Mean taste of some segments for an action."""
    if len(segments) == 1:
        return draft.taste(segments[0], action)
    weights = np.array([frequencies[segment_of(segment)] for segment in segments])
    tastes = [draft.taste(segment, action) for segment in segments]
    halves, fulls = ([getattr(taste, name) for taste in tastes] for name in ("half", "full"))
    if len(set(tastes)) == 1:
        return tastes[0]
    return Taste(
        *(
            float(np.average(chances, weights=weights if weights.any() else None))
            for chances in (halves, fulls)
        )
    )
