"""Rules that a place may have today, as a person chooses them or writes them into a table."""

from itertools import combinations

from engine.simulation.baselines import RuleTable, best_rule, rule_table
from engine.worlds import World
from pages.parts.settings.known_worlds import all_at_hand, world_of
from pages.parts.settings.setting import Setting
from pages.parts.text.format import in_a_sentence

MAX_TABLE = 200
"""Characters of a table in a link."""


def tables_of(world: World) -> dict[str, str]:
    """Rules that look at one or two fields: the fields' names -> what the rule is called."""
    labels = {field.name: in_a_sentence(field.label) for field in world.fields}
    return {
        ",".join(names): "By " + " and ".join(labels[name] for name in names)
        for order in (1, 2)
        for names in combinations(labels, order)
    }


def rules_of(world: World) -> dict[str, str]:
    """All rules that a place may have: key -> how it is called."""
    return {
        "always": "Always one action",
        **tables_of(world),
        "mood": "An editor's mood",
        "bestseller": "Last month's bestseller",
    }


def rule_in_link(text: str) -> str:
    """A rule that some world has; whether it is the one of the same link is seen later."""
    if not any(text in rules_of(world) for world in all_at_hand()):
        raise ValueError
    return text


def table_in_link(text: str) -> str:
    """A rule of some fields of some world, or none."""
    if text and not any(text in tables_of(world) for world in all_at_hand()):
        raise ValueError
    return text


def field_in_link(text: str) -> str:
    """A field of some world."""
    if all(field.name != text for world in all_at_hand() for field in world.fields):
        raise ValueError
    return text


def _table(text: str) -> str:
    """Positions of items, with commas between."""
    if len(text) > MAX_TABLE or not all(p.isascii() and p.isdigit() for p in text.split(",")):
        raise ValueError
    return text


TABLE: Setting[str] = Setting(
    "",
    "Table",
    {"": "the best rule"},
    kind="",
    check=_table,
    words="positions of items with commas between",
)


def fields_of(world: str, rule: str) -> tuple[str, ...]:
    """Fields that a rule looks at; none if it looks at nothing."""
    known = {field.name for field in world_of(world).fields}
    return tuple(name for name in rule.split(",") if name in known)


def table_of(world: World, fields: tuple[str, ...], text: str) -> RuleTable:
    """The rule over some fields that a text of positions says; the best one for no text."""
    best = best_rule(world, fields)
    if not text:
        return best
    items = [world.items[int(position)].id for position in text.split(",")]
    return rule_table(world, fields, dict(zip(best.table, items, strict=True)))


def has_room_for(world: World, fields: tuple[str, ...], text: str) -> bool:
    """Whether a rule has a row for each position of a text, and the world its item."""
    positions = [int(p) for p in text.split(",") if p]
    if not (fields and positions):
        return False
    return len(positions) == len(best_rule(world, fields).table) and max(positions) < len(
        world.items
    )
