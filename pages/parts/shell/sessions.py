"""What this browser session has on each page: one object a page, made on its first visit."""

from contextlib import suppress
from typing import TypeVar

import streamlit as st

from engine.errors import PersonalizerError
from engine.store import StoredLoop
from pages.parts.compare.history import History
from pages.parts.compare.session import CompareSession
from pages.parts.compare.setup import CompareSetup
from pages.parts.components.browser_id import keys, owner
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.lessons.session import LearnSession
from pages.parts.play.first_minute import FirstMinute
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.settings import library
from pages.parts.why.session import WhySession
from pages.parts.work.heavy_work import submit_here
from pages.parts.work.pool import track
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.setup import WorldsSetup

_OWED = "owed"
"""Names under which the browser was known, each with the next, that are not handed over yet."""

S = TypeVar(
    "S",
    PlaySession,
    CompareSession,
    RaceSession,
    EvaluateSession,
    LearnSession,
    WhySession,
    WorldsSession,
)


def _known(kind: type[S]) -> S | None:
    session: S | None = st.session_state.get(kind.__name__)
    return session


def _made(session: S) -> S:
    st.session_state[type(session).__name__] = session
    return session


def known_play_session() -> PlaySession | None:
    """The session on the Play page, if it was visited."""
    return _known(PlaySession)


def play_session(setup: PlaySetup, stored: StoredLoop | None = None) -> PlaySession:
    """The session on the Play page; a new one begins with a stored loop, if there is one."""
    return _known(PlaySession) or _made(
        PlaySession(setup, library=library.library(), owner=owner(), keys=keys(), stored=stored)
    )


def hand_over(before: str, now: str) -> None:
    """The browser was known under another name: what this session has kept so far is its own, as
    soon as the database can be written."""
    st.session_state.setdefault(_OWED, []).append((before, now))
    settle()


def settle() -> None:
    """Hand over what could not be handed over yet; while it still cannot, pages are drawn without,
    and those that need the database say why it does not serve."""
    owed: list[tuple[str, str]] = st.session_state.get(_OWED, [])
    session = _known(PlaySession)
    with suppress(PersonalizerError):
        while owed:
            library.hand_over(*owed[0])
            _, now = owed.pop(0)
            if session is not None:
                session.owner = now


def may_only_look() -> bool:
    """Whether the loop on the Play page is somebody else's, as far as the browser has told."""
    session = _known(PlaySession)
    return session is not None and not session.may_answer


def lands_on_play() -> bool:
    """Whether somebody comes to the Play page itself for the first time: by no link, and from no
    lesson."""
    is_new = _known(PlaySession) is None and _known(LearnSession) is None
    return is_new and not st.query_params


def first_minute() -> FirstMinute:
    """That of this session, which nobody wants where Play was not visited."""
    session = _known(PlaySession)
    return session.first_minute if session else FirstMinute()


def compare_session(setup: CompareSetup, story: History | None) -> CompareSession:
    """The session on the Compare page; in a new one a story has happened already."""
    return _known(CompareSession) or _made(CompareSession(setup, story))


def why_session() -> WhySession:
    """The session on the Why page; its loop is the one that is open on Play."""
    return _known(WhySession) or _made(WhySession())


def race_session(setup: RaceSetup) -> RaceSession:
    """The session on the Race page."""
    return _known(RaceSession) or _made(RaceSession(setup, track()))


def evaluate_session(setup: EvaluateSetup) -> EvaluateSession:
    """The session on the Evaluate page."""
    return _known(EvaluateSession) or _made(EvaluateSession(setup))


def learn_session() -> LearnSession:
    """The session on the Learn page."""
    return _known(LearnSession) or _made(LearnSession(submit_here))


def worlds_session(setup: WorldsSetup) -> WorldsSession:
    """The session on the Worlds page."""
    return _known(WorldsSession) or _made(WorldsSession(setup.world))
