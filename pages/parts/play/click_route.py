"""HTTP route for clicks on Play, answered with the next scene.

A script run costs the server another answer's time, and the browser ten times as much. The browser
requests a run only if the page outside the scene has changed (for example, a new button), or if the
route did not count the click: another process serves the page, or the world has changed.
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
from pages.parts.play.clicks import take_clicks
from pages.parts.play.page_content import ClickScene, Look, scene_of
from pages.parts.play.session import PlaySession
from pages.parts.work.browser_session import BrowserSession, acting_for, this_session
from pages.parts.work.figure_registry import Drawn, drawn_here
from pages.parts.work.frame_scheduler import drawing, let_next_frame_wait
from pages.parts.work.job_queue import jobs
from pages.parts.work.request_body_limit import body_of

_AT_ONCE = 4
"""Requests answered in parallel, as some may wait for the database."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class PlayScreen:
    """Play page as displayed in a browser.

    Attributes:
        session: displayed session.
        world: world at the last script run; another world's charts need a run.
        look: display options of the last script run.
        client: browser session that answers are computed for.
        parts: figures on the page, see `pages.parts.work.figure_registry`.
        has_more: True if parts of the page outside the scene follow each click.
        scene: last scene drawn, by a run or by an answer.
        is_busy: True while a request is being answered.
    """

    session: PlaySession
    world: World
    look: Look
    client: BrowserSession
    parts: dict[str, Drawn]
    has_more: bool
    scene: ClickScene
    is_busy: bool = False

    def show(self, scene: ClickScene) -> None:
        """Register a scene as drawn."""
        self.scene = scene
        self.parts["panels"] = Drawn(scene.figures)

    def answer(self, request: Mapping[str, object]) -> str | None:
        """Count the clicks in a request; return the next scene as JSON, or None if drawing needs a
        run."""
        session = self.session
        with acting_for(self.client):
            with jobs().giving_way():
                take_clicks(session, request)
            with drawing(is_clicked_for=True), session.lock:
                offer = session.advance()
                # A run of the page may have drawn another scene since.
                screen = screens()[session.presses.session]
                if session.displayed.world is not screen.world:
                    return None
                before, scene = screen.scene, scene_of(session, screen.look, offer)
                screen.show(scene)
                known = before if request.get("drawn") == before.number else None
                more = screen.has_more or screen.is_old or scene.around != before.around
                return json.dumps({**scene.message(known), "length": session.drawn, "more": more})

    @property
    def is_old(self) -> bool:
        """True if the toolbar or a toast is due to be drawn."""
        session = self.session
        return session.is_unheard or session.toolbar_state != session.toolbar_drawn


@cache
def screens() -> WeakValueDictionary[str, PlayScreen]:
    """Return the open screens by the name of their click counter; an entry lives as long as its
    session."""
    return WeakValueDictionary()


def show_on_screen(session: PlaySession, look: Look, scene: ClickScene, has_more: bool) -> None:
    """Register the scene of a script run; answers to clicks replace it later."""
    screen = PlayScreen(
        session, session.displayed.world, look, this_session(), drawn_here(), has_more, scene
    )
    screen.show(scene)
    session.screen = screens()[scene.session] = screen


def follow_click(session: PlaySession, request: object) -> None:
    """Count, before a requested run, the clicks that the route did not count.

    If an answer has drawn them already, the run gives precedence to clicks of other sessions.
    """
    if request == {"drawn": True}:
        let_next_frame_wait()
    else:
        take_clicks(session, request)


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers")


async def answer(request: Request) -> Response:
    """Answer clicks with the next scene.

    Status 204 means that the page is unknown here, has a pending request, or needs a run. The
    browser then requests a run, which also counts each click once.
    """
    try:
        message = json.loads(await body_of(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return Response("The answers are not valid JSON.", 400)
    name = message.get("session") if isinstance(message, dict) else None
    screen = screens().get(name) if isinstance(name, str) else None
    if screen is None or screen.is_busy:
        return Response(status_code=204)
    screen.is_busy = True
    try:
        answering = partial(screen.answer, message)
        scene = await asyncio.get_running_loop().run_in_executor(_workers(), answering)
    finally:
        screen.is_busy = False
    return Response(scene, 200 if scene else 204, media_type="application/json")
