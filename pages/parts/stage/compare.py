"""The talk on the Compare page: it watches, it goes online, and who was served worse.

What a step lets happen is taken back by letting the same visitors come again without it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from pages.parts.compare.board import show_numbers
from pages.parts.compare.history import History
from pages.parts.compare.session import CompareSession
from pages.parts.compare.stories import history_of
from pages.parts.stage import compare_pictures, compare_words
from pages.parts.stage.screens import Screen, Show

_WATCH, _SERVE = 200, 200
"""Visitors who come while it watches, and once it is online."""


def compare_show(session: CompareSession) -> Show:
    """The talk about the three loops that are compared."""
    match = partial(compare_pictures.match, session)
    return Show.of(
        [
            *([_prepared(session)] if session.waits_for_start else []),
            Screen(
                "watching",
                partial(compare_words.match, session),
                match,
                "Today's rules choose; it watches and imitates. More visitors come next.",
                do=session.start if session.waits_for_start else None,
            ),
            _act(
                session,
                Screen(
                    "watched",
                    partial(compare_words.match, session),
                    match,
                    "Ask: of the next 200, how many will be served worse than by today's rules? "
                    "It goes online next.",
                ),
                partial(session.live.enqueue, _WATCH),
            ),
            _act(
                session,
                Screen(
                    "online",
                    partial(compare_words.online, session),
                    partial(compare_pictures.rewards, session),
                    "The rule is where it went online. The other loop was online from the start.",
                ),
                partial(_go_online, session),
            ),
            Screen(
                "worse",
                partial(compare_words.worse, session),
                partial(compare_pictures.worse, session),
                "The same visitors, with the same luck, under today's rules.",
            ),
            Screen(
                "numbers",
                partial(compare_words.online, session),
                partial(_show_numbers, session),
                "In brackets the 95 % interval of what it earns beyond today's rules.",
            ),
        ],
        session.live.is_live,
    )


def _prepared(session: CompareSession) -> Screen:
    """What a link tells comes about once a person says so."""
    return Screen(
        "prepared",
        partial(compare_words.prepared, session),
        partial(compare_pictures.match, session),
        "The visitors of this link come with the next step.",
    )


def _show_numbers(session: CompareSession) -> None:
    with st.container(key="stage-numbers"):
        show_numbers(session)


def _go_online(session: CompareSession) -> None:
    if session.comparison.is_apprentice:
        session.switch()
    session.live.enqueue(_SERVE)


def _act(session: CompareSession, screen: Screen, happens: Callable[[], None]) -> Screen:
    """A screen with what happens on the way to it; that is taken back if it was done from here."""

    def do() -> None:
        session.before[screen.name] = session.setup, history_of(session.comparison)
        happens()

    def undo() -> None:
        setup, story = session.before.pop(screen.name, (None, History()))
        session.live.stop()
        if setup == session.setup:
            session.restore(story)
            if session.is_restoring:
                session.start()

    return replace(screen, do=do, undo=undo)
