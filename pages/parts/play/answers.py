"""The answers that a person gives, each to the offer that was on the screen."""

import logging
from contextlib import AbstractContextManager
from typing import Protocol

from pages.parts.components.reward_buttons import Press, Presses, Wish
from pages.parts.play.offers import LeftError
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.refusals import Refusals, What
from pages.parts.play.setup import PlaySetup
from pages.parts.work.live import LivePlay
from pages.parts.work.log_lines import timed

_log = logging.getLogger(__name__)

_OLDER = "older answer"
"""Whatever answers an offer that is forgotten."""


class Host(Protocol):
    """Whose answers they are: the state of a browser session; see `PlaySession`."""

    setup: PlaySetup
    open: OpenLoop
    presses: Presses
    live: LivePlay
    refusals: Refusals

    @property
    def mine(self) -> OpenLoop:
        """The loop that is open, to change it."""

    def grant(self, wish: Wish) -> None:
        """Do what else is wanted, if it is anything that can be."""

    def reporting(self, what: What, value: float | None = None) -> AbstractContextManager[None]:
        """What is refused is said on the page."""


def take(host: Host, told: object) -> bool:
    """Count the presses that a browser tells of and that were not counted yet; whether there are
    any.

    Each answers the offer that was on the screen; pressed twice, it counts once.
    """
    new = host.presses.new(told)
    with timed(_log, "answers taken"):
        for press in new:
            if isinstance(press, Wish):
                host.grant(press)
            else:
                _answer(host, press)
    return bool(new)


def _answer(host: Host, press: Press) -> None:
    refusals = host.refusals
    refusals.ask_again(host.setup.next)
    offer = host.open.offers.find(press.offer)
    if offer is not None and (press.offer != offer.told or offer in refusals.unknown):
        return
    refusals.try_answer(offer or _OLDER)
    with host.reporting(offer or _OLDER, press.reward):
        if offer is None:
            raise LeftError
        offer.attempts += 1
        host.mine.answer(offer, press.reward, calls_next=host.setup.next)
    host.live.pause_after_click()
