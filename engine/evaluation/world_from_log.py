"""World estimated from a log: a simulation of the log, not the truth.

It reproduces the log with its gaps and its noise: an action seldom shown in a context is assumed
to earn there as much as elsewhere. Each value has its frequency in the log. Combinations of values
that are more or less frequent than chance explains (once in 1,000) are so in the world: the
frequencies of combinations are shrunk towards those of independent fields, as far as noise
explains the difference.

Each event has the weight 1/q of its logged probability q (up to the square root of the number of
events), and means are self-normalised, so frequencies of actions in the log have no effect. The
reward of an action in a cell is shrunk towards its reward elsewhere, as far as noise explains the
difference (`shrunken_rewards_steps`).
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.context_fields import Column, chosen_of, columns_of, short
from engine.evaluation.estimators import Bounds
from engine.evaluation.logged_decisions import Decisions, LogBuilder, WeightedLog
from engine.evaluation.reward_shrinkage import GroupSums, shrunken_rewards_steps
from engine.pausable_steps import Steps, at_once
from engine.worlds.fields import Field, Value
from engine.worlds.limits import MAX_NAME, TAKEN
from engine.worlds.success_levels import LEVELS, MAX_LEVELS, Level, mean_worth
from engine.worlds.taste import Item, Taste, TasteTable
from engine.worlds.visible_text import alike
from engine.worlds.visitors import times_of
from engine.worlds.world import World
from engine.worlds.world_json import world_from_json

_SELDOM = 3.09
"""Standard deviations exceeded by chance once in 1,000."""
_FEW = 5.0
"""Expected events below which a cell is merged with its neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedWorld:
    """World that simulates a log.

    Attributes:
        world: its truth is the estimate.
        events: number of events behind each expected reward, (cells, items).
        errors: standard deviation of each expected reward, (cells, items).
        visitors: number of events in the log.
        left_out: columns of the context without a field in the world, each with the reason.
    """

    world: World
    events: NDArray[np.int_]
    errors: Array
    visitors: int
    left_out: Mapping[str, str]


def estimate_steps(
    batches: Iterable[Decisions],
    title: str = "",
    fields: Sequence[str] | None = None,
    items: Sequence[Item] = (),
    bounds: Bounds = (0.0, 1.0),
    unit: str = "",
) -> Steps[EstimatedWorld]:
    """Estimate a world from a log; a batch, some contexts, and a column are a step each.

    Args:
        fields: columns of its context to use; by default those by which rewards differ most, as
            many as fit a table.
        items: known actions with their features, by id, and the values as which their successes
            were rewarded (`World.worth`).
        bounds: of the rewards, rescaled to 0 and 1.
        unit: unit of the actions' values.

    ``BadRequest`` for a log from which no world can be made.
    """
    builder = LogBuilder()
    for batch in batches:
        builder.add(batch)
        yield None
    log, offered = _of_successes(builder.build(bounds), items)
    columns, left_out = yield from columns_of(log)
    chosen = yield from chosen_of(log, columns, fields, left_out)
    return (yield from _estimating(log, chosen, title, unit, offered, left_out))


estimate = at_once(estimate_steps)
"""`estimate_steps` without interruption."""


def _of_successes(log: WeightedLog, items: Sequence[Item]) -> tuple[WeightedLog, tuple[Item, ...]]:
    """Log with rewards as parts of a success, whatever its value, and the items offered; unknown
    items have the highest value. Successes of worthless items cannot be known: none is assumed."""
    known = {item.id: item for item in items}
    most = max((item.value for item in items), default=1.0)
    offered = tuple(known.get(name) or _item(name, most) for name in log.actions)
    worth = np.array([item.value / most for item in offered])
    value = worth[log.shown]
    parts = np.divide(log.reward, value, out=np.zeros(len(value)), where=value > 0)
    return replace(log, reward=np.minimum(parts, 1)), offered


def _estimating(
    log: WeightedLog,
    columns: Sequence[Column],
    title: str,
    unit: str,
    items: Sequence[Item],
    left_out: Mapping[str, str],
) -> Steps[EstimatedWorld]:
    """World with these columns as fields."""
    sizes = [len(column.values) for column in columns]
    size, k = math.prod(sizes), len(log.actions)
    cells = np.zeros(len(log.shown), dtype=np.intp)
    for column in columns:
        cells = cells * len(column.values) + column.codes
    sums = GroupSums.of(log, cells, size)
    expected, variance = yield from shrunken_rewards_steps(sums, sizes)
    levels = _levels(log)
    part, halves = mean_worth(levels), _halves(log, levels)
    # If partial rewards alone cannot give the mean, some of them become full rewards.
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
    world = replace(world, together=_dependence(np.bincount(cells, minlength=size), world))
    counts = np.bincount(cells * k + log.shown, minlength=size * k).reshape(size, k)
    again = world_from_json(world.to_json())
    errors = np.sqrt(variance) * again.worth
    return EstimatedWorld(again, counts, errors, len(log.shown), dict(left_out))


def _levels(log: WeightedLog) -> tuple[Level, ...]:
    """Partial rewards of the log with their frequencies; half a success if there are none, or more
    than a world may have."""
    is_partial = (log.reward > 0) & (log.reward < 1)
    worths, at = np.unique(log.reward[is_partial].round(6), return_inverse=True)
    if not 1 <= len(worths) <= MAX_LEVELS - 2 or worths[0] < 0.01 or worths[-1] > 0.99:
        return LEVELS
    if len(worths) == 1:
        return (Level(float(worths[0])),)
    weights = np.bincount(at, weights=log.weight[is_partial])
    pairs = zip(worths.tolist(), (weights / weights.sum()).clip(1e-6).tolist(), strict=True)
    return tuple(Level(worth, share=share) for worth, share in pairs)


