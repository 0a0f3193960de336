"""An answer that draws by itself what it changed, without a run of the page.

A run costs the server as much again as the answer, and the browser ten times as much. It still
follows where more has changed than the panels of a scene, as with a button that is there now, and
draws all where it has to: while a box is open, or a crowd comes.
"""

import json
from dataclasses import dataclass
from itertools import chain

from engine.worlds import World
from pages.parts.components.panel import Panel
from pages.parts.play.answer_route import answered_pages
from pages.parts.play.offers import Offer
from pages.parts.play.scene import Look, Scene, scene_of
from pages.parts.play.session import PlaySession
from pages.parts.work.clients import Client, serving, this_client
from pages.parts.work.figure_registry import Drawn, drawn_here
from pages.parts.work.frames import drawing, only_follow
from pages.parts.work.jobs import jobs


@dataclass(slots=True, weakref_slot=True, eq=False)
class Page:
    """Play as a browser shows it.

    Attributes:
        world: in which it was drawn.
        number: of the scene that was drawn last.
        panels: as they were drawn then.
        around: what stands around them, see `Scene`.
        parts: what is noted of it, see `pages.parts.work.figure_registry`.
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

    def take(self, told: object) -> str | None:
        """Take the answers of a browser, and what else it wants; what is to be drawn then, as JSON,
        and whether a run of the page has to draw more; None if it has to draw all of it."""
        session = self.session
        with serving(self.client):
            with jobs().giving_way():
                session.take(told)
            with drawing(is_clicked_for=True), session.lock:
                offer = session.advance()
                # A run of it may have drawn another since, on which they draw as well.
                page = session.page
                if not isinstance(page, Page) or page.is_of_another:
                    return None
                return json.dumps(page.draw(offer, _drawn(told)))

    def draw(self, offer: Offer, drawn: object) -> dict[str, object]:
        """What a browser is to draw that has drawn the scene with a number.

        One that has not drawn the last yet, or never got it, is told all.
        """
        known = self.panels if drawn == self.number else {}
        scene = scene_of(self.session, self.look, offer)
        more_follows = self.is_old or scene.around != self.around
        self.follow(scene)
        self.session.drawn_alone = self.session.presses.taken
        panels = {name: one.but(known.get(name)) for name, one in scene.panels.items()}
        published = {**scene.told, "length": self.session.drawn, "panels": panels}
        return {"visit": scene.visit, "published": published, "more": more_follows}


_PART = "panels"


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
        answered_pages()[name] = page
    else:
        answered_pages().pop(name, None)


def hear(session: PlaySession, told: object) -> None:
    """Take what a browser tells a run of the page; where answers have drawn by themselves what
    they changed, others' clicks go before what follows."""
    if not session.take(told):
        only_follow()


def _drawn(told: object) -> object:
    return told.get("drawn") if isinstance(told, dict) else None
