"""Talk on the Compare page: watching, going online, and visitors served worse.

A screen is undone by replaying the same visitors without its action.
"""

from collections.abc import Callable
from functools import partial

from pages.parts.charts.base import STAGE
from pages.parts.compare.comparison_cache import history_of
from pages.parts.compare.history_in_link import History, history_in_link
from pages.parts.compare.page_content import scene_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.components.stage_presentation import Talk
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Show, Stage
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.session_singletons import session_of

_FIRST, _WATCH, _SERVE = 100, 200, 200
"""Visitors at the beginning of an act, added while the apprentice watches, and after it goes
online."""


def open_talk() -> Talk:
    """Return the talk about the comparison in the address; an act of the show resets the
    comparison."""
    is_new = open_link(CompareSetup)
    history = history_in_link() if is_new else None
    session = session_of(
        CompareSession, lambda: CompareSession(current_setup(CompareSetup), history)
    )
    session.adopt(current_setup(CompareSetup), history)
    if is_new and history is None and Stage.in_link().begins_act:
        session.reset()
        session.live.enqueue(_FIRST)
    if is_new:
        session.live.wait()
    return Talk(partial(compare_show, session), session, partial(_advance, session))


def _advance(session: CompareSession) -> None:
    session.advance()
    write_link(session.setup, story=session.story.text)


def compare_show(session: CompareSession) -> Show:
    """Return the screens about the three loops."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    waits = session.waits_for_start
    prepared = screen(
        scene, "prepared", "say-prepared", "match",
        "Next: the visitors of this link.",
    )  # fmt: skip
    return Show.of(
        [
            *([prepared] if waits else []),
            screen(
                scene, "watching", "say-match", "match",
                "Today's rules choose; it watches and imitates. Next: more visitors.",
                do=session.start if waits else None,
            ),
            screen(
                scene, "watched", "say-match", "match",
                "Ask: of the next 200, how many will be served worse than by today's "
                "rules? Next: it goes online.",
                do=_noting(session, "watched", partial(session.live.enqueue, _WATCH)),
                undo=partial(_take_back, session, "watched"),
            ),
            screen(
                scene, "online", "say-online", "rewards",
                "The vertical line is where it went online. The other engine was "
                "always online.",
                do=_noting(session, "online", partial(_go_online, session)),
                undo=partial(_take_back, session, "online"),
            ),
            screen(
                scene, "worse", "say-worse", "worse",
                "The same visitors and random numbers, under today's rules.",
            ),
            screen(
                scene, "gains", "say-gains", "gains",
                "What each has earned beyond today's rules, summed up over all visitors.",
            ),
        ],
        session.live.is_live,
    )  # fmt: skip


def _go_online(session: CompareSession) -> None:
    if session.comparison.is_apprentice:
        session.switch()
    session.live.enqueue(_SERVE)


def _noting(session: CompareSession, name: str, act: Callable[[], None]) -> Callable[[], None]:
    """Return a screen's action, extended to record the session's history before it runs."""

    def do() -> None:
        session.before[name] = session.setup, history_of(session.comparison)
        act()

    return do


def _take_back(session: CompareSession, name: str) -> None:
    """Return to the history before a screen's action if it was recorded with this setup."""
    setup, story = session.before.pop(name, (None, History()))
    session.live.stop()
    if setup == session.setup:
        session.restore(story)
        if session.is_restoring:
            session.start()
