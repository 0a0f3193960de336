"""The reward buttons: every press counts, however fast.

Streamlit merges presses of one of its buttons that wait for a busy run. These count in the
browser and send what was pressed so far; the server takes what it has not seen.
"""

import secrets
from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.components import beside

REWARDS = (
    {"label": "Loved it", "reward": 1.0, "face": "😍", "key": "1"},
    {"label": "Hesitated", "reward": 0.5, "face": "🤔", "key": "2"},
    {"label": "Ignored", "reward": 0.0, "face": "🙄", "key": "3"},
)

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
        session: names who counts: after a restart a page sends again what another counted.
        taken: how many were counted.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def new(self, count: int, latest: Sequence[float]) -> Sequence[float]:
        """Count those that were not counted yet; their rewards.

        Args:
            count: presses so far.
            latest: the rewards of the last of them, oldest first.
        """
        new = min(count - self.taken, len(latest))
        self.taken = max(count, self.taken)
        return latest[len(latest) - new :] if new > 0 else ()


def reward_buttons(
    presses: Presses, disabled: bool, take: Callable[[int, list[float]], None]
) -> None:
    """The three answers, each with its key; ``take`` gets what `Presses.new` does."""

    def send() -> None:
        pressed = st.session_state["rewards"]["pressed"]
        if pressed.get("session") == presses.session:
            take(pressed["count"], pressed["latest"])

    _bar(
        key="rewards",
        data={
            "rewards": REWARDS,
            "kept": _KEPT,
            "session": presses.session,
            "taken": presses.taken,
            "disabled": disabled,
        },
        on_pressed_change=send,
    )
