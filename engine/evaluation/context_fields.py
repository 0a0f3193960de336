"""Columns of a log's contexts as fields of a world.

Numbers become slices with about equally many visitors, rare words are merged into one value, and
constant columns are left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.evaluation.logged_decisions import Codes, WeightedLog, values_in
from engine.evaluation.reward_shrinkage import GroupSums
from engine.pausable_steps import Steps
from engine.worlds.fields import Value, distinct_texts
from engine.worlds.limits import MAX_NAME, MAX_TABLE
from engine.worlds.visible_text import HIDDEN, is_seen
from engine.worlds.world_contents import TABULATED

MOST_VALUES = 12
"""Maximum number of values of a field; rarer values are merged."""
BINS = 4
"""Number of slices into which numbers are divided."""
OTHERS, MISSING = "others", "none"
_TOGETHER = 2_000
"""Contexts read in one step."""
_CODE = "BadRequest"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of the contexts.

    Attributes:
        name: in the log.
        values: names of the values.
        codes: position of each event's value, (N,).
        numbers: mean of each slice of numbers; empty if the values are words.
    """

    name: str
    values: tuple[str, ...]
    codes: Codes
    numbers: tuple[float, ...] = ()

    def value(self, at: int, text: str, share: float) -> Value:
        """One of the values as a value of a field."""
        return Value(text, "", share, self.numbers[at] if at < len(self.numbers) else None)


def columns_of(log: WeightedLog) -> Steps[tuple[list[Column], dict[str, str]]]:
    """Columns of the contexts as values, and the reasons for columns left out."""
    texts_of: dict[str, list[str]] = {}
    for position, text in enumerate(log.contexts):
        for name, value in values_in(text).items():
            if name not in texts_of:
                texts_of[name] = [MISSING] * position
            texts_of[name].append(value)
        for texts in texts_of.values():
            if len(texts) == position:
                texts.append(MISSING)
        if position % _TOGETHER == 0:
            yield None
    visits = np.bincount(log.context_index, minlength=len(log.contexts))
    columns, left_out = [], dict[str, str]()
    for name, texts in texts_of.items():
        yield None
        values, codes, numbers = _words(texts, visits)
        if len(values) == 1:
            left_out[name] = "it is the same in all events"
        else:
            columns.append(Column(name, values, codes[log.context_index], numbers))
    return columns, left_out


def _words(
    texts: Sequence[str], visits: NDArray[np.int_]
) -> tuple[tuple[str, ...], Codes, tuple[float, ...]]:
    """Values of a column, the position of each context's value, and the values' numbers: numbers
    in slices, rare words merged."""
    distinct = sorted(set(texts))
    positions = {text: position for position, text in enumerate(distinct)}
    codes = np.array([positions[text] for text in texts], dtype=np.intp)
    numbers = np.array([_number(text) for text in distinct])
    known = np.isfinite(numbers)
    missing = np.array([text == MISSING for text in distinct])
    met = np.unique(numbers[codes[visits > 0]])
    if np.isfinite(met).sum() > MOST_VALUES // 2 and (known | missing).all():
        return _binned(numbers[codes], visits)
    counts = np.bincount(codes, weights=visits, minlength=len(distinct))
    if len(distinct) <= MOST_VALUES:
        return tuple(map(short, distinct)), codes, ()
    kept = np.sort(np.argsort(-counts, kind="stable")[: MOST_VALUES - 1])
    codes_of = np.full(len(distinct), len(kept), dtype=np.intp)
    codes_of[kept] = np.arange(len(kept))
    return (*(short(distinct[position]) for position in kept), OTHERS), codes_of[codes], ()


def _binned(
    numbers: Array, visits: NDArray[np.int_]
) -> tuple[tuple[str, ...], Codes, tuple[float, ...]]:
    """Numbers in slices with about equally many visitors, missing ones in a slice of their own."""
    known = np.isfinite(numbers)
    met = known & (visits > 0)
    order = np.argsort(numbers[met], kind="stable")
    ordered, seen = numbers[met][order], np.cumsum(visits[met][order])
    positions = np.searchsorted(seen, seen[-1] * np.arange(1, BINS) / BINS)
    cuts = np.unique(ordered[positions])
    below = ordered[ordered < ordered[-1]]
    # If the largest number is the most frequent, it gets a slice of its own.
    cuts = cuts[cuts < ordered[-1]] if cuts[0] < ordered[-1] else below[-1:]
    bounds = distinct_texts(cuts.tolist(), 6)
    names = [
        f"up to {bounds[0]}",
        *(f"{a} to {b}" for a, b in pairwise(bounds)),
        f"above {bounds[-1]}",
    ]
    codes = np.searchsorted(cuts, numbers, side="left")
    codes[~known] = len(names)
    counts = np.bincount(codes[known], weights=visits[known], minlength=len(names))
    # Weighted parts of a mean instead of a sum, which could overflow.
    parts = visits[known] / counts[codes[known]] * numbers[known]
    mean = np.bincount(codes[known], weights=parts, minlength=len(names))
    means = tuple(map(float, distinct_texts(mean.tolist(), 4)))
    return (*names, MISSING) if not known.all() else tuple(names), codes, means


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def short(text: str) -> str:
    """A text as the name of a value of a world."""
    plain = HIDDEN.sub(" ", text).strip()[:MAX_NAME]
    return plain if is_seen(plain) else MISSING


def chosen_of(
    log: WeightedLog,
    columns: Sequence[Column],
    fields: Sequence[str] | None,
    left_out: dict[str, str],
) -> Steps[list[Column]]:
    """Columns that become fields: the given ones, or those by which rewards differ most."""
    known = {column.name: column for column in columns}
    if fields is not None:
        for name in fields:
            if name not in known:
                why = left_out.get(name)
                allowed = f"one of {', '.join(known)}" + (f" ({name}: {why})" if why else "")
                refuse(_CODE, "fields", name, allowed, "a field of the log")
        ordered = [known[name] for name in dict.fromkeys(fields)]
    else:
        worth: dict[str, float] = {}
        for column in columns:
            worth[column.name] = _worth(log, column)
            yield None
        ordered = sorted(columns, key=lambda column: -worth[column.name])
    most = min(TABULATED, MAX_TABLE // len(log.actions))
    chosen: list[Column] = []
    for column in ordered:
        if math.prod(len(other.values) for other in (*chosen, column)) <= most:
            chosen.append(column)
        elif fields is not None:
            refuse(
                _CODE, "fields", column.name, "left out, or another: the table is full", "a field"
            )
    for column in columns:
        if column not in chosen:
            left_out[column.name] = "rewards differ less by it, and the table is full"
    return sorted(chosen, key=columns.index)


def _worth(log: WeightedLog, column: Column) -> float:
    """Variance of the true mean rewards between the values of a column, within actions."""
    return GroupSums.of(log, column.codes, len(column.values)).variance_between
