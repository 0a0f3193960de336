"""What a link says of a moment: after how many visitors, and who stands there."""

from urllib.parse import urlencode

from engine.worlds import Context, World
from pages.parts.play.session import PlaySession

AT, WHO = "at", "who"
"""Their names in a link."""


def who_in_link(world: World, context: Context) -> str:
    """A context as a link says it: the place of each field's value, from 0."""
    places = (
        [value.name for value in field.values].index(context[field.name]) for field in world.fields
    )
    return "-".join(map(str, places))


def moment_of(session: PlaySession) -> dict[str, str]:
    """What a link says of the moment that a page shows."""
    opened = session.shown
    who = who_in_link(opened.world, opened.context)
    return {AT: str(len(opened.loop.events)), WHO: who}


def held(session: PlaySession) -> dict[str, str | None]:
    """What the address says of the moment that a page shows: nothing of now, which goes on."""
    if session.moments.at is None:
        return {AT: None, WHO: None}
    return {**moment_of(session)}


def play_query(session: PlaySession) -> dict[str, str]:
    """Query of Play's address as it was left: what is set, the loop and the moment."""
    more = {"loop": session.open.link, **held(session)}
    return session.setup.query() | {
        name: value for name, value in more.items() if value is not None
    }


def moment_link(session: PlaySession, address: str) -> str:
    """The shortest link to the moment, to look and copy; before anybody came, a new start."""
    loop = session.open.link
    if loop is None:
        return session.setup.link(address)
    return f"{address.partition('?')[0]}?{urlencode({'loop': loop} | moment_of(session))}"


def who_from(world: World, told: str) -> Context | None:
    """The context of which a link says so; None if there is none."""
    try:
        places = zip(world.fields, map(int, told.split("-")), strict=True)
        context = {field.name: field.values[at].name for field, at in places}
    except (ValueError, IndexError):
        return None
    return context if who_in_link(world, context) == told else None
