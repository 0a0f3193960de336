"""A world estimated from a log: a simulation of that log, and not the truth.

Whoever plays in it plays against what the log says, its gaps and its chance included: an action
that was seldom shown somewhere is believed to earn there what it earns elsewhere. Each value comes
as often as it came. Values that came together more often, or less, than chance explains (once in
1,000) do so in the world: how often each combination came is drawn towards what independent fields
foretell, as far as chance explains what they differ by.

Each event counts 1/q of its logged probability q (up to the square root of the number of events),
and means are self-normalised: so it does not matter how often the logger showed what. What each
action earns in each cell is drawn towards what it earns elsewhere, as far as chance alone explains
what it differs by (`smoothing`).
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.decisions import Decisions, LogBuilder, WeightedLog
from engine.evaluation.estimators import Bounds
from engine.evaluation.log_columns import Column, chosen_of, columns_of, short
from engine.evaluation.smoothing import Sums, smoothing
from engine.steps import Steps, at_once
from engine.worlds.fields import Field, Value
from engine.worlds.levels import LEVELS, MAX_LEVELS, Level, mean_worth
from engine.worlds.limits import MAX_NAME, TAKEN
from engine.worlds.seen import alike
from engine.worlds.taste import Item, Taste, TasteTable
from engine.worlds.visitors import times_of
from engine.worlds.world import World
from engine.worlds.world_json import world_from_json

_SELDOM = 3.09
"""Standard deviations that chance goes beyond once in 1,000."""
_FEW = 5.0
"""Events below which what a cell was foretold says little by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """A world that simulates a log.

    Attributes:
        world: its truth is what was estimated.
        events: how many each expected reward rests on, (cells, items).
        errors: how uncertain each is, as a standard deviation, (cells, items).
        visitors: events of the log.
        left_out: columns of its context that are no field of the world, each with the reason.
    """

    world: World
    events: NDArray[np.int_]
    errors: Array
    visitors: int
    left_out: Mapping[str, str]


def estimating(
    batches: Iterable[Decisions],
    title: str = "",
    fields: Sequence[str] | None = None,
    items: Sequence[Item] = (),
    bounds: Bounds = (0.0, 1.0),
    unit: str = "",
) -> Steps[Estimated]:
    """Estimate a world from a log; a batch, some contexts, and a column are a step each.

    Args:
        fields: columns of its context to take; by default those by which rewards differ most, as
            many as a table has room for.
        items: actions with their features, by id, where somebody knows them; and with what they
            are worth, as which their successes were rewarded (`World.worth`).
        bounds: of the rewards, which become 0 and 1.
        unit: what the actions' values are counted in.

    ``BadRequest`` for a log of which no world can be made.
    """
    builder = LogBuilder()
    for batch in batches:
        builder.add(batch)
        yield None
    log, offered = _of_successes(builder.build(bounds), items)
    found, left_out = yield from columns_of(log)
    chosen = yield from chosen_of(log, found, fields, left_out)
    return (yield from _estimating(log, chosen, title, unit, offered, left_out))


estimate = at_once(estimating)
"""The same at once."""


def _of_successes(log: WeightedLog, items: Sequence[Item]) -> tuple[WeightedLog, tuple[Item, ...]]:
    """The log with parts of a success for rewards, whatever that is worth; and what it offered, of
    which what nobody knows is worth as much as the best."""
    known = {item.id: item for item in items}
    most = max((item.value for item in items), default=1.0)
    offered = tuple(known.get(name) or _item(name, most) for name in log.actions)
    worth = np.array([item.value / most for item in offered])
    return replace(log, reward=np.minimum(log.reward / worth[log.shown], 1)), offered


