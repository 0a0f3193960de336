"""An answer that draws by itself what it changed, without a run of the page.

A run costs the server as much again as the answer, and the browser ten times as much. It still
follows where more has changed than the panels of a scene, as with a button that is there now, and
draws all where it has to: while a box is open, or a crowd comes.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from engine.worlds import World
from pages.parts.clients import Client, serving, this_client
from pages.parts.components.panel import Panel
from pages.parts.components.reward_buttons import MOST_BYTES
from pages.parts.drawn import Drawn, drawn_here
from pages.parts.frames import drawing
from pages.parts.heavy_work import heavy_work
from pages.parts.play.scene import Look, Scene, scene_of
from pages.parts.play.session import PlaySession
from pages.parts.request_body import body_of

_AT_ONCE = 4
"""Answers that are taken at the same time: one may wait for the database while others are drawn."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Page:
    """Play as a browser shows it.

    Attributes:
        world: in which it was drawn.
        number: of the scene that was drawn last.
        panels: as they were drawn then.
        around: what stands around them, see `Scene`.
        parts: what is noted of it, see `pages.parts.drawn`.
        is_asked: whether it is told something just now.
    """

    session: PlaySession
    look: Look
    world: World
    client: Client
    number: int
    panels: dict[str, Panel]
    around: tuple[object, ...]
    parts: dict[str, Drawn]
    is_asked: bool = False

    @property
    def is_old(self) -> bool:
        """Whether more than a scene has changed, as far as that is seen without one."""
        session = self.session
        return session.is_unheard or session.toolbar_state != session.toolbar_drawn

    @property
    def is_of_another(self) -> bool:
        """Whether the session shows another world by now, or somebody comes by themselves."""
        return self.session.is_live or self.session.shown.world is not self.world

    def follow(self, scene: Scene) -> None:
        """Note what is drawn."""
        self.number, self.panels = scene.number, dict(scene.panels)
        figures = (panel.figures.items() for panel in scene.panels.values())
        self.parts[_PART] = Drawn(dict(chain.from_iterable(figures)))


_PART = "panels"


@cache
def _pages() -> WeakValueDictionary[str, Page]:
    """The pages on which an answer may draw by itself, by what their reward buttons are told; each
    is there as long as its session."""
    return WeakValueDictionary()


def draws_alone(session: PlaySession, look: Look, scene: Scene, is_all: bool) -> None:
    """A run of the page draws a scene; from here on answers draw theirs, if they are all that the
    page shows of the loop.

    Args:
        is_all: whether nothing on the page follows an answer but a scene, as far as it stays as it
            is.
    """
    world, client = session.shown.world, this_client()
    page = Page(session, look, world, client, 0, {}, scene.around, drawn_here())
    page.follow(scene)
    name = session.presses.session
    session.page = page if is_all else None
    if is_all:
        _pages()[name] = page
    else:
        _pages().pop(name, None)


def taken(page: Page, told: object) -> str | None:
    """Take the answers of a browser, and what else it wants; what is to be drawn then, as JSON, and
    whether a run of the page has to draw more; None if it has to draw all of it."""
    session = page.session
    with serving(page.client):
        with heavy_work().giving_way():
            session.take(told)
        with drawing(is_clicked_for=True), session.lock:
            offer = session.advance()
            if session.page is not page or page.is_of_another:
                return None
            # A browser that has not drawn that yet, or never got it, is told all.
            known = page.panels if _drawn(told) == page.number else {}
            scene = scene_of(session, page.look, offer)
            more_follows = page.is_old or scene.around != page.around
            page.follow(scene)
            panels = {name: one.but(known.get(name)) for name, one in scene.panels.items()}
    published = {**scene.told, "length": session.drawn, "panels": panels}
    return json.dumps({"visit": scene.visit, "published": published, "more": more_follows})


def _drawn(told: object) -> object:
    return told.get("drawn") if isinstance(told, dict) else None


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers")


async def answer(request: Request) -> Response:
    """Take answers. Who has no page here, or needs a run of it, gets nothing: the browser then
    tells Streamlit, and what was taken is not taken again."""
    try:
        told = json.loads(await body_of(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return Response("The answers are no JSON.", 400)
    name = told.get("session") if isinstance(told, dict) else None
    page = _pages().get(name) if isinstance(name, str) else None
    # A page says one thing after the other; one that does not has to wait for a run of it.
    if page is None or page.is_asked:
        return Response(status_code=204)
    page.is_asked = True
    try:
        doing = asyncio.get_running_loop().run_in_executor(_workers(), partial(taken, page, told))
        drawn = await doing
    finally:
        page.is_asked = False
    return Response(drawn, 200 if drawn else 204, media_type="application/json")
