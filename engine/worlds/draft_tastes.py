"""Other tastes in a draft: one that is written anew, all of them blurred, graded, copied, or by
chance."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np

from engine.streams import stream
from engine.worlds.draft import UNKNOWN, Draft
from engine.worlds.rows import ActionRow, ValueRow, segment_of
from engine.worlds.taste import Taste


def written(draft: Draft, cells: Mapping[tuple[int, int], object]) -> Draft:
    """The same with other expected rewards, by their places in `Draft.expected`; of the rewards, as
    many are whole ones as before, if that can be."""
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
    """A taste that earns so much, with the same share of whole rewards as before if it can
    be."""
    if earned == draft.earned(before):
        return before
    some = before.half + before.full
    return _of(draft, earned, before.full / some if some else 1.0)


def _of(draft: Draft, earned: float, whole: float) -> Taste:
    """A taste that earns so much; of its rewards a share is whole, or more if it has to be."""
    part = draft.partial
    chance = min(earned / (whole + (1 - whole) * part), 1.0)
    half = max((chance - earned) / (1 - part), 0.0)
    return Taste(half, min(max(earned - half * part, 0.0), 1 - half))


def _retaste(draft: Draft, made: Callable[[tuple[ValueRow, ...], ActionRow], Taste]) -> Draft:
    """The same with another taste in each cell; one that holds no number still holds none."""
    cells = product(draft.segments, draft.offered)
    return replace(draft, truth={(segment_of(s), a.id): made(s, a) for s, a in cells})


def blurred(draft: Draft, share: float) -> Draft:
    """The same with more noise: each expected reward goes this share of the way to the mean of
    all of them, so that there is less to learn."""
    tastes = [draft.taste(s, a) for s in draft.segments for a in draft.offered]
    mean = float(np.mean([draft.earned(one) for one in tastes])) if tastes else 0.0

    def made(segment: tuple[ValueRow, ...], action: ActionRow) -> Taste:
        before = draft.taste(segment, action)
        earned = draft.earned(before)
        return _worth(draft, before, round(earned + share * (mean - earned), 12))

    return _retaste(draft, made)


def graded(draft: Draft, share: float) -> Draft:
    """The same expected rewards, of which a share are partial ones; less than that share where they
    would not do."""
    return _retaste(draft, lambda s, a: _of(draft, draft.earned(draft.taste(s, a)), 1 - share))


def copied(draft: Draft, kind: Literal["row", "column"], source: int, target: int) -> Draft:
    """The same where a segment, or an action, by its place in `expected`, is as another is."""

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
        here, (whence, which) = (segment_of(segment), action.id), origin(segment, action)
        truth[here], there = draft.taste(whence, which), (segment_of(whence), which.id)
        if there in draft.bad:
            bad[here] = draft.bad[there]
    return replace(draft, truth=truth, bad=bad)


def scrambled(draft: Draft, seed: int) -> Draft:
    """The same with tastes by chance: hundredths from .05 to .95, evenly."""
    rng = stream(seed, "scramble")
    cells = [(segment_of(s), action.id) for s in draft.segments for action in draft.offered]
    drawn = rng.integers(5, 96, len(cells)).tolist()
    truth = {cell: Taste(0.0, one / 100) for cell, one in zip(cells, drawn, strict=True)}
    return replace(draft, truth=truth, bad={})
