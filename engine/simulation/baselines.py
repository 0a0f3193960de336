"""Baselines: rules in use before any learning, which an apprentice watches.

A baseline sees the visitor's context, never the future. Example rules follow sales figures, best
rules the hidden truth.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

import numpy as np

from engine.errors import refuse
from engine.loop.baseline_rule import BaselineRow, BaselineRule, values_text
from engine.result_cache import cached
from engine.simulation.simulated_visitors import potential_outcomes
from engine.streams import stream
from engine.worlds import Context, World
from engine.worlds.world_contents import TABULATED

LAST_MONTH = 300
"""Number of visitors whose rewards determine the bestseller."""
LAST_YEAR = 3_000
"""Number of visitors whose rewards determine an example rule."""
_ROW = 200
"""Approximate bytes of a group of a rule in memory."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Item id for each combination of the values of some context fields."""

    fields: tuple[str, ...]
    table: Mapping[tuple[str, ...], str] = field(hash=False)

    def choose(self, context: Context, rng: np.random.Generator) -> str:
        """Item for a visitor, without randomness."""
        return self.possible(context)[0]

    def possible(self, context: Context) -> tuple[str, ...]:
        """Possible items for a visitor, equally likely."""
        return (self.table[tuple(context[field] for field in self.fields)],)


@dataclass(frozen=True, slots=True)
class Mood:
    """An editor's mood: a random item, by id, for any visitor."""

    items: tuple[str, ...]

    def choose(self, context: Context, rng: np.random.Generator) -> str:
        """Draw an item uniformly."""
        return self.items[int(rng.integers(len(self.items)))]

    def possible(self, context: Context) -> tuple[str, ...]:
        """Possible items for a visitor, equally likely."""
        return self.items


Baseline = RuleTable | Mood


def rule_table(
    world: World, fields: Sequence[str], table: Mapping[tuple[str, ...], str]
) -> RuleTable:
    """Create a person's rule; ``BadRequest`` for a field or an item unknown to the world, or a
    combination of values without an item."""
    known = [field.name for field in world.fields]
    for name in fields:
        if name not in known:
            refuse("BadRequest", "a field of the rule", name, f"one of {', '.join(known)}")
    ids = [item.id for item in world.items]
    for values in _groups(world, fields):
        where = " and ".join(values) or "everybody"
        if table.get(values) not in ids:
            allowed = f"one of {', '.join(ids)}"
            refuse("BadRequest", "table", table.get(values), allowed, f"the item for {where}")
    return RuleTable(tuple(fields), dict(table))


def always(world: World, item: str) -> RuleTable:
    """Rule with one item for everybody; see `rule_table` for refusals."""
    return rule_table(world, (), {(): item})


def best_rule(world: World, fields: Sequence[str]) -> RuleTable:
    """Rule over these fields with the highest expected reward (in a large world, on a sample of
    visitors); ties go to the favourite of the first cell."""
    groups: dict[tuple[str, ...], list[int]] = {values: [] for values in _groups(world, fields)}
    cells, weights, expected = world.census
    for at, cell in enumerate(cells):
        context = world.contexts[cell]
        groups[tuple(context[field] for field in fields)].append(at)
    table: dict[tuple[str, ...], str] = {}
    for values, members in groups.items():
        rows = members or list(range(len(cells)))  # The sample has none of the group.
        earned = weights[rows] @ expected[rows]
        equals = np.flatnonzero(earned >= earned.max() - 1e-12)
        liked = [int(equals[expected[row, equals].argmax()]) for row in rows]
        first = max(range(len(rows)), key=lambda i: expected[rows[i], liked[i]])
        table[values] = world.items[liked[first]].id
    return RuleTable(tuple(fields), table)


@lru_cache(maxsize=64)
def expected_reward(world: World, rule: Baseline) -> float:
    """Mean expected reward of a rule over all visitors; in a large world, over a sample."""
    cells, weights, expected = world.census
    total = 0.0
    for cell, weight, rewards in zip(cells, weights, expected, strict=True):
        offered = [world.position(item) for item in rule.possible(world.contexts[cell])]
        total += float(weight * rewards[offered].mean())
    return total


