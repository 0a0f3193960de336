"""Clicks on Play: answers to an offer (*Loved it*), and requests for another visitor or context."""

import logging

from engine.worlds import key_of
from pages.parts.components.scene_view.presses import Press, Wish
from pages.parts.play.session import PlaySession
from pages.parts.play.shown_offers import VisitorLeftError
from pages.parts.work.server_logging import timed

_log = logging.getLogger(__name__)

_FORGOTTEN = "older answer"
"""Subject of a refused answer whose offer is forgotten."""


def take_clicks(session: PlaySession, request: object) -> None:
    """Count the new clicks in a browser's request, see `Presses`.

    An answer belongs to the offer that was displayed; a repeated press counts once.
    """
    with session.lock, timed(_log, "answers taken"):
        for click in session.presses.new(request):
            if isinstance(click, Wish):
                _grant(session, click)
            else:
                _answer(session, click)


def _answer(session: PlaySession, press: Press) -> None:
    """Count the answer to a displayed offer, or report why it does not count."""
    refusals = session.refusals
    refusals.ask_again(session.setup.next)
    offer = session.open.offers.find(press.offer)
    if offer is not None and (press.offer != offer.payload or offer in refusals.unknown):
        return
    refusals.try_answer(offer or _FORGOTTEN)
    with session.reporting(offer or _FORGOTTEN, press.reward):
        if offer is None:
            raise VisitorLeftError
        offer.attempts += 1
        session.mine.answer(offer, press.reward, calls_next=session.setup.next)
    session.live.pause_after_click()


def _grant(session: PlaySession, wish: Wish) -> None:
    """Fulfil a request for another visitor or context; malformed requests are ignored."""
    match wish.request:
        case {"stand": cell, "world": str(world)} if world == key_of(session.displayed.world):
            session.stand(cell)
        case {"pass": int(visit)}:
            session.let_pass(visit)
        case {"walk": "in"}:
            session.call_next()
        case {"walk": "step"}:
            session.step()
        case {"field": str(field), "value": str(value), "visit": int(visit)}:
            session.ask(field, value, visit)
