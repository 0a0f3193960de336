"""Clicks on a scene as reported by a browser, each counted once.

Streamlit merges presses of one of its buttons that wait for a busy run. Here the script collects
them, each with the displayed offer, and sends them until the server has counted them.
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
        offer: displayed offer as the browser reports it, perhaps malformed.
        reward: the answer; None is no answer.
    """

    offer: object
    reward: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """Request other than an answer, such as another visitor, in the queue of the answers.

    Attributes:
        request: content of the request.
    """

    request: Mapping[str, object]


class Presses:
    """Clicks of one browser session, each counted once.

    Attributes:
        session: random name of the counter: numbers of another one, as before a restart, do not
            count.
        taken: number of counted clicks.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def new(self, request: object) -> list[Press | Wish]:
        """Count and return the new clicks; malformed ones are dropped.

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
