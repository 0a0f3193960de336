"""Presses of the reward buttons in the format sent by a browser."""

from collections.abc import Mapping

from pages.parts.play.clicks import take_clicks
from pages.parts.play.session import PlaySession

Answer = tuple[object, object]
"""Offer id of a press, and the reward."""


def pressed(session: PlaySession, *answers: Answer) -> dict[str, object]:
    """Return the browser's message about new presses."""
    latest = [{"offer": offer, "reward": reward} for offer, reward in answers]
    count = session.presses.taken + len(latest)
    return {"session": session.presses.session, "count": count, "latest": latest}


def wished(session: PlaySession, wish: Mapping[str, object]) -> dict[str, object]:
    """Return the browser's message about another request."""
    count = session.presses.taken + 1
    return {"session": session.presses.session, "count": count, "latest": [{"wish": wish}]}


def answer(session: PlaySession, *rewards: float | None) -> None:
    """Answer successive offers with these rewards."""
    for reward in rewards:
        take_clicks(session, pressed(session, (session.advance().payload, reward)))
