"""First-minute guide: three steps for a first visit to Play, each next to its control."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from pages.parts.components.scene_view.panel_parts import Pieces
from pages.parts.text.format import pieces

Step = Literal["answer", "another", "crowd"]

NAME = "first-minute"
"""Name under which a browser remembers the guide."""
CROWD = 100
"""Visitors after which the guide is over."""
_SAID: Mapping[Step, str] = {
    "answer": "**1/3** How was it?",
    "another": "**2/3** Answer once more: the bell narrows.",
    "crowd": "**3/3** Press **Simulate 100**: the map fills.",
}


class FirstMinute:
    """Progress of the guide, derived from the log.

    Attributes:
        is_wanted: True if the guide may be shown: the page was opened without a link.
        is_over: True once the guide was completed or skipped.
    """

    def __init__(self) -> None:
        self.is_wanted = self.is_over = self._has_begun = False

    def begin(self) -> None:
        """Start the guide in a browser without a record of it."""
        self._has_begun = True

    def skip(self) -> None:
        """End the guide."""
        self.is_over = True

    def step(self, rewards: int, visitors: int) -> Step | None:
        """Return the next step after a number of rewards and visitors; None without a guide."""
        self.is_over = self.is_over or (self._has_begun and visitors >= CROWD)
        if self.is_over or not self._has_begun:
            return None
        return "answer" if rewards == 0 else "another" if rewards == 1 else "crowd"

    @staticmethod
    def hint(step: Step | None) -> Pieces:
        """Return the sentence next to the answers, for the first two steps."""
        return pieces(_SAID[step]) if step is not None and step != "crowd" else []

    def show(self, step: Step) -> None:
        """Draw the Skip button, and the sentence of the last step below the toolbar.

        The page does not move when the guide appears or goes: the last sentence hangs over the
        content, and the first two have reserved space (`style.css`).
        """
        with st.container(horizontal=True, wrap=False, gap="xsmall", key=f"first-{step}"):
            if step == "crowd":
                st.markdown(_SAID[step], width="content")
            st.button(
                "Skip",
                key="skip-first-minute",
                icon=":material/close:",
                type="tertiary",
                on_click=self.skip,
            )