def example_rule(world: World, fields: Sequence[str]) -> RuleTable:
    """Rule over these fields by sales: for each group the item with the highest total reward among
    last year's visitors, under random offers; for a group without rewards, the overall bestseller.
    """
    return _example_rule(world, tuple(fields))


def _bytes_of(rule: RuleTable, world: World, fields: tuple[str, ...]) -> int:
    return world.bytes + _ROW * len(rule.table)


@cached(_bytes_of)
def _example_rule(world: World, fields: tuple[str, ...]) -> RuleTable:
    groups = {group: place for place, group in enumerate(_groups(world, fields))}
    order = [field.name for field in world.fields if field.name in fields]
    past = potential_outcomes(world, LAST_YEAR, 0)
    shown = stream(0, "last year").integers(len(world.items), size=LAST_YEAR)
    earned = np.zeros((len(groups), len(world.items)))
    for cell, item, rewards in zip(past.cells.tolist(), shown.tolist(), past.rewards, strict=True):
        context = world.contexts[cell]
        earned[groups[tuple(context[name] for name in order)], item] += rewards[item]
    sold = np.where(earned.any(axis=1, keepdims=True), earned, earned.sum(axis=0)).argmax(axis=1)
    table = {group: world.items[int(sold[place])].id for group, place in groups.items()}
    return RuleTable(tuple(order), table)


def rule_with_exception(world: World, field: str, other: str) -> RuleTable:
    """Example rule over a field, with an exception for a value of a second field: plausible, and
    dependent on both fields.

    The exception has the item of the value with the most changed groups.
    """
    usual, instead = example_rule(world, (field,)).table, example_rule(world, (other,)).table
    value = max(instead, key=lambda value: sum(item != instead[value] for item in usual.values()))
    groups = _groups(world, (field, other))
    order = [known.name for known in world.fields if known.name in {field, other}]
    table = {}
    for group in groups:
        of = dict(zip(order, group, strict=True))
        is_exception = (of[other],) == value
        table[group] = instead[value] if is_exception else usual[of[field],]
    return RuleTable(tuple(order), table)


def usual_fields(world: World) -> tuple[str, ...]:
    """Fields of a world's usual rule: its second field, or the only one."""
    return (world.fields[:2][-1].name,)


def mood(world: World) -> Mood:
    """Mood over all items of a world."""
    return Mood(tuple(item.id for item in world.items))


def bestseller(world: World, seed: int) -> RuleTable:
    """The item with the highest total reward among last month's visitors, who got random items."""
    rng = stream(seed, "last month")
    earned = np.zeros(len(world.items))
    for _ in range(LAST_MONTH):
        context, shown = world.visitor(rng), int(rng.integers(len(world.items)))
        earned[shown] += world.answer(context, world.items[shown].id, float(rng.random()))
    return always(world, world.items[int(earned.argmax())].id)


def rule_of_loop(world: World, baseline: Baseline) -> BaselineRule:
    """Rule for the settings of a loop, on the values sent by the world."""
    if isinstance(baseline, Mood):
        return BaselineRule((), (BaselineRow(values_text((), ()), baseline.items),))
    fields, rows = baseline.fields, []
    for values, item in baseline.table.items():
        sent = world.features(dict(zip(fields, values, strict=True)))
        rows.append(BaselineRow(values_text(fields, sent), (item,)))
    return BaselineRule(fields, tuple(rows))


def _groups(world: World, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """All combinations of the values of some fields, in the world's order.

    ``BadRequest`` for more than a rule can have.
    """
    values = {field.name: [value.name for value in field.values] for field in world.fields}
    size = math.prod(len(values[field]) for field in fields)
    if size > TABULATED:
        what = "the number of combinations that the rule names"
        refuse("BadRequest", "fields", size, f"at most {TABULATED:,}", what)
    ordered = [name for name in values if name in fields]
    cases = (
        dict(zip(ordered, case, strict=True)) for case in product(*(values[n] for n in ordered))
    )
    return [tuple(case[field] for field in fields) for case in cases]
