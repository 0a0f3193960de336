"""Form for a numeric context field, cut into slices."""

from itertools import chain, count
from math import isfinite

import streamlit as st

from engine.worlds.limits import MAX_NAME
from engine.worlds.spreadsheet_cells import allowed_number, number_of, text_of
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note, plain
from pages.parts.worlds.session import WorldsSession

_NUMBER = (
    ("From", "worlds-number-low", 18.0),
    ("To", "worlds-number-high", 78.0),
    ("Mean", "worlds-number-mean", 40.0),
    ("Standard deviation", "worlds-number-spread", 12.0),
)


_NAME, _PROPOSED = "worlds-number-name", "worlds-number-proposed"


def _propose_name(session: WorldsSession) -> None:
    """Write a name that no field has, unless the person has typed one."""
    there = session.draft.fields
    names = chain(["age"], (f"number {place}" for place in count(1)))
    if st.session_state.get(_NAME) == st.session_state.get(_PROPOSED):
        free = next(name for name in names if name not in there)
        st.session_state[_NAME] = st.session_state[_PROPOSED] = free


def write_number(session: WorldsSession) -> None:
    """Draw the form: range, number of slices and distribution of the numbers."""
    _propose_name(session)
    st.text_input("Name of the field", max_chars=MAX_NAME, key=_NAME)
    slices = st.slider("Number of slices", 2, 12, 4, key="worlds-number-slices")
    is_bell = st.toggle("Normal instead of uniform", key="worlds-number-bell")
    inputs = _NUMBER if is_bell else _NUMBER[:2]
    columns = [column for _ in range(len(inputs) // 2) for column in st.columns(2)]
    texts = dict[str, str]()
    for column, (label, key, usual) in zip(columns, inputs, strict=True):
        with column:
            texts[label] = text_field(label, key=key, value=text_of(usual)).strip()
    numbers = [number_of(text) for text in texts.values()]
    faults = [
        f"{label} is {text!r}, but must be {allowed_number(text)}."
        for (label, text), number in zip(texts.items(), numbers, strict=True)
        if not isfinite(number)
    ]

    def add() -> None:
        name = str(st.session_state[_NAME])
        mean, spread = (numbers[2], numbers[3]) if is_bell else (None, 1.0)
        session.add_number(name, numbers[0], numbers[1], slices, mean, spread)

    st.button(
        "Add field",
        key="add-number",
        icon=":material/add:",
        on_click=add,
        disabled=bool(faults),
    )
    if faults:
        note(plain(faults[0]))
    note("Each slice is a value of the field, sent as the number in its middle.")