def _estimating(
    log: WeightedLog,
    columns: Sequence[Column],
    title: str,
    unit: str,
    items: Sequence[Item],
    left_out: Mapping[str, str],
) -> Steps[Estimated]:
    """The world of some columns."""
    sizes = [len(column.values) for column in columns]
    size, k = math.prod(sizes), len(log.actions)
    cells = np.zeros(len(log.shown), dtype=np.intp)
    for column in columns:
        cells = cells * len(column.values) + column.codes
    sums = Sums.of(log, cells, size)
    expected, variance = yield from smoothing(sums, sizes)
    levels = _levels(log)
    part, halves = mean_worth(levels), _halves(log, levels)
    # Where so many partial ones would leave less than was earned, some of them become whole ones.
    half = np.minimum(expected * halves / part, (1 - expected) / (1 - part))
    full = np.maximum(expected - half * part, 0)
    fields = _fields(log, columns)
    world = World(
        title=short(title)[:40] if title else "A log",
        emoji="🪞",
        story=(
            f"A simulation of a log of {len(log.shown):,} events, made of what can be estimated "
            "from it. It is not the truth about whoever came."
        ),
        fields=fields,
        items=tuple(items),
        taste=_table(fields, items, half, full),
        unit=unit,
        levels=levels,
    )
    world = replace(world, together=_together(np.bincount(cells, minlength=size), world))
    counts = np.bincount(cells * k + log.shown, minlength=size * k).reshape(size, k)
    again = world_from_json(world.to_json())
    errors = np.sqrt(variance) * again.worth
    return Estimated(again, counts, errors, len(log.shown), dict(left_out))


def _levels(log: WeightedLog) -> tuple[Level, ...]:
    """The partial rewards of the log, each as often as it came; half a success where there are none
    or more than a world may have."""
    is_partial = (log.reward > 0) & (log.reward < 1)
    found, at = np.unique(log.reward[is_partial].round(6), return_inverse=True)
    if not 1 <= len(found) <= MAX_LEVELS - 2 or found[0] < 0.01 or found[-1] > 0.99:
        return LEVELS
    if len(found) == 1:
        return (Level(float(found[0])),)
    came = np.bincount(at, weights=log.weight[is_partial])
    pairs = zip(found.tolist(), (came / came.sum()).clip(1e-6).tolist(), strict=True)
    return tuple(Level(worth, share=share) for worth, share in pairs)


def _halves(log: WeightedLog, levels: Sequence[Level]) -> Array:
    """Which part of what each action earns comes in partial rewards, or if these are of any size in
    those about 1/2, (K,)."""
    k = len(log.actions)
    worths = np.array([level.worth for level in levels])
    middle = np.isclose(log.reward[:, None], worths, atol=1e-6).any(axis=1)
    if levels == LEVELS:
        middle = (log.reward > 0.25) & (log.reward < 0.75)
    earned = log.weight * log.reward
    halves = np.bincount(log.shown, weights=earned * middle, minlength=k)
    total = np.bincount(log.shown, weights=earned, minlength=k)
    return np.divide(halves, total, out=np.zeros(k), where=total > 0)


def _together(came: NDArray[np.intp], apart: World) -> tuple[float, ...]:
    """How much more often than independent fields say each cell came; nothing where chance would
    explain it."""
    events, foretold = int(came.sum()), apart.frequencies
    square, free = _differing(came, apart)
    if free < 1e-9:
        return ()
    # Of chi-square, by Wilson and Hilferty; less than one degree of freedom is a part of one.
    degrees = max(free, 1.0)
    root = 1 - 2 / (9 * degrees) + _SELDOM * math.sqrt(2 / (9 * degrees))
    if square < free * root**3:
        return ()
    chance = free / square
    return times_of(chance * foretold + (1 - chance) * came / events, foretold)


