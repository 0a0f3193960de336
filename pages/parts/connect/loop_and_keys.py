"""Choice of the loop, its keys, and the code for applications."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from engine.store import StoredLoop
from engine.store.service_keys import SLOTS
from pages.parts.connect import client_code, wording
from pages.parts.connect.open_connect import Connection
from pages.parts.connect.sample_visitors import sample_visitors, sample_world
from pages.parts.connect.server_address import endpoint
from pages.parts.connect.session import ConnectSession, Place
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.text.format import note, plain, section

_LOOP = "connect-loop"


def local_zone() -> tzinfo:
    """Return the time zone of the browser; UTC if it is unknown."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


# -- the loop and its keys --------------------------------------------------------------


def choose_loop(connection: Connection) -> None:
    """Draw the choice of a loop, and the button that creates one for an application."""
    session = connection.session
    names = {"": f"On Play: {connection.play.open.world.title}"} | dict(connection.loops)
    st.session_state[_LOOP] = session.chosen

    def choose() -> None:
        session.choose(chosen(_LOOP, names, ""))

    with st.container(horizontal=True, vertical_alignment="center", key="connect-loops"):
        st.selectbox(
            "Session",
            list(names),
            format_func=names.__getitem__,
            key=_LOOP,
            on_change=choose,
            label_visibility="collapsed",
            width=260,
        )
        st.button(
            "Create a session for my application",
            key="connect-create",
            icon=":material/add:",
            on_click=session.create_loop,
            args=(connection.library, connection.owner),
            help="A session without a world: it takes any actions and any context.",
        )
        note(wording.takes(connection.stored.world_now))


def show_keys(connection: Connection) -> None:
    """Draw the address for applications, and the two keys."""
    section("Address and keys", wording.ADDRESS_HELP)
    st.code(endpoint(), language=None, wrap_lines=True)
    if not connection.is_own:
        st.info(wording.NOT_YOURS, icon=":material/lock:")
        return
    for slot in SLOTS:
        _show_key(connection, slot)
    note(wording.TWO_KEYS)


def _show_key(connection: Connection, slot: int) -> None:
    session, stored, made = connection.session, connection.stored, connection.made
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"connect-key-{slot}"
    ):
        text = wording.key_set(made[slot], local_zone()) if slot in made else "Not set"
        st.markdown(f"**Key {slot}** :gray[{text}]", width="stretch")
        st.button(
            f"{'Rotate' if slot in made else 'Create'} key {slot}",
            key=f"connect-make-{slot}",
            icon=":material/key:",
            type="primary" if slot == 1 and not made else "secondary",
            on_click=session.make_key,
            args=(connection.library, connection.owner, stored, slot),
            help="The old key stops working within a second." if slot in made else None,
        )
    if key := session.key(stored.id, slot):
        st.code(key, language=None, wrap_lines=True)
        note(wording.KEY_ONCE)


# -- the code ---------------------------------------------------------------------------


def show_code(session: ConnectSession, stored: StoredLoop) -> None:
    """Draw the code for each client in a tab."""
    section("Code for your application")
    with stored.lock:
        world, seed = sample_world(stored), stored.loop.seed
    key = session.any_key(stored.id)
    example = client_code.Example(
        endpoint(), key or client_code.NO_KEY, world.actions, sample_visitors(world, seed)
    )
    for tab, (language, code) in zip(
        st.tabs(list(client_code.CLIENTS)), client_code.CLIENTS.values(), strict=True
    ):
        with tab:
            st.code(code(example), language, height=250, wrap_lines=True)


def show_said(session: ConnectSession, place: Place) -> None:
    """Draw the message about the last act, if it was in a part of the page."""
    if session.place != place:
        return
    if session.refusal:
        st.error(plain(session.refusal), icon=":material/error:")
    elif session.done:
        st.success(plain(session.done), icon=":material/check:")
