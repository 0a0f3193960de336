"""The tables in which a world is written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.worlds.rows import CellFault, Table
from engine.worlds.table import MAX_NAME, MAX_STORY, MAX_TITLE, MAX_UNIT
from pages.parts.link import show
from pages.parts.text import note, plain, section
from pages.parts.worlds.rows import Told
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import COLUMNS, more_of, told

_ROW = 32
Config = Mapping[str, Any]
"""How columns are shown, by their names."""
_ACTIONS = ("name", "emoji", "worth", "features")
_VALUES = ("field", "value", "emoji", "share", "sends")


def write_the_place(session: WorldsSession) -> None:
    """Title, picture and story."""
    draft = session.draft
    names = "title", "emoji", "story", "unit"
    texts = {name: getattr(draft, name) for name in names}
    labels = (
        ("Title", MAX_TITLE),
        ("Picture", 16),
        ("Story, in two sentences", MAX_STORY),
        ("Unit, if any", MAX_UNIT),
    )

    def write() -> None:
        session.write(*(str(st.session_state[f"worlds-{name}"]) for name in texts))

    with st.container(key="place"):
        columns = st.columns([3, 1, 7, 1.3])
    for place, (name, text), (label, most) in zip(columns, texts.items(), labels, strict=True):
        show(f"worlds-{name}", text)
        place.text_input(
            label,
            key=f"worlds-{name}",
            max_chars=most,
            on_change=write,
            disabled=session.is_only_shown,
        )


def _line(table: Table, faults: Sequence[CellFault], hint: str) -> None:
    """Above a table: the first cell in it that is wrong, or how it is written. It is there in
    either case, so that no table moves while somebody types."""
    here = [fault for fault in faults if fault.table == table]
    if not here:
        note(hint)
        return
    more = f" {more_of(here, 1)}" if len(here) > 1 else ""
    st.markdown(f":small[:orange[:material/edit_note: {told(here[0])}{more}]]")


def write_actions(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """What is offered."""
    section("What is offered", "The first one is what is shown today, where that matters.")
    _line("actions", faults, "A row is an action. Features: roast: dark, milk: true, price: 3.5")
    rows = [{name: getattr(row, name) for name in _ACTIONS} for row in session.actions.base]
    frame = pd.DataFrame(rows, columns=list(_ACTIONS)).astype({"worth": "float64"})
    frame["worth"] = frame["worth"].fillna(1.0)
    shown = session.is_only_shown
    _editor(
        "actions", session.actions.number, frame, action_columns(), session.write_actions, shown
    )


def action_columns() -> Config:
    """How the columns of a table of actions are shown."""
    return {
        "name": st.column_config.TextColumn(COLUMNS["name"], default="", max_chars=MAX_NAME),
        "emoji": st.column_config.TextColumn(COLUMNS["emoji"], default="", width="small"),
        "worth": st.column_config.NumberColumn(
            COLUMNS["worth"],
            default=1.0,
            width="small",
            help="What a success is worth, in the unit; 1 if it is left out. The reward is 1 for a "
            "success with the one that is worth most.",
        ),
        "features": st.column_config.TextColumn(
            COLUMNS["features"],
            default="",
            width="large",
            help="What Rank is sent of it, such as: roast: dark, milk: true, price: 3.5",
        ),
    }


def write_values(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Who comes."""
    section("Who comes", "Every combination of values is a context, in which somebody may come.")
    _line("values", faults, "A row is a value. Its field is named once, or again in each row.")
    rows = [{name: getattr(row, name) for name in _VALUES} for row in session.values.base]
    frame = pd.DataFrame(rows, columns=list(_VALUES)).astype({"share": "float64"})
    frame["share"] = frame["share"].fillna(1.0)
    config = {
        "field": st.column_config.TextColumn(COLUMNS["field"], default="", max_chars=MAX_NAME),
        "value": st.column_config.TextColumn(COLUMNS["value"], default="", max_chars=MAX_NAME),
        "emoji": st.column_config.TextColumn(COLUMNS["emoji"], default="", width="small"),
        "share": st.column_config.NumberColumn(
            COLUMNS["share"],
            default=1.0,
            width="small",
            help="Relative to the other values of its field; 1 if it is left out.",
        ),
        "sends": st.column_config.TextColumn(
            COLUMNS["sends"],
            default="",
            width="small",
            help="What the request says, if that is not the value's name: a number, such as 24 for "
            "18 to 30, or tags with commas between them.",
        ),
    }
    shown = session.is_only_shown
    _editor("values", session.values.number, frame, config, session.write_values, shown)
    if not shown:
        with st.popover("A number, in slices", key="number", icon=":material/straighten:"):
            _write_number(session)


