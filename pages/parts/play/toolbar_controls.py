"""Controls of the Play page: links, steps, undo, settings and messages."""

from functools import partial

import streamlit as st

from pages.parts.components.more_menu import close, share
from pages.parts.components.toolbar import redo, steps_back, undo, watch_buttons
from pages.parts.play.moment_links import moment_link, moment_of
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.refusals import Refusals
from pages.parts.play.report import report
from pages.parts.play.session import PlaySession
from pages.parts.settings.page_settings_base import show
from pages.parts.settings.shared_settings import MODE
from pages.parts.text.format import note, plain
from pages.parts.text.glossary import explained


def links_to(session: PlaySession) -> dict[str, str]:
    """Return the links to the loop, by description; empty before the loop is stored."""
    opened, shown = session.open, session.displayed
    if opened.link is None:
        return {}
    address = st.context.url or ""
    looks = session.setup.link(address, loop=opened.link)
    come, context = len(shown.loop.events), shown.context
    moment = moment_of(session)
    there = plain(" · ".join(context.values()))
    links = {
        "**View and copy.** Anyone with this link can watch this session live and copy "
        "it, but not change it.": looks,
        f"**View and copy this moment.** The same, after visitor {come:,}, with "
        f"{there} as the visitor.": session.setup.link(address, loop=opened.link, **moment),
    }
    if session.may_answer:
        play_along = "**Answer, too.** Anyone with this link can change this session as you can."
        links[play_along] = f"{looks}#answer={opened.stored.id}"
    return links


def share_loop(session: PlaySession, setup: PlaySetup) -> None:
    """Draw the *Link* tab: links, a QR code and a report."""
    scan = moment_link(session, st.context.url or "") if session.open.link else None
    share(setup, links_to(session), scan, partial(report, session))


def offer_a_copy(session: PlaySession) -> None:
    """Draw the message about another owner's loop, with a button to copy the loop."""
    with st.container(horizontal=True, vertical_alignment="center", key="somebody-elses"):
        st.markdown("This session belongs to somebody else. You can watch it, or make a copy.")
        st.button(
            "Make a copy",
            key="make-own",
            icon=":material/content_copy:",
            type="primary",
            on_click=session.make_own,
        )


def step_back(session: PlaySession) -> None:
    """Draw Undo and Redo once either can act."""
    with steps_back():
        if not (session.can_undo or session.can_redo):
            return
        undo(
            partial(_undo, session),
            session.live.is_live or not session.can_undo,
            "revert the last step exactly: an answer, a simulation, a setting, a "
            "reset or a new random seed.",
        )
        redo(
            session.redo,
            session.live.is_live or not session.can_redo,
            "restore the step that was undone last.",
        )


def _undo(session: PlaySession) -> None:
    """Undo; if the seed changes back, update its field."""
    seed = session.setup.seed
    session.undo()
    if session.setup.seed != seed:
        show(session.setup.key("seed"), session.setup.seed)


def watch_steps(session: PlaySession) -> None:
    """Report presses of these buttons that were lost with the connection."""

    def lost(button: str, why: str) -> None:
        with session.lock:
            # Serving a visitor clears the message on visitors; messages on these buttons stay.
            alone = button in {"stop", "undo", "redo"}
            session.refusals.miss(button if alone else "visitors", why)

    watch_buttons(lost)


def choose_settings(setup: PlaySetup, disabled: bool) -> None:
    """Draw the fields for the chooser, auto-next, speed, seed and loop settings.

    Loop settings are ``disabled`` for a browser that may not change the loop.
    """
    if not setup.you:  # Else the page draws this switch.
        setup.draw("you", on_change=close)
        setup.draw("next")
    setup.draw("speed", "seed", "mode", "policy", disabled=disabled)
    note(setup.story, explained(setup.story))
    setup.draw(*setup.knobs_of(setup.policy), "crosses", disabled=disabled)


def say_the_mode(session: PlaySession) -> None:
    """Draw a badge with the learning mode unless visitors get the engine's offers.

    The mode also applies to worlds opened later.
    """
    mode = session.displayed.loop.settings.learning_mode
    if mode == "online":
        return
    name = MODE.said(mode)
    is_by_rule = session.displayed.loop.settings.baseline is not None
    rules = "today's rules choose" if is_by_rule else "today's rules choose: the first action"
    sentence = f"{name}: visitors get what {rules}."
    if mode == "apprentice":
        sentence = f"{name}: visitors get what {rules}. It learns to choose like them."
    if session.time_travel.at is None:
        sentence += " Change this in … → Settings."
    st.badge(sentence, icon=":material/lock:", color="blue")


def say_if_unheard(session: PlaySession) -> None:
    """Report a context change that came too late for the visitor."""
    if session.is_unheard:
        session.is_unheard = False
        sentence = "Another visitor arrived as you pressed. Nothing was changed. Press again."
        st.toast(sentence, icon=":material/touch_app:")


def show_refusals(refusals: Refusals) -> None:
    """Draw the messages on failed requests, until they succeed or are dismissed."""
    for sentence in refusals.sentences:
        st.error(plain(sentence), icon=":material/cloud_off:")
    if refusals.sentences:
        st.button("Dismiss", key="put-aside", on_click=refusals.put_aside, type="tertiary")


def say_if_full(session: PlaySession) -> None:
    """Report a loop that has served its maximum of visitors."""
    if not session.open.room:
        most = session.open.loop.settings.max_events
        told = f"This session has served {most:,} visitors, the maximum."
        st.info(f"{told} Start a new one with … → Reset.")
