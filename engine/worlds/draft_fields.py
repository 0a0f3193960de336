"""Other fields and values in a draft, and which of them matter: what is known of the truth stays,
as far as a segment is still there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import lt

import numpy as np

from engine.errors import PersonalizerError, refuse
from engine.worlds.draft import Cell, Draft
from engine.worlds.fields import Field
from engine.worlds.joint import among, segments_come
from engine.worlds.rows import ActionRow, ValueRow, segment_of
from engine.worlds.sent_text import sent_to_text
from engine.worlds.taste import Taste

MAX_END = 1e300
"""Of a range of numbers."""
MIN_RANGE = 1e-290
"""From one end to the other: what is less leaves no slices that can be told apart."""


def with_values(draft: Draft, values: Sequence[ValueRow]) -> Draft:
    """The same with other values; what a segment that is still there likes stays."""
    new = replace(draft, values=tuple(values))
    new = replace(new, together=among(draft.together, draft.fields, new.fields))
    if draft.depends is not None:
        names = {row.id: name for name, rows in new.fields.items() for row in rows}
        old = (row.id for name in draft.by for row in draft.fields[name])
        kept = dict.fromkeys(names[one] for one in old if one in names)
        new = replace(new, depends=tuple(kept))
        new = replace(new, depends=new.by)
    return _retold(draft, new)


def coming(draft: Draft, table: Sequence[ValueRow]) -> Draft:
    """A draft with the values of a table in place of its own: one of the same name in a field of
    the same name keeps its number, and with it what is known of the truth."""
    known = {(name, row.value): row.id for name, rows in draft.fields.items() for row in rows}
    free, name, rows = draft.next_id, "", list[ValueRow]()
    for place, row in enumerate(table):
        name = row.field or name
        rows.append(replace(row, id=known.pop((name, row.value), free + place)))
    return with_values(draft, rows)


def with_number(
    draft: Draft, name: str, low: float, high: float, slices: int, mean: float | None, spread: float
) -> Draft:
    """The same with a field that is a number, in place of one of that name; see `Field.number`.

    Raises:
        PersonalizerError: ``BadRequest`` for no name, and a range or a spread of nothing.
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
    made = Field.number(name, name, cuts, mean, spread)
    whole = sum(value.share for value in made.values)
    rows = tuple(
        ValueRow(number, name, value.name, "", share, sent_to_text(value.sends))
        for number, value in enumerate(made.values, draft.next_id)
        for share in [round(value.share / whole, 6)]
    )
    return with_values(draft, [*_others_than(draft, name), *rows])


def _others_than(draft: Draft, field: str) -> list[ValueRow]:
    """The values of all fields but one, each with its field's name."""
    named = ((name, row) for name, rows in draft.fields.items() for row in rows)
    return [replace(row, field=name) for name, row in named if name != field]


def depending_on(draft: Draft, names: Sequence[str]) -> Draft:
    """The same where only these fields matter: segments that were apart get their mean.

    Raises:
        PersonalizerError: ``BadRequest`` if that is more rows than a table has room for.
    """
    rows = math.prod(len(values) for name, values in draft.fields.items() if name in names)
    if rows > draft.room:
        sentence = f"These fields make {rows:,} segments, but a table has room for "
        raise PersonalizerError("BadRequest", f"{sentence}{draft.room:,}.", "depends")
    return _retold(draft, replace(draft, depends=tuple(names)))


def _retold(draft: Draft, new: Draft) -> Draft:
    """The truth of the segments that another draft has, as far as this one knows it."""
    home = {row.id: name for name, rows in new.fields.items() for row in rows}
    shared = set(draft.by) & set(new.by) | {
        home[row.id]
        for name in draft.by
        for row in draft.fields[name]
        if home.get(row.id) in new.by
    }
    often, told = _often(draft), dict[frozenset[int], list[tuple[ValueRow, ...]]]()
    for segment in draft.segments:
        place = frozenset(row.id for row in segment if home.get(row.id) in shared)
        told.setdefault(place, []).append(segment)
    truth: dict[Cell, Taste] = {}
    for segment in new.segments:
        place = frozenset(row.id for row in segment if home[row.id] in shared)
        known = told.get(place, [])
        for action in new.offered if known else ():
            truth[segment_of(segment), action.id] = _mean(draft, known, action, often)
    return replace(new, truth=truth, bad={})


def _often(draft: Draft) -> dict[frozenset[int], float]:
    """How often each segment comes."""
    often = segments_come(draft.together, draft.fields, draft.by).ravel().tolist()
    return dict(zip(map(segment_of, draft.segments), often, strict=True))


def _mean(
    draft: Draft,
    segments: Sequence[tuple[ValueRow, ...]],
    action: ActionRow,
    often: Mapping[frozenset[int], float],
) -> Taste:
    """What visitors of some segments think of an action."""
    if len(segments) == 1:
        return draft.taste(segments[0], action)
    weights = np.array([often[segment_of(one)] for one in segments])
    tastes = [draft.taste(segment, action) for segment in segments]
    halves, fulls = ([getattr(one, name) for one in tastes] for name in ("half", "full"))
    if len(set(tastes)) == 1:
        return tastes[0]
    return Taste(
        *(
            float(np.average(one, weights=weights if weights.any() else None))
            for one in (halves, fulls)
        )
    )
