"""Rules that a place may have today, as a person chooses them or writes them into a table."""

from itertools import combinations

import pandas as pd
import streamlit as st

from engine.simulation.baselines import RuleTable, best_rule, rule_table
from engine.worlds import World
from pages.parts.scene.table import write_in
from pages.parts.settings.known_worlds import all_at_hand, world_of
from pages.parts.settings.setting import Setting
from pages.parts.text.format import in_a_sentence

MAX_TABLE = 200
"""Characters of a table in a link."""
_ROWS = 12
"""Rows of a table that stand there without being scrolled."""


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


def edit_table(key: str, world_key: str, rule: str, text: str) -> str:
    """One row for each combination of values, with the action to show; what was written, as a
    text. It is empty for the best rule.

    Args:
        key: of the editor, and of what is kept of it.
        text: what the table says.
    """
    world, fields = world_of(world_key), fields_of(world_key, rule)
    ids = [item.id for item in world.items]
    names = {item.id: item.name for item in world.items}
    place = (world_key, rule)
    base = st.session_state.get(key)
    if (
        base is None
        or base["place"] != place
        or base["now"] != text
        # What was written in an editor that left the page is forgotten there, the text is not.
        or f"{key}-{base['number']}" not in st.session_state
    ):
        number = base["number"] + 1 if base else 0
        base = {"place": place, "start": text, "now": text, "number": number}
        st.session_state[key] = base
    start = table_of(world, fields, base["start"]).table
    labels = [field.label for field in world.fields if field.name in fields]
    frame = pd.DataFrame([*map(list, start)], columns=labels).assign(Shows=list(start.values()))
    edited = write_in(
        frame,
        key=f"{key}-{base['number']}",
        disabled=labels,
        row_height=32,
        height="content" if len(frame) <= _ROWS else 430,
        column_config={
            "Shows": st.column_config.SelectboxColumn(
                options=ids, required=True, format_func=lambda one: names[str(one)]
            )
        },
    )
    best = table_of(world, fields, "").table
    is_best = list(edited["Shows"]) == list(best.values())
    base["now"] = "" if is_best else ",".join(str(ids.index(item)) for item in edited["Shows"])
    return str(base["now"])
