"""Moments in links: the number of visitors, and the waiting visitor."""

from urllib.parse import urlencode

from engine.worlds import Context, World
from pages.parts.play.session import PlaySession

AT, WHO = "at", "who"
"""Query parameters of a moment."""


def context_in_link(world: World, context: Context) -> str:
    """Encode a context for a link: the position of each field's value, from 0."""
    places = (
        [value.name for value in field.values].index(context[field.name]) for field in world.fields
    )
    return "-".join(map(str, places))


def moment_of(session: PlaySession) -> dict[str, str]:
    """Return the query parameters of the displayed moment."""
    opened = session.displayed
    visitor = context_in_link(opened.world, opened.context)
    return {AT: str(len(opened.loop.events)), WHO: visitor}


def moment_in_address(session: PlaySession) -> dict[str, str | None]:
    """Return the query parameters of the displayed moment; None for the present, which goes on."""
    if session.time_travel.at is None:
        return {AT: None, WHO: None}
    return {**moment_of(session)}


def play_query(session: PlaySession) -> dict[str, str]:
    """Return the query of Play's address: settings, loop and moment."""
    more = {"loop": session.open.link, **moment_in_address(session)}
    return session.setup.query() | {
        name: value for name, value in more.items() if value is not None
    }


def moment_link(session: PlaySession, address: str) -> str:
    """Return the shortest link to the moment, to view and copy; without a stored loop, to the
    settings."""
    loop = session.open.link
    if loop is None:
        return session.setup.link(address)
    return f"{address.partition('?')[0]}?{urlencode({'loop': loop} | moment_of(session))}"


def context_from_link(world: World, text: str) -> Context | None:
    """Decode a context from a link; None if it is invalid."""
    try:
        places = zip(world.fields, map(int, text.split("-")), strict=True)
        context = {field.name: field.values[at].name for field, at in places}
    except (ValueError, IndexError):
        return None
    return context if context_in_link(world, context) == text else None
