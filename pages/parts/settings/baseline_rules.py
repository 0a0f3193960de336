"""Rules of today's service: chosen from a list or written into a table."""

from itertools import combinations
from typing import Any

from engine.protocol.request import MAX_ACTIONS
from engine.simulation.baselines import (
    Baseline,
    Mood,
    RuleTable,
    always,
    bestseller,
    example_rule,
    mood,
    rule_table,
    usual_fields,
)
from engine.worlds import WORLDS, World
from pages.parts.settings.known_worlds import all_at_hand, world_of
from pages.parts.settings.setting import Setting
from pages.parts.text.format import in_a_sentence, plain

EXAMPLE = "An example rule"
"""Name of the rule that a world begins with."""
MAX_TABLE = 200
"""Largest number of characters of a table in a link."""


def tables_of(world: World) -> dict[str, str]:
    """Return rules on one or two fields: comma-separated field names -> display name."""
    labels = {field.name: in_a_sentence(field.label) for field in world.fields}
    return {
        ",".join(names): "By " + " and ".join(labels[name] for name in names)
        for order in (1, 2)
        for names in combinations(labels, order)
    }


def rules_of(world: World) -> dict[str, str]:
    """Return all rules of a world: key -> display name."""
    return {
        "always": "Always one action",
        **tables_of(world),
        "mood": "Random",
        "bestseller": "Last month's bestseller",
    }


def rule_in_words(world: World, rule: str, item: int) -> str:
    """Name a rule within a sentence, the rule "always" by its action; plain text."""
    if rule == "always":
        return f"always {world.items[item].name}"
    return in_a_sentence(rules_of(world)[rule])


def rule_in_link(text: str) -> str:
    """Accept the key of a rule of any world, or empty text for a world's usual rule.

    `Linked.fitted` checks the link's own world later.
    """
    if text and not any(text in rules_of(world) for world in all_at_hand()):
        raise ValueError
    return text


def field_in_link(text: str) -> str:
    """Accept the name of a field of any world; ValueError otherwise."""
    if all(field.name != text for world in all_at_hand() for field in world.fields):
        raise ValueError
    return text


def _table(text: str) -> str:
    """Accept item positions separated by commas; ValueError otherwise."""
    if len(text) > MAX_TABLE or not all(p.isascii() and p.isdigit() for p in text.split(",")):
        raise ValueError
    return text


RULE = Setting(
    "",
    "Today's rules",
    lambda: (
        {"": EXAMPLE}
        | {rule: name for world in WORLDS.values() for rule, name in rules_of(world).items()}
    ),
    "menu",
    "The same as on Compare, where a table can be written.",
    travels=True,
    check=rule_in_link,
    words="always, mood, bestseller, or one or two fields of a world",
)
ITEM = Setting(0, "Action", range(MAX_ACTIONS), "menu")
TABLE: Setting[str] = Setting(
    "",
    "Table",
    {"": "the example"},
    kind="",
    check=_table,
    words="positions of items with commas between",
)


def fields_of(world: str, rule: str) -> tuple[str, ...]:
    """Return the fields that a rule depends on; empty for a rule without fields."""
    known = {field.name for field in world_of(world).fields}
    return tuple(name for name in rule.split(",") if name in known)


def is_example(world: str, rule: str, table: str) -> bool:
    """Return True if a rule is the example of its fields, not one that a person typed."""
    return not table and (not rule or bool(fields_of(world, rule)))


def table_of(world: World, fields: tuple[str, ...], text: str) -> RuleTable:
    """Parse item positions into a rule over fields; the example rule for empty text."""
    example = example_rule(world, fields)
    if not text:
        return example
    items = [world.items[int(position)].id for position in text.split(",")]
    return rule_table(world, fields, dict(zip(example.table, items, strict=True)))


def baseline_of(world: World, rule: str, item: int, table: str, seed: int) -> Baseline:
    """Return the rules of today's service.

    Args:
        rule: key, see `rules_of`; empty for the world's usual rule.
        item: position of the action of the rule "always".
        table: of a rule on fields, see `table_of`.
        seed: of last month's visitors, who determine the bestseller.
    """
    match rule:
        case "":
            return example_rule(world, usual_fields(world))
        case "always":
            return always(world, world.items[item].id)
        case "mood":
            return mood(world)
        case "bestseller":
            return bestseller(world, seed)
        case _:
            return table_of(world, tuple(rule.split(",")), table)


_MAX_GROUPS = 12
"""Most groups of visitors that `rule_in_full` names."""


def rule_in_full(world: World, rule: Baseline) -> str:
    """Return the action of each group of visitors under a rule; Markdown."""
    if isinstance(rule, Mood):
        return "any action, at random"
    names = {item.id: plain(item.name) for item in world.items}
    if not rule.fields:
        return f"{names[rule.table[()]]} for everybody"
    groups = [
        f"{plain(' and '.join(values))}: {names[item]}" for values, item in rule.table.items()
    ]
    rest = [f"and {len(groups) - _MAX_GROUPS} more groups"] if len(groups) > _MAX_GROUPS else []
    return "; ".join(groups[:_MAX_GROUPS] + rest)


def fitted_rule(key: str, rule: str, item: int, table: str) -> dict[str, Any]:
    """Return settings of a rule, by name in the link, that the world of a key has: another rule
    becomes its usual one."""
    world = world_of(key)
    is_known = rule in rules_of(world)
    has_room = is_known and has_room_for(world, fields_of(key, rule), table)
    return {
        "rule": rule if is_known else ",".join(usual_fields(world)),
        "item": item if item < len(world.items) else 0,
        "table": table if has_room else "",
    }


def or_default_rule(key: str, rule: str, table: str) -> str:
    """Return a rule, the usual one of a world without a table of its own as the default rule."""
    return "" if rule == ",".join(usual_fields(world_of(key))) and not table else rule


def has_room_for(world: World, fields: tuple[str, ...], text: str) -> bool:
    """Return True if a rule has a row for each position of a text, and the world an item."""
    positions = [int(p) for p in text.split(",") if p]
    if not (fields and positions):
        return False
    return len(positions) == len(example_rule(world, fields).table) and max(positions) < len(
        world.items
    )
