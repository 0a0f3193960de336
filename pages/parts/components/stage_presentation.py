"""Talk of a page, as a room hands it to the stage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pages.parts.components.stage_corner import own_link
from pages.parts.scene.stage_show import Show
from pages.parts.work.frame_scheduler import LiveState


class Paced(LiveState, Protocol):
    """Session of a page that is redrawn periodically during live play."""

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None if only clicks cause frames."""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Talk:
    """Talk of a page, opened in this browser session.

    Attributes:
        show: builds the screens as of now.
        session: locked while a frame is drawn; None if only steps change the page.
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
