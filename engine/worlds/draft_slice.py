"""A part of a draft's truth: of more rows than fit, those through which two fields lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.worlds.draft import MAX_SEGMENTS, Draft
from engine.worlds.rows import ValueRow


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of the truth.

    Attributes:
        spread: the fields all of whose values are among them.
        held: of each other field, the value that all of them have.
        places: of the rows, in `Draft.segments`.
    """

    spread: tuple[str, ...]
    held: Mapping[str, ValueRow]
    places: tuple[int, ...]


def slice_of(draft: Draft, spread: Sequence[str], held: Mapping[str, int]) -> Slice:
    """All rows where there are at most `MAX_SEGMENTS`, else a slice.

    Args:
        spread: names of the two fields that are asked for; the first ones where they are not there.
        held: number of the row of the value asked for, by field; else its first one.
    """
    fields, by = draft.fields, draft.by
    sizes = tuple(len(fields[name]) for name in by)
    if int(np.prod(sizes)) <= MAX_SEGMENTS:
        return Slice(by, {}, tuple(range(int(np.prod(sizes)))))
    asked = [name for name in spread if name in by]
    spread_out = (*asked, *(name for name in by if name not in asked))[:2]
    chosen = {
        name: next((row for row in fields[name] if row.id == held.get(name)), fields[name][0])
        for name in by
        if name not in spread_out
    }
    along = [
        range(len(fields[name])) if name in spread_out else [fields[name].index(chosen[name])]
        for name in by
    ]
    places = np.ravel_multi_index(np.ix_(*along), sizes).ravel()
    return Slice(tuple(one for one in by if one in spread_out), chosen, tuple(places.tolist()))
