"""Slice of a draft's truth: if the table has too many rows, the rows along two fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.worlds.draft import MAX_SEGMENTS, Draft
from engine.worlds.draft_rows import ValueRow


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of the truth.

    Attributes:
        spread: fields of which every value is included.
        fixed: the value of each other field.
        places: positions of the rows in `Draft.segments`.
    """

    spread: tuple[str, ...]
    fixed: Mapping[str, ValueRow]
    places: tuple[int, ...]


def slice_of(draft: Draft, spread: Sequence[str], fixed: Mapping[str, int]) -> Slice:
    """Slice of the truth along two fields, or every row if there are at most `MAX_SEGMENTS`.

    Args:
        spread: names of the two requested fields; unknown ones are replaced by the first fields.
        fixed: number of the requested value's row, by field; the first value by default.
    """
    fields, by = draft.fields, draft.by
    sizes = tuple(len(fields[name]) for name in by)
    if int(np.prod(sizes)) <= MAX_SEGMENTS:
        return Slice(by, {}, tuple(range(int(np.prod(sizes)))))
    requested = [name for name in spread if name in by]
    spread_out = (*requested, *(name for name in by if name not in requested))[:2]
    chosen = {
        name: next((row for row in fields[name] if row.id == fixed.get(name)), fields[name][0])
        for name in by
        if name not in spread_out
    }
    axes = [
        range(len(fields[name])) if name in spread_out else [fields[name].index(chosen[name])]
        for name in by
    ]
    places = np.ravel_multi_index(np.ix_(*axes), sizes).ravel()
    return Slice(tuple(name for name in by if name in spread_out), chosen, tuple(places.tolist()))
