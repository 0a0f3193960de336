"""Draft in the page's address: its text if short, else the key of the stored text."""

import re

from engine import PersonalizerError
from engine.worlds.draft_text import MAX_LINK
from pages.parts.settings.loop_library_access import library
from pages.parts.worlds.session import WorldsSession

_KEPT = re.compile(r"kept-([0-9a-f]{64})")
_GONE = "This draft is no longer stored: it was changed often since, or it has expired."


def draft_of(session: WorldsSession, owner: str) -> str | None:
    """Return the address parameter of a draft; None if the world's own link suffices or storing
    fails."""
    text = session.text
    if text is None or len(text) <= MAX_LINK:
        return text
    if session.kept is None or session.kept[0] != text:
        try:
            session.kept = text, library().store.keep_draft(text, owner)
        except PersonalizerError as error:
            session.refused = session.refused or error.message
            return None
    return f"kept-{session.kept[1]}"


def restore(session: WorldsSession, parameter: str) -> None:
    """Continue with the draft of an address parameter."""
    key = _KEPT.fullmatch(parameter)
    if key is None:
        session.restore(parameter)
        return
    try:
        text = library().store.draft(key[1])
    except PersonalizerError as error:
        session.refused = error.message
        return
    if text is None:
        session.refused = _GONE
    else:
        session.restore(text)
