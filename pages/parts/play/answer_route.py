"""Route to which a browser sends clicks on Play; its answer is the next scene.

A run of the page costs the server as much again as an answer, and the browser ten times as much.
The browser asks for one only where more than the scene has changed, as with a button that is there
now, and where the route did not count its click: a page of another process, or of another world.
"""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from engine.worlds import World
from pages.parts.components.scene_view.presses import MOST_BYTES
from pages.parts.play.scene import ClickScene, Look, scene_of
from pages.parts.play.session import PlaySession
from pages.parts.work.browser_sessions import Client, serving, this_client
from pages.parts.work.figure_registry import Drawn, drawn_here
from pages.parts.work.frame_scheduler import drawing, only_follow
from pages.parts.work.jobs import jobs
from pages.parts.work.request_body import body_of

_AT_ONCE = 4
"""Requests that are answered at the same time: one may wait for the database while others are."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class PlayScreen:
    """Play as a browser shows it.

    Attributes:
        session: shown there.
        world: of the last run of the page; the charts of another world need a run.
        look: of the last run.
        client: for which answers are computed.
        parts: figures on the page, see `pages.parts.work.figure_registry`.
        has_more: True if more of the page than the scene follows each click.
        scene: drawn last, by a run or by an answer.
        is_busy: True while a request is being answered.
    """

    session: PlaySession
    world: World
    look: Look
    client: Client
    parts: dict[str, Drawn]
    has_more: bool
    scene: ClickScene
    is_busy: bool = False

    def show(self, scene: ClickScene) -> None:
        """Note a scene as drawn."""
        self.scene = scene
        self.parts["panels"] = Drawn(scene.figures)

    def answer(self, request: Mapping[str, object]) -> str | None:
        """Count the clicks in a request; return the next scene as JSON, or None if only a run of
        the page can draw it."""
        session = self.session
        with serving(self.client):
            with jobs().giving_way():
                session.take(request)
            with drawing(is_clicked_for=True), session.lock:
                offer = session.advance()
                # A run of the page may have drawn another scene since.
                screen = screens()[session.presses.session]
                if session.shown.world is not screen.world:
                    return None
                before, scene = screen.scene, scene_of(session, screen.look, offer)
                screen.show(scene)
                known = before if request.get("drawn") == before.number else None
                more = screen.has_more or screen.is_old or scene.around != before.around
                return json.dumps({**scene.message(known), "length": session.drawn, "more": more})

    @property
    def is_old(self) -> bool:
        """True if the toolbar, or a toast, has to be drawn."""
        session = self.session
        return session.is_unheard or session.toolbar_state != session.toolbar_drawn


@cache
def screens() -> WeakValueDictionary[str, PlayScreen]:
    """Open screens by the names of their counters of clicks, each as long as its session."""
    return WeakValueDictionary()


def show_on_screen(session: PlaySession, look: Look, scene: ClickScene, has_more: bool) -> None:
    """Note a scene that a run of the page draws; answers to clicks draw the next ones."""
    screen = PlayScreen(
        session, session.shown.world, look, this_client(), drawn_here(), has_more, scene
    )
    screen.show(scene)
    session.screen = screens()[scene.session] = screen


def follow_click(session: PlaySession, request: object) -> None:
    """Before a run that a browser asked for: count the clicks that the route did not. If an answer
    has drawn them already, the clicks of others go before that run."""
    if request == {"drawn": True}:
        only_follow()
    else:
        session.take(request)


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers")


async def answer(request: Request) -> Response:
    """Answer clicks with the next scene; status 204 if the page is not here, has another request
    under way, or needs a run. The browser then asks for a run, which counts each click once, too.
    """
    try:
        told = json.loads(await body_of(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return Response("The answers are not valid JSON.", 400)
    name = told.get("session") if isinstance(told, dict) else None
    screen = screens().get(name) if isinstance(name, str) else None
    if screen is None or screen.is_busy:
        return Response(status_code=204)
    screen.is_busy = True
    try:
        answering = partial(screen.answer, told)
        scene = await asyncio.get_running_loop().run_in_executor(_workers(), answering)
    finally:
        screen.is_busy = False
    return Response(scene, 200 if scene else 204, media_type="application/json")
