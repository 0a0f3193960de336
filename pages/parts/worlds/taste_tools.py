"""Tools for all tastes at once: relevant fields, scramble, copy, blur, grade."""

from collections.abc import Sequence

import streamlit as st

from engine.worlds.draft_rows import CellFault
from engine.worlds.limits import MAX_TERMS
from pages.parts.settings.page_settings_base import show
from pages.parts.text.format import note, plain, section
from pages.parts.text.glossary import meaning
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.success_levels_table import write_levels
from pages.parts.worlds.wording import TABLES


def show_taste_tools(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the choice of relevant fields and the buttons for all tastes."""
    section("True conversion rates", "Hidden from the engine.")
    draft, key = session.draft, "worlds-depends"
    names = [name for name in draft.fields if name]

    def depend() -> None:
        session.depend(st.session_state[key])

    def scramble() -> None:
        session.scramble(int(st.session_state["worlds-scramble-seed"]))

    with st.container(horizontal=True, vertical_alignment="bottom", key="shape"):
        show(key, [name for name in draft.by if name in names])
        st.pills(
            "Fields that matter",
            names,
            selection_mode="multi",
            key=key,
            format_func=plain,
            on_change=depend,
            wrap=True,
        )
        st.button(
            "Random rates",
            key="scramble",
            icon=":material/shuffle:",
            on_click=scramble,
            help="Random rates from .05 to .95; the same seed, in More, gives the same rates.",
        )
        with st.popover("More", key="shape-more", icon=":material/tune:"):
            help, key = meaning("seed"), "worlds-scramble-seed"
            st.number_input("Random seed", 0, 999_999, 1, key=key, help=help)
            _copy(session)
            _blur(session)
            st.button(
                "Write rules instead",
                key="as-rules",
                icon=":material/rule:",
                on_click=lambda: session.rule(True),
                help="A sum: what each rule adds to the chance of a success, when, and for "
                "which action. It has room for as many contexts as a world may have. "
                "It begins with one rule per number of the table, at most "
                f"{MAX_TERMS:,}; all must have the same share of full rewards.",
            )
            st.markdown(f"**{TABLES['levels']}**")
            write_levels(session, faults)
            _grade(session)


def _copy(session: WorldsSession) -> None:
    """Draw the form that copies the tastes of a segment or an action."""
    draft = session.draft
    rows = [", ".join(row.value for row in segment) or "Everybody" for segment in draft.segments]
    columns = [row.label for row in draft.offered]
    kinds = {"column": ("Actions", columns), "row": ("Segments", rows)}
    kind = st.segmented_control(
        "Copy rates of",
        list(kinds),
        default="column",
        required=True,
        format_func=lambda kind: kinds[kind][0],
        key="copy-kind",
    )
    kind = kind or "column"  # A browser may send None.
    names, places = kinds[kind][1], range(len(kinds[kind][1]))
    if len(names) < 2:
        note("There is only one.")
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
    """Draw the form that adds noise."""
    st.number_input("Noise, %", 0, 100, 25, key="worlds-blur")
    st.button(
        "Add noise",
        key="blur",
        icon=":material/blur_on:",
        on_click=lambda: session.blur(st.session_state["worlds-blur"] / 100),
        help="Moves each number towards the mean of all: less to learn, more chance.",
    )


def _grade(session: WorldsSession) -> None:
    """Draw the form for partial rewards."""
    st.number_input("Share of partial rewards, %", 0, 100, 50, key="worlds-grade-share")
    st.button(
        "Apply",
        key="grade",
        icon=":material/stairs:",
        on_click=lambda: session.grade(st.session_state["worlds-grade-share"] / 100),
        help="Share of rewards that are partial, such as a click without a purchase. "
        "Expected rewards stay the same; where that is impossible, fewer rewards are "
        "partial.",
    )
