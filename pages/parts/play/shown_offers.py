"""Offers shown to a browser session, to match answers with the displayed offer."""

from collections import deque
from dataclasses import dataclass, replace

from engine import PersonalizerError
from engine.loop.entries import Ranked
from engine.worlds import Context

MOST = 32
"""Offers that a session remembers; answers to older ones are refused."""


class VisitorLeftError(PersonalizerError):
    """Answer to an outdated offer: the visitor has left, or the offer would now differ."""

    def __init__(self) -> None:
        sentence = "The visitor had left, or the offers had changed, before this answer arrived"
        super().__init__("ResourceNotFound", f"{sentence}: it was not saved.", "eventId")


@dataclass(slots=True, eq=False)
class Offer:
    """Offer as displayed.

    Attributes:
        position: length of the log's history at display; an undo makes another offer of an equal
            one.
        context: context of the visitor.
        ranked: offered action and its reason.
        attempts: number of attempts to answer it. Presses carry their attempt: if an attempt fails,
            presses sent before the failure was displayed belong to the same answer, and fail as
            well.
    """

    position: int
    context: Context
    ranked: Ranked
    attempts: int = 0

    @property
    def payload(self) -> dict[str, object]:
        """JSON of the offer for the browser, which returns it with an answer."""
        return {
            "position": self.position,
            "event": self.ranked.event_id,
            "context": self.context,
            "action": self.ranked.action_id,
            "chance": self.ranked.propensity,
            "attempts": self.attempts,
        }

    def stands(self, now: Ranked) -> bool:
        """Return True if event, action and all chances equal those of a current ranking."""
        return replace(now, time=self.ranked.time) == self.ranked


class ShownOffers:
    """Offers last displayed in one browser session."""

    def __init__(self) -> None:
        self._offers: deque[Offer] = deque(maxlen=MOST)

    def show(self, position: int, context: Context, ranked: Ranked) -> Offer:
        """Register the displayed offer; an unchanged offer is returned as is."""
        last = self._offers[-1] if self._offers else None
        if last and (last.position, last.context) == (position, context) and last.stands(ranked):
            return last
        self._offers.append(Offer(position, context, ranked))
        return self._offers[-1]

    def find(self, message: object) -> Offer | None:
        """Return the offer in a browser's message, at any attempt; None if unknown or malformed."""
        if not isinstance(message, dict):
            return None
        attempt = {"attempts": message.get("attempts")}
        return next(
            (offer for offer in reversed(self._offers) if offer.payload | attempt == message), None
        )
