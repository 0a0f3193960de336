"""Changes of a draft's tastes: single entries, blur, partial rewards, copies, and random tastes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np

from engine.streams import stream
from engine.worlds.draft import UNKNOWN, Draft
from engine.worlds.draft_rows import ActionRow, ValueRow, segment_of
from engine.worlds.taste import Taste


def written(draft: Draft, cells: Mapping[tuple[int, int], object]) -> Draft:
    """Set expected rewards at positions of `Draft.expected`; the share of full rewards is kept as
    far as possible, and invalid entries are kept as bad."""
    truth, bad, segments = dict(draft.truth), dict(draft.bad), draft.segments
    for (row, action), value in cells.items():
        cell = segment_of(segments[row]), draft.offered[action].id
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is None or not 0 <= number <= 1:
            bad[cell] = value
            continue
        bad.pop(cell, None)
        truth[cell] = _worth(draft, truth.get(cell, UNKNOWN), float(number))
    return replace(draft, truth=truth, bad=bad)


def _worth(draft: Draft, before: Taste, earned: float) -> Taste:
    """Taste with an expected reward, and the previous share of full rewards if possible."""
    if earned == draft.earned(before):
        return before
    chance = before.half + before.full
    return _of(draft, earned, before.full / chance if chance else 1.0)


def _of(draft: Draft, earned: float, whole: float) -> Taste:
    """Taste with an expected reward, and a share of full rewards, or more if necessary."""
    part = draft.partial
    chance = min(earned / (whole + (1 - whole) * part), 1.0)
    half = max((chance - earned) / (1 - part), 0.0)
    return Taste(half, min(max(earned - half * part, 0.0), 1 - half))


def _retaste(draft: Draft, taste_of: Callable[[tuple[ValueRow, ...], ActionRow], Taste]) -> Draft:
    """Replace the taste of each cell; cells with bad entries keep them."""
    cells = product(draft.segments, draft.offered)
    return replace(draft, truth={(segment_of(s), a.id): taste_of(s, a) for s, a in cells})


def blurred(draft: Draft, share: float) -> Draft:
    """Move each expected reward by a share of the way to their overall mean, so that less can be
    learned."""
    tastes = [draft.taste(s, a) for s in draft.segments for a in draft.offered]
    mean = float(np.mean([draft.earned(taste) for taste in tastes])) if tastes else 0.0

    def moved(segment: tuple[ValueRow, ...], action: ActionRow) -> Taste:
        before = draft.taste(segment, action)
        earned = draft.earned(before)
        return _worth(draft, before, round(earned + share * (mean - earned), 12))

    return _retaste(draft, moved)


def graded(draft: Draft, share: float) -> Draft:
    """Keep the expected rewards, with a share of partial rewards, or less if that is impossible."""
    return _retaste(draft, lambda s, a: _of(draft, draft.earned(draft.taste(s, a)), 1 - share))


def copied(draft: Draft, kind: Literal["row", "column"], source: int, target: int) -> Draft:
    """Copy a row (segment) or column (action) of `expected` to another, by position."""

    def origin(
        segment: tuple[ValueRow, ...], action: ActionRow
    ) -> tuple[tuple[ValueRow, ...], ActionRow]:
        if kind == "row" and segment == draft.segments[target]:
            return draft.segments[source], action
        if kind == "column" and action is draft.offered[target]:
            return segment, draft.offered[source]
        return segment, action

    truth, bad = {}, {}
    for segment, action in product(draft.segments, draft.offered):
        here, (source_segment, source_action) = (
            (segment_of(segment), action.id),
            origin(segment, action),
        )
        truth[here], source_cell = (
            draft.taste(source_segment, source_action),
            (segment_of(source_segment), source_action.id),
        )
        if source_cell in draft.bad:
            bad[here] = draft.bad[source_cell]
    return replace(draft, truth=truth, bad=bad)


def scrambled(draft: Draft, seed: int) -> Draft:
    """Random tastes: expected rewards uniform over the hundredths from .05 to .95."""
    rng = stream(seed, "scramble")
    cells = [(segment_of(s), action.id) for s in draft.segments for action in draft.offered]
    drawn = rng.integers(5, 96, len(cells)).tolist()
    truth = {
        cell: Taste(0.0, hundredths / 100) for cell, hundredths in zip(cells, drawn, strict=True)
    }
    return replace(draft, truth=truth, bad={})
