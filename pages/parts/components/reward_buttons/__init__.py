"""The reward buttons: every press counts, however fast.

Streamlit merges presses of one of its buttons that wait for a busy run. These count in the
browser and send what was pressed so far; the server takes what it has not seen.
"""

import secrets
from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.components import beside

REWARDS = (("Loved it", 1.0, "😍", "1"), ("Hesitated", 0.5, "🤔", "2"), ("Ignored", 0.0, "🙄", "3"))
"""Label, reward, face and key of the three answers."""

_KEPT = 100
"""Presses that the browser sends again and again, until long after the server has them."""

_bar = st.components.v2.component(
    "playground_rewards",
    css=beside(__file__, "style.css"),
    js=beside(__file__, "index.js"),
    isolate_styles=False,
)


class Presses:
    """The presses of one browser session, each counted once.

    Attributes:
        session: names the session that counts: after a restart a page sends again what
            another session has counted.
        taken: how many were counted.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def new(self, count: int, latest: Sequence[float]) -> Sequence[float]:
        """Count those that were not counted yet.

        Args:
            count: presses so far.
            latest: the rewards of the last of them, oldest first.

        Returns:
            the rewards of the new ones.
        """
        new = min(count - self.taken, len(latest))
        self.taken = max(count, self.taken)
        return latest[len(latest) - new :] if new > 0 else ()


def reward_buttons(
    presses: Presses, disabled: bool, take: Callable[[int, list[float]], None]
) -> None:
    """The three answers, each with its key.

    Args:
        disabled: whether nobody can answer now.
        take: gets the number of presses so far and the latest of them, oldest first.
    """

    def send() -> None:
        pressed = st.session_state["rewards"]["pressed"]
        if pressed.get("session") == presses.session:
            take(pressed["count"], pressed["latest"])

    _bar(
        key="rewards",
        data={
            "rewards": [
                {"label": label, "reward": reward, "face": face, "key": key}
                for label, reward, face, key in REWARDS
            ],
            "kept": _KEPT,
            "session": presses.session,
            "taken": presses.taken,
            "disabled": disabled,
        },
        on_pressed_change=send,
    )