_NUMBER = (
    ("From", "worlds-number-low", 18.0),
    ("To", "worlds-number-high", 78.0),
    ("Most are about", "worlds-number-mean", 40.0),
    ("Give or take", "worlds-number-spread", 12.0),
)


def _write_number(session: WorldsSession) -> None:
    """A field that is a range: how it is cut, and how its numbers are spread."""
    st.text_input("Name of the field", "age", max_chars=MAX_NAME, key="worlds-number-name")
    slices = st.slider("Slices", 2, 12, 4, key="worlds-number-slices")
    is_bell = st.toggle("As a bell, not all alike", key="worlds-number-bell")
    shown = _NUMBER if is_bell else _NUMBER[:2]
    places = [place for _ in range(len(shown) // 2) for place in st.columns(2)]
    told = [
        float(place.number_input(label, value=usual, key=key))
        for place, (label, key, usual) in zip(places, shown, strict=True)
    ]

    def add() -> None:
        name = str(st.session_state["worlds-number-name"])
        mean, spread = (told[2], told[3]) if is_bell else (None, 1.0)
        session.add_number(name, told[0], told[1], slices, mean, spread)

    st.button("Write it", key="add-number", icon=":material/add:", on_click=add)
    note("Each slice is a value of the field, and sends the number in its middle.")


def _editor(
    name: str,
    number: int,
    frame: pd.DataFrame,
    config: Config,
    write: Callable[[Told], None],
    is_only_shown: bool,
) -> None:
    key = f"worlds-{name}-{number}"
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed" if is_only_shown else "dynamic",
        hide_index=True,
        row_height=_ROW,
        height=_ROW * 8 + 4,
        column_config=config,
        disabled=is_only_shown,
        on_change=lambda: write(st.session_state[key]),
    )


def hide_the_truth() -> None:
    """In place of a table that would be too large."""
    section("What they secretly like", "The hidden truth: the engine never sees it.")
    note("There are more segments than a table here has room for, so nothing of it is changed.")


def shape_the_truth(session: WorldsSession) -> None:
    """Which fields matter, and tastes by chance."""
    section("What they secretly like", "The hidden truth: the engine never sees it.")
    draft, key = session.draft, "worlds-depends"
    names = [name for name in draft.fields if name]

    def depend() -> None:
        session.depend(st.session_state[key])

    def scramble() -> None:
        session.scramble(int(st.session_state["worlds-scramble-seed"]))

    with st.container(horizontal=True, vertical_alignment="bottom", key="shape"):
        show(key, [name for name in draft.by if name in names])
        st.pills(
            "What matters; without a field nobody cares",
            names,
            selection_mode="multi",
            key=key,
            format_func=plain,
            on_change=depend,
            wrap=True,
        )
        st.number_input("Seed", 0, 999_999, 1, key="worlds-scramble-seed", width=110)
        st.button(
            "Scramble",
            key="scramble",
            icon=":material/shuffle:",
            on_click=scramble,
            help="Tastes by chance, from .05 to .95; the same seed gives the same.",
        )
        with st.popover("More", key="shape-more", icon=":material/tune:"):
            _copy(session)
            _blur(session)
            _grade(session)


def _copy(session: WorldsSession) -> None:
    """One segment, or one action, as another is."""
    draft = session.draft
    rows = [", ".join(row.value for row in segment) or "Everybody" for segment in draft.segments]
    columns = [f"{row.emoji} {row.name}".strip() for row in draft.offered]
    kinds = {"column": ("Actions", columns), "row": ("Segments", rows)}
    kind = st.segmented_control(
        "Copy tastes of",
        list(kinds),
        default="column",
        required=True,
        format_func=lambda one: kinds[one][0],
        key="copy-kind",
    )
    names, places = kinds[kind][1], range(len(kinds[kind][1]))
    if len(names) < 2:
        note("There is one alone.")
        return
    keys = [f"copy-{kind}-{end}" for end in ("from", "to")]
    for label, key, first, column in zip(("From", "To"), keys, (0, 1), st.columns(2), strict=True):
        if st.session_state.get(key) not in places:
            st.session_state[key] = first
        column.selectbox(label, places, key=key, format_func=names.__getitem__)

    def copy() -> None:
        source, target = (st.session_state[key] for key in keys)
        session.copy("row" if kind == "row" else "column", source, target)

    st.button("Copy", key="copy-tastes", icon=":material/content_copy:", on_click=copy)


def _blur(session: WorldsSession) -> None:
    """More noise."""
    st.number_input("Noise, %", 0, 100, 25, key="worlds-blur")
    st.button(
        "Blur",
        key="blur",
        icon=":material/blur_on:",
        on_click=lambda: session.blur(st.session_state["worlds-blur"] / 100),
        help="Each number goes so much of the way to the mean of all: there is less to learn, and "
        "more left to chance.",
    )


def _grade(session: WorldsSession) -> None:
    """Rewards between none and a whole one."""
    for place, (label, key, low, high, usual) in zip(st.columns(2), _GRADES, strict=True):
        place.number_input(label, low, high, usual, key=key)
    names = [key for _, key, *_ in _GRADES]
    st.button(
        "Grade",
        key="grade",
        icon=":material/stairs:",
        on_click=lambda: session.grade(*(st.session_state[name] / 100 for name in names)),
        help="So many of the rewards are partial ones, such as a click without a purchase. What is "
        "expected stays; where it could not be with so many, there are fewer.",
    )


_GRADES = (
    ("Partial ones of the rewards, %", "worlds-grade-share", 0, 100, 50),
    ("A partial one is worth, %", "worlds-grade-part", 1, 99, 50),
)


def write_truth(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """The hidden truth: one row a segment, one column an action."""
    is_priced = any(row.worth not in {None, 1} for row in session.draft.offered)
    what = "chance of a success (half ones count half)" if is_priced else "expected reward"
    hint = f"A number is the {what}, from 0 to 1, of an action for a segment."
    _line("truth", faults, f"{hint} Cells are copied and pasted as in a spreadsheet.")
    base, draft = session.truth_base, session.draft
    if not draft.offered:
        note("One column an action, one row a segment: they come as soon as there are actions.")
        return
    key = f"worlds-truth-{session.truth_number}"
    fields = [f"field {place}" for place in range(len(base.by))]
    segments = [[row.value for row in segment] for segment in base.segments]
    columns = [str(place) for place in range(len(base.offered))]
    cells = [[*who, *row] for who, row in zip(segments, base.expected(), strict=True)]
    frame = pd.DataFrame(cells, columns=[*fields, *columns])
    config = {
        column: st.column_config.TextColumn(name, disabled=True, pinned=True)
        for column, name in zip(fields, base.by, strict=True)
    } | {
        column: st.column_config.NumberColumn(f"{row.emoji} {row.name}".strip(), format="%.2f")
        for column, row in zip(columns, base.offered, strict=True)
    }
    if not fields:
        frame.insert(0, "who", ["Everybody"])
        config["who"] = st.column_config.TextColumn("Who", disabled=True, pinned=True)
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        row_height=_ROW,
        height=min(_ROW * (len(frame) + 1) + 4, 440),
        column_config=config,
        on_change=lambda: session.write_truth(st.session_state[key]),
    )
