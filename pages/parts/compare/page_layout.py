"""Layout of the Compare page: the situation and its button, numbers, figures, and the details."""

import streamlit as st

from engine.worlds import key_of
from pages.parts.compare.history_in_link import MAX_SWITCHES
from pages.parts.compare.session import CompareSession
from pages.parts.components.crowd_buttons import show_progress
from pages.parts.components.download import download_rows
from pages.parts.components.toolbar import shortcut
from pages.parts.scene.chart_drawing import pair
from pages.parts.scene.part_drawing import draw, draw_pair
from pages.parts.scene.part_types import Scene
from pages.parts.text.format import note

_WHY = "why"
"""Key of the details expander and of its open state."""


def asks_why() -> bool:
    """Return whether the details are open, also before they are drawn."""
    return bool(st.session_state.get(_WHY))


def show_situation(session: CompareSession, scene: Scene) -> None:
    """Draw the situation, the button that switches the apprentice, the numbers and, once it is
    online, the conclusions."""
    with st.container(border=True, key="situation"):
        column, button = st.columns([4, 1.15], vertical_alignment="center")
        with column:
            draw(scene, "situation")
        watching = session.comparison.is_apprentice
        button.button(
            "Go online" if watching else "Back to watching",
            key="switch",
            type="primary" if watching and not session.waits_for_start else "secondary",
            icon=":material/rocket_launch:" if watching else ":material/visibility:",
            shortcut=shortcut("O"),
            width="stretch",
            on_click=session.switch,
            disabled=not session.can_switch,
            help=f"Up to {MAX_SWITCHES} switches; then reset." if watching else None,
        )
    with st.container(key="came"):
        if session.live.waiting:
            show_progress(session.live)
        else:
            draw(scene, "came")
    draw(scene, "numbers")
    if not session.comparison.is_apprentice and "board" in scene:
        with st.container(border=True, key="board"):
            draw(scene, "board")


def offer_start(session: CompareSession, scene: Scene) -> None:
    """Draw the button that replays the visitors of a link."""
    with st.container(border=True, key="prepared"):
        column, button = st.columns([4, 1.15], vertical_alignment="center")
        with column:
            draw(scene, "prepared")
        button.button(
            "Start",
            key="start-story",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=session.start,
        )


def show_lines(session: CompareSession, scene: Scene) -> None:
    """Draw match rate and rewards, once it is online mainly rewards, and the handle that moves the
    switch."""
    with st.container(key="pair-answers"):
        shares = [1, 1] if session.comparison.is_apprentice else [1, 2]
        *_, right = columns = st.columns(shares if "match" in scene else 1, gap="medium")
    if len(columns) > 1:
        with columns[0]:
            draw(scene, "match")
    with right:
        draw(scene, "rewards")
        _move_the_switch(session)


def _move_the_switch(session: CompareSession) -> None:
    """Draw a slider below the time axis that replays the same visitors with another time of the
    switch."""
    came = len(session.comparison)
    at = next(iter(session.switches), came)
    with st.container(key="handle"):
        if not came or session.is_live or session.is_restoring:
            # Fills the place of the slider, so that the content below does not jump.
            if session.is_live:
                note("The switch can be moved once no simulation is running.")
            elif came:
                note("The switch can be moved once all visitors of the link have come.")
            else:
                note("The switch can be moved once visitors have come.")
            return
        after = st.slider(
            "Go online after visitor",
            0,
            came,
            at,
            key=f"online-after-{came}-{at}",
            format="%,d",
            help="At the far right the apprentice only watches.",
        )
        st.button(
            "Replay with this switch",
            key="replay",
            icon=":material/replay:",
            on_click=session.go_online_after,
            args=(after,),
            disabled=after == at,
            help="The same visitors come again, with the same random numbers.",
        )


def show_why(session: CompareSession, scene: Scene) -> None:
    """Draw the details: costs, forecast, agreement, summary, and the download of all rows."""
    with st.expander("Details", icon=":material/help:", key=_WHY, on_change="rerun") as box:
        if not box.open:
            return
        draw_pair(scene, "gains", "worse", "gains")
        if "slices" in scene:
            left, right = pair("outlook")
            with left:
                draw(scene, "outlook", "outlook-note")
            with right:
                draw(scene, "slices")
        with st.container(border=True, key="summary"):
            board = ["board"] if session.comparison.is_apprentice else []
            draw(scene, "summary", *board, "periods")
            if len(session.comparison):
                download_rows(
                    f"Download {len(session.comparison):,} visitors as CSV",
                    session.table,
                    key="compare-csv",
                    name=f"compare-{key_of(session.world)}-seed-{session.setup.seed}",
                )
