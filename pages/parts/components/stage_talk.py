"""A page's talk, as a room hands it to the stage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pages.parts.components.stage_corner import own_link
from pages.parts.scene.talk import Show
from pages.parts.work.frame_scheduler import Followed


class Paced(Followed, Protocol):
    """A session whose page is drawn again while something comes about by itself."""

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing comes about."""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Talk:
    """A page's talk, opened in this browser session.

    Attributes:
        show: builds the screens as of now.
        session: locked while a frame is drawn; None where nothing changes but by a step.
        advance: brings the session up to date before a frame, and the address with it.
        finish: draws what follows the screen.
        link: address in the corner's code, for the phones of the room.
        leads_to: description of that address.
    """

    show: Callable[[], Show]
    session: Paced | None = None
    advance: Callable[[], None] = _nothing
    finish: Callable[[], None] = _nothing
    link: Callable[[], str] = own_link
    leads_to: str = "what the screen shows, to view and copy"
