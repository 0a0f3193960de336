"""A field that is a number, in slices."""

import streamlit as st

from engine.worlds.limits import MAX_NAME
from pages.parts.text.format import note
from pages.parts.worlds.session import WorldsSession

_NUMBER = (
    ("From", "worlds-number-low", 18.0),
    ("To", "worlds-number-high", 78.0),
    ("Most are about", "worlds-number-mean", 40.0),
    ("Give or take", "worlds-number-spread", 12.0),
)


def write_number(session: WorldsSession) -> None:
    """A field that is a range: how it is cut, and how its numbers are spread."""
    st.text_input("Name of the field", "age", max_chars=MAX_NAME, key="worlds-number-name")
    slices = st.slider("Slices", 2, 12, 4, key="worlds-number-slices")
    is_bell = st.toggle("Most in the middle, not all alike", key="worlds-number-bell")
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
