"""What a place shows today, before anybody learns: the rules that an apprentice watches.

A baseline knows what anybody there can see, the visitor's context, and never the future.
The ready-made rules are what years of experience would have found: the best item on
average for each group of visitors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import refuse
from engine.streams import stream
from engine.worlds import Context, World

LAST_MONTH = 300
"""Visitors whose answers make the bestseller."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The item, by its id, for each combination of the values of some context fields."""

    fields: tuple[str, ...]
    table: Mapping[tuple[str, ...], str]

    def choose(self, context: Context, rng: np.random.Generator) -> str:
        """The item for a visitor; nothing is left to chance."""
        return self.possible(context)[0]

    def possible(self, context: Context) -> tuple[str, ...]:
        """What a visitor may get, each equally likely."""
        return (self.table[tuple(context[field] for field in self.fields)],)


@dataclass(frozen=True, slots=True)
class Mood:
    """An editor's mood: any of the items, by their ids, whoever comes."""

    items: tuple[str, ...]

    def choose(self, context: Context, rng: np.random.Generator) -> str:
        """A uniformly random item."""
        return self.items[int(rng.integers(len(self.items)))]

    def possible(self, context: Context) -> tuple[str, ...]:
        """What a visitor may get, each equally likely."""
        return self.items


Baseline = RuleTable | Mood


def rule_table(
    world: World, fields: Sequence[str], table: Mapping[tuple[str, ...], str]
) -> RuleTable:
    """A rule that somebody wrote down; ``BadRequest`` for a field or an item that is not the
    world's, or a combination of values without an item."""
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
    """One item for everybody, refused as by `rule_table`."""
    return rule_table(world, (), {(): item})


def best_rule(world: World, fields: Sequence[str]) -> RuleTable:
    """The rule over these fields that earns most; of equals, the one liked in the first cell."""
    groups: dict[tuple[str, ...], list[int]] = {values: [] for values in _groups(world, fields)}
    for cell, context in enumerate(world.contexts):
        groups[tuple(context[field] for field in fields)].append(cell)
    table: dict[tuple[str, ...], str] = {}
    for values, cells in groups.items():
        earned = world.frequencies[cells] @ world.expected[cells]
        equals = np.flatnonzero(earned >= earned.max() - 1e-12)
        liked = [int(equals[world.expected[cell, equals].argmax()]) for cell in cells]
        first = max(range(len(cells)), key=lambda i: world.expected[cells[i], liked[i]])
        table[values] = world.items[liked[first]].id
    return RuleTable(tuple(fields), table)


def usual_fields(world: World) -> tuple[str, ...]:
    """What a place's rule looks at unless somebody says otherwise: its second field, or the only
    one."""
    return (world.fields[:2][-1].name,)


def mood(world: World) -> Mood:
    """Whatever comes to an editor's mind."""
    return Mood(tuple(item.id for item in world.items))


def bestseller(world: World, seed: int) -> RuleTable:
    """The item that earned most when last month's visitors, others than today's, got any."""
    rng = stream(seed, "last month")
    earned = np.zeros(len(world.items))
    for _ in range(LAST_MONTH):
        context, shown = world.visitor(rng), int(rng.integers(len(world.items)))
        earned[shown] += world.answer(context, world.items[shown].id, float(rng.random()))
    return always(world, world.items[int(earned.argmax())].id)


def _groups(world: World, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """All combinations of the values of some fields, in the world's order."""
    return list(dict.fromkeys(tuple(c[field] for field in fields) for c in world.contexts))
