"""Starting points of a world (empty, pasted, uploaded, generated), undo, and links to other
pages."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from engine import PersonalizerError
from engine.store import Limits
from engine.worlds.generate import Knobs, generate
from engine.worlds.world_contents import Drift
from engine.worlds.world_file import MAX_FILE
from pages.parts.components.toolbar import steps_back
from pages.parts.components.upload_field import WORLD_KINDS, upload_field
from pages.parts.play.session import PlaySession
from pages.parts.settings.text_field import text_field, typed
from pages.parts.text.format import note, plain
from pages.parts.text.glossary import explained
from pages.parts.text.pages_folder import PAGES
from pages.parts.work.session_singletons import existing
from pages.parts.work.uploads import this_upload
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import changes_on_race
from pages.parts.worlds.world_lists import is_ready, keep

_NEW, _PASTED, _GOES = "new-world", "worlds-pasted", "worlds-goes"
_BACK = "back"
"""Destination of `show_move_of_play`: the loop open on Play."""
_EVALUATE = PAGES / "evaluate.py"
_LIKE = "weather,hurry,share,Roll,Cake\nSunny,yes,0.3,0.6,10%\n..."
_KNOBS = {
    "fields": ("Fields", 1, 10, 3),
    "values": ("Values of each", 2, 20, 4),
    "actions": ("Actions", 1, 50, 6),
    "irrelevant": ("Fields without effect", 0, 10, 0),
    "together": ("What matters", 0, 0, 0),
    "noise": ("Noise, %", 0, 100, 50),
    "base": ("Reward of random offers, %", 1, 90, 30),
    "uneven": ("Unevenness of visitors, %", 0, 100, 0),
    "drift": ("Tastes change (on Race)", 0, 0, 0),
    "seed": ("Random seed", 0, 999_999, 1),
}
"""Parameters of a generated world: label, least, most, default."""
_TOGETHER = {
    "Single fields": {"pairs": 0.0},
    "Fields and pairs": {"pairs": 1.0},
    "Pairs only": {"main": 0.0, "pairs": 1.0},
    "Up to triples": {"pairs": 1.0, "triples": 1.0},
    "Nothing": {"main": 0.0},
}
_DRIFTS: dict[str, Drift] = {"Never": "none", "Halfway": "halfway", "Slowly": "slow"}
_CHOICES = {"together": (list(_TOGETHER), 1), "drift": (list(_DRIFTS), 0)}
"""Parameters chosen from words: the words and the default's position."""
_WAYS = {
    "keep": ("Save", "save"),
    "compare": ("Compare", "compare_arrows"),
    "race": ("Race", "sports_score"),
    "play": ("Play it", "touch_app"),
}
"""Buttons of `show_destinations` by page name: label and icon."""


def show_new_world_menu(session: WorldsSession) -> None:
    """Draw the popover *New* with all starting points besides the world's menu."""

    def clear() -> None:
        _begin(session, session.clear)

    with st.popover("New", icon=":material/add:", key=_NEW, on_change="rerun"):
        st.button(
            "Empty tables",
            key="empty",
            icon=":material/crop_free:",
            on_click=clear,
            width="stretch",
        )
        st.page_link(
            _EVALUATE, label="From a log: open it on Evaluate", icon=":material/fact_check:"
        )
        pasted, sent, generated = st.tabs(["Paste", "File", "Generate"])
        with pasted:
            _paste(session)
        with sent:
            _send(session)
        with generated:
            _generate(session)


def is_open() -> bool:
    """Return whether the popover is open, which says itself what was refused."""
    return bool(st.session_state.get(_NEW))


def _attempt(session: WorldsSession, verb: Callable[[], object]) -> bool:
    """Call a function; record a refusal for the page and return False, or return True."""
    try:
        verb()
    except PersonalizerError as error:
        session.refused = error.message
        return False
    return True


def _begin(session: WorldsSession, verb: Callable[[], object]) -> bool:
    """Call a function and close the popover, which covers the tables; return True on success."""
    is_done = _attempt(session, verb)
    if is_done:
        st.session_state[_NEW] = False
    return is_done


def _take(session: WorldsSession, data: str | bytes) -> bool:
    """Read data and report the interpretation, as columns may be ambiguous; return True on
    success."""
    reading = list[str]()
    is_read = _begin(session, lambda: reading.append(session.take(data)))
    for sentence in reading:
        st.toast(plain(sentence), icon=":material/input:")
    return is_read


def _say_refused(session: WorldsSession) -> None:
    """Draw the refusal inside the popover, which covers the page's own message."""
    if session.refused:
        st.markdown(f":small[:orange[:material/edit_note: {plain(session.refused)}]]")


