"""Clicks on a scene as a browser reports them, each counted once.

Streamlit merges presses of one of its buttons that wait for a busy run. Here the script collects
them, each with the offer that was on the screen, and sends them until the server has counted them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

MOST = 100
"""Clicks in one request."""
MOST_BYTES = 1 << 18
"""Size of one request."""


@dataclass(frozen=True, slots=True)
class Press:
    """Answer to an offer.

    Attributes:
        offer: what was on the screen, as the browser was told; or anything else.
        reward: the answer; None is no answer.
    """

    offer: object
    reward: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """Any other click, in one queue with the answers: such as the choice of another visitor.

    Attributes:
        told: the request.
    """

    told: Mapping[str, object]


class Presses:
    """Clicks of one browser session, each counted once.

    Attributes:
        session: random name of this counter: the numbers of another one, as of before a restart,
            count nothing here.
        taken: number of clicks that were counted.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def new(self, request: object) -> list[Press | Wish]:
        """Count and return the clicks that were not counted yet; malformed ones are dropped.

        Args:
            request: the ``count`` of all clicks so far in this ``session``, and the ``latest`` of
                them, oldest first.
        """
        match request:
            case {"session": self.session, "count": int(count), "latest": list(latest)}:
                new = min(count - self.taken, len(latest), MOST)
                self.taken = max(count, self.taken)
                return list(filter(None, map(_press, latest[len(latest) - max(new, 0) :])))
        return []


def _press(click: object) -> Press | Wish | None:
    match click:
        case {"wish": dict(wish)}:
            return Wish(wish)
        case {"offer": offer, "reward": float() | int() | None as reward}:
            return Press(offer, reward)
    return None