def _halves(log: WeightedLog, levels: Sequence[Level]) -> Array:
    """Share of each action's earnings in partial rewards, (K,); for arbitrary sizes the share of
    rewards near 1/2."""
    k = len(log.actions)
    worths = np.array([level.worth for level in levels])
    middle = np.isclose(log.reward[:, None], worths, atol=1e-6).any(axis=1)
    if levels == LEVELS:
        middle = (log.reward > 0.25) & (log.reward < 0.75)
    earned = log.weight * log.reward
    halves = np.bincount(log.shown, weights=earned * middle, minlength=k)
    total = np.bincount(log.shown, weights=earned, minlength=k)
    return np.divide(halves, total, out=np.zeros(k), where=total > 0)


def _dependence(visits: NDArray[np.intp], independent: World) -> tuple[float, ...]:
    """Ratio of each cell's frequency to that of independent fields; empty if chance explains it."""
    events, predicted = int(visits.sum()), independent.frequencies
    square, free = _differing(visits, independent)
    if free < 1e-9:
        return ()
    # Quantile of chi-square by Wilson and Hilferty, with at least one degree of freedom.
    degrees = max(free, 1.0)
    root = 1 - 2 / (9 * degrees) + _SELDOM * math.sqrt(2 / (9 * degrees))
    if square < free * root**3:
        return ()
    chance = free / square
    return times_of(chance * predicted + (1 - chance) * visits / events, predicted)


def _differing(visits: NDArray[np.intp], independent: World) -> tuple[float, float]:
    """Chi-square of the cells' counts against independent fields, and its mean under chance.

    Cells with few expected events are merged with neighbours: alone, a single event with a
    hundredth expected would look significant. As the fields were fitted to the log, the mean under
    chance is reduced by the frequencies of their values.
    """
    events, predicted = int(visits.sum()), independent.frequencies
    joined = _joined(events * predicted)
    share = np.bincount(joined, weights=predicted)
    degrees = len(share) - 1.0
    positions = np.unravel_index(
        np.arange(len(visits)), [len(field.values) for field in independent.fields]
    )
    for values, shares in zip(positions, independent.shares, strict=True):
        cells, many = joined * len(shares) + values, len(share) * len(shares)
        taken = np.bincount(cells, weights=predicted, minlength=many).reshape(len(share), -1)
        degrees -= float((taken**2 / shares / share[:, None]).sum()) - 1
    counts = np.bincount(joined, weights=visits)
    return float(((counts - events * share) ** 2 / (events * share)).sum()), degrees


def _joined(predicted: Array) -> NDArray[np.intp]:
    """Merged group of each cell: cells with at least `_FEW` expected events stand alone,
    consecutive others are merged until they have as many."""
    joined = np.full(len(predicted), -1, dtype=np.intp)
    frequent = predicted >= _FEW
    joined[frequent] = np.arange(frequent.sum())
    number, sum_of, left = int(frequent.sum()), 0.0, list[int]()
    for cell in np.flatnonzero(~frequent).tolist():
        left.append(cell)
        sum_of += predicted[cell]
        if sum_of >= _FEW:
            joined[left] = number
            number, sum_of, left = number + 1, 0.0, []
    joined[left] = max(number - 1, 0)  # The rest is too small for a group of its own.
    return joined


# -- parts of the world ---------------------------------------------------------------


def _fields(log: WeightedLog, columns: Sequence[Column]) -> tuple[Field, ...]:
    """Fields with the frequencies of their values; a constant field if there is no column."""
    if not columns:
        return (Field("visitor", "Visitor", (Value("anybody", ""),)),)
    names: list[str] = []
    for column in columns:
        names.append(_named(column.name, names))
    fields = []
    for name, column in zip(names, columns, strict=True):
        counts = np.bincount(column.codes, minlength=len(column.values))
        texts = _distinct(column.values)
        values = (
            column.value(position, text, max(n, 0.5))
            for position, (text, n) in enumerate(zip(texts, counts.tolist(), strict=True))
        )
        fields.append(Field(name, name, tuple(values)))
    return tuple(fields)


def _named(column: str, before: Sequence[str]) -> str:
    """Valid name for a field, different from those before it."""
    plain = re.sub(r"[^\w -]+|_{2,}", "-", column).strip("-_ ")[: MAX_NAME - 4] or "field"
    plain = f"{plain}-" if plain in TAKEN else plain
    number = next(n for n in range(1, 99) if _numbered(plain, n) not in before)
    return _numbered(plain, number)


def _distinct(texts: Sequence[str]) -> list[str]:
    """Distinct names for texts that were cut short."""
    names: dict[str, str] = {}
    for text in texts:
        numbered = (_numbered(text[: MAX_NAME - 4], number) for number in range(1, 99))
        name = next(candidate for candidate in (text, *numbered) if alike(candidate) not in names)
        names[alike(name)] = name
    return [*names.values()]


def _numbered(text: str, number: int) -> str:
    return text if number == 1 else f"{text} {number}"


def _item(name: str, worth: float) -> Item:
    return Item(name, "", {"name": name}, value=worth)


def _table(fields: Sequence[Field], items: Sequence[Item], half: Array, full: Array) -> TasteTable:
    """Truth of each cell."""
    world = World("", "", "", tuple(fields), tuple(items), lambda context, item: Taste(0, 0))
    rows = {}
    for cell, context in enumerate(world.contexts):
        chances = zip(half[cell].tolist(), full[cell].tolist(), strict=True)
        rows[tuple(context.values())] = {
            item.id: Taste(h, f) for item, (h, f) in zip(items, chances, strict=True)
        }
    return TasteTable(tuple(field.name for field in fields), rows)