def _paste(session: WorldsSession) -> None:
    """Draw the text field for a table or a world's JSON."""

    def read() -> None:
        if _take(session, typed(_PASTED)):
            st.session_state[_PASTED] = ""

    text_field(
        "Cells of a spreadsheet, CSV, or a world's JSON",
        key=_PASTED,
        lines=True,
        height=150,
        placeholder=_LIKE,
    )
    st.button("Read it", key="read-pasted", icon=":material/input:", on_click=read)
    _say_refused(session)
    note(
        "One row per segment: its values, then the chance of a success for each "
        "action, from 0 to 1 or in percent (a partial success counts as half). A column "
        "*share* may give the frequency of each segment. A table of actions has the columns "
        "*Name* and *Pays*; every other column is a feature. The tables of this page "
        "can be pasted with their headers. An invalid table is refused with its cell, "
        "and nothing of it is applied."
    )


def _send(session: WorldsSession) -> None:
    """Draw the upload of a file with a table or a world's JSON; a new file clears the last
    refusal."""
    upload = this_upload()

    def read() -> None:
        with upload.reader() as file:
            data = file.read(MAX_FILE + 1)
        if _take(session, data):
            upload.free()

    def name(text: str) -> None:
        upload.name, session.refused = text, ""

    def free() -> None:
        upload.free()
        session.refused = ""

    if not upload.is_whole:
        most = Limits.from_environment(os.environ).max_upload
        upload_field(upload.token, most, name, WORLD_KINDS)
        note("A world as JSON, a table of segments, or a table of actions: CSV or tab-separated.")
        return
    st.markdown(f"{plain(upload.name)}: {upload.size / 2**10:,.0f} KiB")
    st.button("Read it", key="read-file", icon=":material/input:", on_click=read)
    st.button("Another file", key="another-world", on_click=free)
    _say_refused(session)


def _generate(session: WorldsSession) -> None:
    """Draw the form for a random world."""

    def make() -> None:
        knobs = {name: st.session_state[f"knob-{name}"] for name in _KNOBS}
        shares = {name: knobs[name] / 100 for name in ("noise", "base", "uneven")}
        orders = {"main": 1.0, "pairs": 0.0, "triples": 0.0} | _TOGETHER[knobs.pop("together")]
        seed, drift = int(knobs.pop("seed")), _DRIFTS[knobs.pop("drift")]

        def begin() -> None:
            world = generate(Knobs(**knobs | shares | orders), seed)
            session.begin(replace(world, drift=drift))

        _begin(session, begin)

    columns = st.columns(2, gap="small")
    for place, (name, (label, low, high, usual)) in enumerate(_KNOBS.items()):
        with columns[place % 2]:
            if name in _CHOICES:
                words, usual_at = _CHOICES[name]
                st.selectbox(label, words, usual_at, key=f"knob-{name}")
            else:
                st.number_input(label, low, high, usual, key=f"knob-{name}", help=explained(label))
    st.button("Generate", key="generate", icon=":material/casino:", on_click=make)
    _say_refused(session)


def show_undo_and_redo(session: WorldsSession) -> None:
    """Draw undo and redo, once either is possible."""
    with steps_back():
        if not (session.can_undo or session.can_redo):
            return
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            on_click=session.undo,
            disabled=not session.can_undo,
            help="Undo: reverts the last edit.",
        )
        st.button(
            "Redo",
            key="redo",
            icon=":material/redo:",
            on_click=session.redo,
            disabled=not session.can_redo,
            help="Redo: restores the edit that was undone last.",
        )


def show_destinations(session: WorldsSession, owner: str, can: bool) -> None:
    """Draw the buttons that store the world and open a page with it."""

    made, _, _ = session.made()

    def go(name: str) -> None:
        world, _, _ = session.made()
        if world is None:
            return
        if _attempt(session, lambda: keep(session, world, owner)):
            st.session_state[_GOES] = None if name == "keep" else name

    changes = changes_on_race(session.draft.drift)
    for name, (label, icon) in _WAYS.items():
        st.button(
            label,
            key=f"go-{name}",
            icon=f":material/{icon}:",
            type="primary" if name == "play" else "secondary",
            disabled=not can or (name == "keep" and made is not None and is_ready(made)),
            on_click=go,
            args=(name,),
            help=changes or None if name == "race" else None,
        )


def show_move_of_play(session: WorldsSession) -> None:
    """Draw the button that moves the loop open on Play into this world."""
    play, (world, _, _) = existing(PlaySession), session.made()
    if play is None or not play.open.loop.events:
        return

    def send() -> None:
        if world is not None:
            play.change_world(world)
            st.session_state[_GOES] = _BACK

    st.button(
        "Use on Play from now on",
        key="send-back",
        icon=":material/moved_location:",
        disabled=world is None or world == play.open.world or not play.may_change,
        on_click=send,
        help="The session on Play keeps what it has learned, and meets this world from its "
        "next visitor on.",
    )


def open_chosen_page(session: WorldsSession, pages: Path) -> None:
    """Switch to the page of the pressed button, with the world."""
    name = st.session_state.pop(_GOES, None)
    if name == _BACK:
        play = existing(PlaySession)
        link = play.open.link if play is not None else None
        st.switch_page(pages / "play.py", query_params={"loop": link} if link else {})
    if name is not None:
        st.switch_page(pages / f"{name}.py", query_params={"world": session.chosen})
