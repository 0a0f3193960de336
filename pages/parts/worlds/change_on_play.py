"""Changes of the world on Play: new tastes by a button, new actions in a table."""

import streamlit as st

from engine.worlds import World, key_of
from engine.worlds.draft import Draft
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import ActionRow, rows_of
from pages.parts.play.session import PlaySession
from pages.parts.scene.table import write_in
from pages.parts.text.format import note
from pages.parts.text.pages_folder import PAGES
from pages.parts.worlds.edited_rows import NUMBERS, EditedRows
from pages.parts.worlds.editors import action_columns, action_frame
from pages.parts.worlds.new_action_rates import ask_rates, say_prices
from pages.parts.worlds.wording import fault_in_words

_WORLDS = PAGES / "worlds.py"
_WRITTEN = "offers-written"


def show_world_controls(session: PlaySession) -> None:
    """Draw controls that change the world while the loop goes on, without informing the engine."""
    world, can = session.displayed.world, session.may_change and not session.live.is_live
    note(
        "The engine is not informed: it learns from whoever comes. The log stays, "
        "*Undo* reverts a change, and each visitor is compared with the world they "
        "came to."
    )
    st.button(
        "Change the tastes now",
        key="change-tastes",
        icon=":material/shuffle:",
        disabled=not can,
        on_click=session.change_tastes,
        help="In each context the true rates move to other actions, by the session's random seed. "
        "What was learned there is wrong from now on.",
    )
    _write_offers(session, world, can)
    st.page_link(
        _WORLDS,
        label="Visitors and their tastes: edit on Worlds",
        icon=":material/edit:",
        query_params={"world": key_of(world)},
    )


def _write_offers(session: PlaySession, world: World, can: bool) -> None:
    """Draw the table of offered actions; rows can be added, removed, renamed and repriced."""
    rows, key = _rows(session, world)
    write_in(
        action_frame(rows.base),
        key=key,
        numbers=NUMBERS,
        num_rows="dynamic" if can else "fixed",
        column_config=action_columns(),
        disabled=not can,
    )
    written = rows.edited(st.session_state[key], len(world.items))
    drafted = faults_of(Draft(actions=written))
    faults = [fault for fault in drafted if fault.table == "actions"]
    if faults:
        st.markdown(f":small[:orange[:material/edit_note: {fault_in_words(faults[0])}]]")
    rates = {} if faults else ask_rates(world, written, key, can)
    if not faults:
        say_prices(world, written)
    st.button(
        "Offer this from now on",
        key="offer-from-now",
        icon=":material/storefront:",
        disabled=not can or bool(faults) or written == rows.base,
        on_click=session.offer,
        args=(written, rates),
        help="The other actions keep their rates. A reward of 1 is a success with the action that "
        "is worth most.",
    )


def _rows(session: PlaySession, world: World) -> tuple[EditedRows[ActionRow], str]:
    """Return the table's rows and key; both are new after each change of the world."""
    key = f"offers-{world.digest[:12]}-{len(session.displayed.changed_before)}"
    kept: tuple[str, EditedRows[ActionRow]] | None = st.session_state.get(_WRITTEN)
    if kept is None or kept[0] != key:
        rows = EditedRows(ActionRow)
        rows.begin(rows_of(world.items, 0))
        kept = st.session_state[_WRITTEN] = key, rows
    return kept[1], key
