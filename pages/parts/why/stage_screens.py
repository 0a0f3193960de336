"""The single screen of the Why page: reasons for and against an offer."""

from functools import partial

from pages.parts.charts.base import STAGE
from pages.parts.components.stage_presentation import Talk
from pages.parts.play.why_subject import Subject
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Show
from pages.parts.text.theme import is_dark
from pages.parts.why.offer_from_link import open_why
from pages.parts.why.page_content import scene_of
from pages.parts.why.session import WhySession

_NOTE = (
    "Right: reasons for it. Left: reasons for the other. Shaded rows are sums: the "
    "expected reward, and with luck the sample."
)


def open_talk() -> Talk:
    """Return the talk about the offer in the address."""
    session, _ = open_why()
    assert session.displayed is not None
    return Talk(partial(why_show, session, session.displayed), leads_to="why this was offered")


def why_show(session: WhySession, subject: Subject) -> Show:
    """Return the screen with the parts of an action's lead."""
    scene = scene_of(session, subject, FigureStyle(is_dark(), STAGE))
    return Show.of([screen(scene, "why", "question", "gap", _NOTE)])
