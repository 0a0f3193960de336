"""Pace of live pages: the seconds between two frames, which grow with the load of the server."""

import math
import time
from collections.abc import Callable
from functools import cache
from threading import RLock

from engine.loop.lock import locked
from pages.parts.work.browser_session import this_session

SHARE = 0.3
"""Share of a processor for the frames of all live pages together."""
_TIMEOUT = 30.0
"""Seconds without a frame after which a page is live no longer."""


class FrameCosts:
    """Costs of the frames of live pages, and the time between frames that follows from them.

    Args:
        now: monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.lock = RLock()
        self._now = now
        self._costs: dict[str, tuple[float, float]] = {}

    @locked
    def note(self, session_id: str, seconds: float) -> None:
        """Note the processor time of a frame of a session's live page."""
        before, _ = self._costs.get(session_id, (seconds, 0.0))
        self._costs[session_id] = 0.8 * before + 0.2 * seconds, self._now()

    @locked
    def was_live(self, session_id: str) -> bool:
        """Return True if the page of a session was live when its last frame was drawn."""
        return session_id in self._costs

    @locked
    def forget(self, session_id: str) -> None:
        """Note that the page of a session is live no longer."""
        self._costs.pop(session_id, None)

    @locked
    def pace(self, session_id: str, least: float) -> float:
        """Return the seconds from one frame of a session to the next: ``least`` times 1, 4, 16, ...

        Steps are large because each change of the pace draws the page in full.
        """
        past, costs = self._now() - _TIMEOUT, self._costs.items()
        others = sum(cost for s, (cost, last) in costs if s != session_id and last > past)
        return least * 4.0 ** math.ceil(math.log(max(others / (SHARE * least), 1.0), 4.0))


@cache
def frame_costs() -> FrameCosts:
    """Return the costs of this process's frames."""
    return FrameCosts()


def pace(least: float) -> float:
    """Return the seconds from one frame of the session to the next, see `FrameCosts`."""
    return frame_costs().pace(this_session().id, least)