def _differing(came: NDArray[np.intp], apart: World) -> tuple[float, float]:
    """By how much cells differ from what independent fields foretell, as the square of chi, and
    by how much chance alone has them differ on average.

    Cells of which few events were foretold are joined to their neighbours: by itself, a single
    event where a hundredth of one was foretold would look like anything but chance. As fields were
    fitted to the log, chance has less room, by what the frequencies of their values have taken.
    """
    events, foretold = int(came.sum()), apart.frequencies
    joined = _joined(events * foretold)
    share = np.bincount(joined, weights=foretold)
    free = len(share) - 1.0
    at = np.unravel_index(np.arange(len(came)), [len(field.values) for field in apart.fields])
    for values, shares in zip(at, apart.shares, strict=True):
        taken = np.bincount(joined * len(shares) + values, weights=foretold)
        taken = np.pad(taken, (0, len(share) * len(shares) - len(taken))).reshape(len(share), -1)
        free -= float((taken**2 / shares / share[:, None]).sum()) - 1
    told = np.bincount(joined, weights=came)
    return float(((told - events * share) ** 2 / (events * share)).sum()), free


def _joined(foretold: Array) -> NDArray[np.intp]:
    """For each cell the number of the one it is counted with: itself, or with fewer than `_FEW`
    foretold events, as many others of such in a row as have as many together."""
    joined = np.full(len(foretold), -1, dtype=np.intp)
    frequent = foretold >= _FEW
    joined[frequent] = np.arange(frequent.sum())
    number, sum_of, left = int(frequent.sum()), 0.0, list[int]()
    for cell in np.flatnonzero(~frequent).tolist():
        left.append(cell)
        sum_of += foretold[cell]
        if sum_of >= _FEW:
            joined[left] = number
            number, sum_of, left = number + 1, 0.0, []
    joined[left] = max(number - 1, 0)  # What remains is too little for one more.
    return joined


# -- parts of the world ---------------------------------------------------------------


def _fields(log: WeightedLog, columns: Sequence[Column]) -> tuple[Field, ...]:
    """Fields with their values as often as they came; one that says nothing where there is none."""
    if not columns:
        return (Field("visitor", "Visitor", (Value("anybody", ""),)),)
    names: list[str] = []
    for column in columns:
        names.append(_named(column.name, names))
    found = []
    for name, column in zip(names, columns, strict=True):
        came = np.bincount(column.codes, minlength=len(column.values))
        texts = _unlike(column.values)
        values = (
            column.value(at, text, max(n, 0.5))
            for at, (text, n) in enumerate(zip(texts, came.tolist(), strict=True))
        )
        found.append(Field(name, name, tuple(values)))
    return tuple(found)


def _named(column: str, before: Sequence[str]) -> str:
    """A name that a field may have, like no other before it."""
    plain = re.sub(r"[^\w -]+|_{2,}", "-", column).strip("-_ ")[: MAX_NAME - 4] or "field"
    plain = f"{plain}-" if plain in TAKEN else plain
    number = next(n for n in range(1, 99) if _numbered(plain, n) not in before)
    return _numbered(plain, number)


def _unlike(texts: Sequence[str]) -> list[str]:
    """Texts that were cut short, told apart."""
    found: dict[str, str] = {}
    for text in texts:
        numbered = (_numbered(text[: MAX_NAME - 4], number) for number in range(1, 99))
        name = next(one for one in (text, *numbered) if alike(one) not in found)
        found[alike(name)] = name
    return [*found.values()]


def _numbered(text: str, number: int) -> str:
    return text if number == 1 else f"{text} {number}"


def _item(name: str, worth: float) -> Item:
    return Item(name, "", {"name": name}, value=worth)


def _table(fields: Sequence[Field], items: Sequence[Item], half: Array, full: Array) -> TasteTable:
    """The truth cell by cell."""
    world = World("", "", "", tuple(fields), tuple(items), lambda context, item: Taste(0, 0))
    rows = {}
    for cell, context in enumerate(world.contexts):
        chances = zip(half[cell].tolist(), full[cell].tolist(), strict=True)
        rows[tuple(context.values())] = {
            item.id: Taste(h, f) for item, (h, f) in zip(items, chances, strict=True)
        }
    return TasteTable(tuple(one.name for one in fields), rows)
