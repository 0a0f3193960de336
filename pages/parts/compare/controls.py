"""What can be set on the Compare page; a rule may be written into a table in place."""

import pandas as pd
import streamlit as st

from engine.simulation.baselines import LAST_MONTH, bestseller
from engine.worlds import WORLDS
from pages.parts.choices import CROSSES
from pages.parts.compare.setup import CompareSetup, rules_of, table_of
from pages.parts.link import show
from pages.parts.text import note, plain
from pages.parts.toolbar import settings

KEY = CompareSetup.key
STORIES = {
    "always": "Trivial",
    "one": "Learnable by pairs",
    "two": "Needs a triple cross",
    "mood": "Unlearnable",
}
"""The four stories of matching; what they are called."""
_TABLE, _BASE = KEY("table"), KEY("base")


def _rule_of(story: str) -> str:
    names = [field.name for field in WORLDS[st.session_state[KEY("world")]].fields[:2]]
    return {"one": names[-1], "two": ",".join(names)}.get(story, story)


def choose_story() -> None:
    """A ready set-up for each of the four stories."""

    def tell() -> None:
        story = st.session_state[KEY("story")]
        if story is not None:
            ours = st.session_state[KEY("kind")] == "ours"
            st.session_state[KEY("rule")] = _rule_of(story)
            st.session_state[KEY("crosses")] = CROSSES.default if ours and story != "two" else 1
            st.session_state[_TABLE] = ""

    rules = {_rule_of(story): story for story in STORIES}
    show(KEY("story"), rules.get(st.session_state[KEY("rule")]))
    st.pills(
        "Four stories",
        list(STORIES),
        key=KEY("story"),
        format_func=STORIES.__getitem__,
        on_change=tell,
        wrap=True,
        help="Trivial: one action for everybody. Learnable by pairs: the rule looks at one "
        "field. Needs a triple cross: it looks at two, and a learner that crosses single "
        "fields with the action cannot hold it. Unlearnable: it looks at nothing.",
    )


def choose_rule(setup: CompareSetup) -> None:
    """The rule, and where it has one, its table."""
    world = WORLDS[setup.world]

    def forget_table() -> None:
        st.session_state[_TABLE] = ""

    setup.draw("rule", options=rules_of(world), on_change=forget_table)
    if setup.rule == "always":
        setup.draw("item", options={i: item.label for i, item in enumerate(world.items)})
    elif setup.fields:
        _edit_table(setup)
    elif setup.rule == "bestseller":
        shown = bestseller(world, setup.seed).table[()]
        note(plain(f"{shown}: it earned most among last month's {LAST_MONTH} visitors."))
    else:
        note("Any action, whoever comes: there is nothing to learn from it.")


def _edit_table(setup: CompareSetup) -> None:
    """One row for each combination of values, with the action to show."""
    world = WORLDS[setup.world]
    ids = [item.id for item in world.items]
    place = (setup.world, setup.rule)
    base = st.session_state.get(_BASE)
    if base is None or base["place"] != place or base["now"] != setup.table:
        number = base["number"] + 1 if base else 0
        base = {"place": place, "start": setup.table, "now": setup.table, "number": number}
        st.session_state[_BASE] = base
    start = table_of(world, setup.fields, base["start"]).table
    labels = [field.label for field in world.fields if field.name in setup.fields]
    frame = pd.DataFrame([*map(list, start)], columns=labels).assign(Shows=list(start.values()))
    edited = st.data_editor(
        frame,
        key=f"{_BASE}-{base['number']}",
        hide_index=True,
        disabled=labels,
        row_height=32,
        height=min(430, 36 + 32 * len(frame)),
        column_config={"Shows": st.column_config.SelectboxColumn(options=ids, required=True)},
    )
    positions = ",".join(str(ids.index(item)) for item in edited["Shows"])
    best = table_of(world, setup.fields, "").table
    text = "" if list(edited["Shows"]) == list(best.values()) else positions
    if text != setup.table:
        base["now"] = text
        st.session_state[_TABLE] = text
        st.rerun()


def choose_apprentice(setup: CompareSetup) -> None:
    """Who watches."""

    def take_its_crosses() -> None:
        ours = st.session_state[KEY("kind")] == "ours"
        st.session_state[KEY("crosses")] = CROSSES.default if ours else 1

    setup.draw("kind", on_change=take_its_crosses)
    setup.draw("truth")


def choose_settings(setup: CompareSetup) -> None:
    """Speed of play, seed, and how the loops learn."""
    with settings():
        setup.draw("speed", "seed", "auto", "explore", "crosses")
        setup.draw("rate", disabled=setup.kind != "service")
