"""What stood on the screen for somebody to answer: a press counts for that, or for nothing."""

from collections import deque
from dataclasses import dataclass, replace

from engine import PersonalizerError
from engine.loop.entries import Ranked
from engine.worlds import Context

MOST = 32
"""Offers that a session remembers: a browser that is further behind answers none of them."""


class LeftError(PersonalizerError):
    """The visitor of an offer has left, or would be offered something else by now."""

    def __init__(self) -> None:
        sentence = "The visitor had left, or the offers had changed, before this answer arrived"
        super().__init__("ResourceNotFound", f"{sentence}: it was not saved.", "eventId")


@dataclass(slots=True, eq=False)
class Offer:
    """One offer as it stood on the screen.

    Attributes:
        position: length of the log's history then: after an undo the same is another offer.
        context: of the visitor.
        ranked: what was offered, and why.
        attempts: how often an answer to it was tried. A press is at one attempt: if that fails,
            those that came before the person could see so are the same answer, and fail too.
    """

    position: int
    context: Context
    ranked: Ranked
    attempts: int = 0

    @property
    def told(self) -> dict[str, object]:
        """What a browser is told of it, and sends back with an answer."""
        return {
            "position": self.position,
            "event": self.ranked.event_id,
            "context": self.context,
            "action": self.ranked.action_id,
            "chance": self.ranked.propensity,
            "attempts": self.attempts,
        }

    def stands(self, now: Ranked) -> bool:
        """Whether what would be offered ``now`` is this: event, action and every chance."""
        return replace(now, time=self.ranked.time) == self.ranked


class Offers:
    """The offers that one browser session was last shown."""

    def __init__(self) -> None:
        self._shown: deque[Offer] = deque(maxlen=MOST)

    def show(self, position: int, context: Context, ranked: Ranked) -> Offer:
        """What is on the screen from here on."""
        last = self._shown[-1] if self._shown else None
        if last and (last.position, last.context) == (position, context) and last.stands(ranked):
            return last
        self._shown.append(Offer(position, context, ranked))
        return self._shown[-1]

    def find(self, told: object) -> Offer | None:
        """The one of which a browser says so, whatever it says, at whichever attempt."""
        if not isinstance(told, dict):
            return None
        attempt = {"attempts": told.get("attempts")}
        return next((one for one in reversed(self._shown) if one.told | attempt == told), None)
