"""The reward buttons, what is offered above them and what the last press moved below.

An answer is to what is on the screen, and none is lost, however fast.

Streamlit merges presses of one of its buttons that wait for a busy run. These are collected in
the browser, each with the offer that was on the screen, and sent until the server has them. Their
style stands in the page (`pages.parts.shell.first_paint`): here it would travel with each click.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from pages.parts.components import beside, told
from pages.parts.components.reward_buttons.shown import Last, Offer
from pages.parts.text.base_path import base_path
from pages.parts.text.rewards import Answer

_MOST = 100
"""Presses that are sent, and taken, at once."""
MOST_BYTES = 1 << 18
"""Of what is sent of them at once."""
ANSWER_PATH = "/playground/answer"
"""Where they are sent, if answers draw by themselves what they change."""

_bar = st.components.v2.component(
    "playground_rewards",
    js=beside(__file__, "index.js"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Press:
    """What a browser says of one press.

    Attributes:
        offer: what was on the screen, as the bar was told; or anything else.
        reward: the answer; None is no answer.
    """

    offer: object
    reward: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a browser says of anything else that somebody wants, in one line with the presses.

    Attributes:
        told: such as who else is to stand there.
    """

    told: Mapping[str, object]


class Presses:
    """The presses of one browser session, each taken once.

    Attributes:
        session: names who counts: after a restart a page sends again what another counted.
        taken: how many were taken.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def new(self, told: object) -> list[Press | Wish]:
        """Take those that were not taken yet, whatever a browser may send.

        Args:
            told: how many ``count`` there were so far in this ``session``, and the ``latest`` of
                them, oldest first.
        """
        match told:
            case {"session": self.session, "count": int(count), "latest": list(latest)}:
                new = min(count - self.taken, len(latest), _MOST)
                self.taken = max(count, self.taken)
                return list(filter(None, map(_press, latest[len(latest) - max(new, 0) :])))
        return []


def _press(told: object) -> Press | Wish | None:
    match told:
        case {"wish": dict(wish)}:
            return Wish(wish)
        case {"offer": offer, "reward": float() | int() | None as reward}:
            return Press(offer, reward)
    return None


def told_of(
    presses: Presses,
    number: int,
    shown: Offer,
    answers: Sequence[Answer],
    last: Last,
    offer: Mapping[str, object],
    default_reward: float,
    disabled: bool,
    keys: bool,
) -> Mapping[str, object]:
    """What is ``shown``, all answers to it, and what the ``last`` one did, as a browser is told.

    Args:
        number: how many of these there were: a browser that knows a later one keeps that.
        offer: told again with each press.
        keys: whether they press, too.
    """
    return {
        "rewards": [asdict(one) | {"key": str(n)} for n, one in enumerate(answers, 1)],
        "none": f"Nobody answers in time: the default reward, {default_reward:g}, applies.",
        "most": _MOST,
        "session": presses.session,
        "taken": presses.taken,
        "number": number,
        "offer": offer,
        "disabled": disabled,
        "keys": keys,
        "shown": asdict(shown),
        "last": asdict(last),
    }


def reward_buttons(
    told_now: Mapping[str, object], take: Callable[[object], None], alone: bool
) -> None:
    """Draw the answers, and what stands around them.

    Args:
        take: gets what `Presses.new` does.
        alone: whether an answer draws by itself what it changed; else a run of the page does.
    """
    path = f"{base_path()}{ANSWER_PATH}" if alone else ""
    _bar(
        key="rewards",
        data={**told_now, "path": path},
        on_pressed_change=lambda: take(told("rewards", "pressed")),
    )
