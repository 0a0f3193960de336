"""Controls of the Why page: visitor, supposed context, and the pair of actions."""

from collections.abc import Mapping

import streamlit as st

from engine.worlds import key_of
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.moment_links import play_query
from pages.parts.play.session import PlaySession
from pages.parts.play.why_links import PLAY, address_of
from pages.parts.play.why_subject import Subject, WhyQuery, event_of
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.text.format import plain
from pages.parts.why.session import WhySession
from pages.parts.why.wording import named

_VISITOR = "why-visitor"


def ways(play: PlaySession, subject: Subject) -> None:
    """Draw links to Play in its last state, and to the visitors before, after or by number."""
    opened = play.open
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="why-ways"):
        st.page_link(
            PLAY,
            label="Back to Play",
            icon=":material/arrow_back:",
            query_params=play_query(play),
        )
        come = len(opened.loop.events)
        at = come + 1 if subject.number is None else subject.number
        before, after = ("Previous", "chevron_left"), ("Next", "chevron_right")
        for (label, icon), number in ((before, at - 1), (after, at + 1)):
            event = event_of(opened.loop, number)
            st.button(
                label,
                key=f"why-{icon}",
                icon=f":material/{icon}:",
                type="tertiary",
                on_click=st.query_params.from_dict,
                args=(address_of(opened, WhyQuery(event=event)),),
                disabled=not event,
            )
        if come:
            _choose_visitor(opened, subject, come)


def _choose_visitor(opened: OpenLoop, subject: Subject, come: int) -> None:
    """Draw the choice of a visitor of the log by number."""

    def go() -> None:
        number = st.session_state[_VISITOR]
        query = subject.query if number is None else WhyQuery(event=event_of(opened.loop, number))
        st.query_params.from_dict(address_of(opened, query))

    st.session_state[_VISITOR] = subject.number
    st.number_input(
        "Visitor",
        1,
        come,
        step=1,
        key=_VISITOR,
        on_change=go,
        placeholder=f"Visitor, 1 to {come:,}",
        label_visibility="collapsed",
        help="Any visitor of the log, by number.",
        width=240,
    )


def suppose(session: WhySession, subject: Subject) -> None:
    """Draw the context of the visitor; a changed value supposes another visitor."""

    def ask(field: str, key: str, faces: Mapping[str, str]) -> None:
        if value := chosen(key, faces, ""):
            session.suppose(field, value)

    assert session.displayed is not None
    context, world = session.displayed.context, subject.world
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="why-who"):
        for field in world.fields:
            key = f"why-{key_of(world)}-{field.name}"
            st.session_state[key] = context[field.name]
            # Options are plain text, labels Markdown.
            faces = {value.name: value.label for value in field.values}
            st.selectbox(
                plain(field.label),
                list(faces),
                format_func=faces.__getitem__,
                key=key,
                on_change=ask,
                args=(field.name, key, faces),
                width=170,
            )
    if session.changed:
        with st.container(horizontal=True, vertical_alignment="center", key="why-supposed"):
            st.badge("What if (nothing is logged)", icon=":material/science:", color="violet")
            st.button(
                "As it was",
                key="as-it-was",
                icon=":material/undo:",
                type="tertiary",
                on_click=session.as_it_was,
            )


def choose_pair(session: WhySession, subject: Subject) -> None:
    """Draw the choice of the two actions to compare."""

    def choose() -> None:
        session.compare(
            chosen("why-action", allowed, session.action), chosen("why-against", others, None)
        )

    allowed = list(subject.ranked.request.allowed)
    others: list[int | None] = [None, *(i for i in allowed if i != session.action)]
    st.session_state["why-action"], st.session_state["why-against"] = (
        session.action,
        session.against,
    )
    pairs = (("Why", "why-action", allowed), ("and not", "why-against", others))
    with st.container(horizontal=True, gap="small", key="why-pair"):
        for label, key, options in pairs:
            st.selectbox(
                label,
                options,
                format_func=lambda at: named(subject.world, at),
                key=key,
                on_change=choose,
                width=195,
            )
