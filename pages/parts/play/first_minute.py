"""A first minute for whoever lands on Play: three steps, each a sentence at what it speaks of."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from pages.parts.components.scene_view.parts import Pieces
from pages.parts.text.format import pieces

Step = Literal["answer", "another", "crowd"]

NAME = "first-minute"
"""Under it a browser remembers that it was shown."""
CROWD = 100
"""Visitors with whom it is over."""
_SAID: Mapping[Step, str] = {
    "answer": "**1 of 3** Say how this visitor likes the offer: the engine learns from that one "
    "click.",
    "another": "**2 of 3** Answer once more: the bell of that action moves and becomes narrower.",
    "crowd": "**3 of 3** Now press **Simulate 100**: simulated visitors answer, and the map fills.",
}


class FirstMinute:
    """How far somebody is in it: what the log says, and nothing else.

    Attributes:
        is_wanted: whether it may be shown: to who came to the page itself, by no link.
        is_over: whether they were through once, or skipped it: then it never comes back.
    """

    def __init__(self) -> None:
        self.is_wanted = self.is_over = self._has_begun = False

    def begin(self) -> None:
        """This browser has never shown it."""
        self._has_begun = True

    def skip(self) -> None:
        """Show no more of it."""
        self.is_over = True

    def step(self, rewards: int, visitors: int) -> Step | None:
        """What is to be done next, after so many rewards by so many visitors; None if nothing."""
        self.is_over = self.is_over or (self._has_begun and visitors >= CROWD)
        if self.is_over or not self._has_begun:
            return None
        return "answer" if rewards == 0 else "another" if rewards == 1 else "crowd"

    @staticmethod
    def hint(step: Step | None) -> Pieces:
        """What is said beside the answers, of which the first two steps speak."""
        return pieces(_SAID[step]) if step is not None and step != "crowd" else []

    def show(self, step: Step) -> None:
        """How to skip all of it, and the sentence of the last step, which is about the toolbar.

        Nothing moves when it comes or goes: the last one hangs under the toolbar, over what is
        there, and the others have a place of their own beside the answers (`style.css`).
        """
        with st.container(horizontal=True, wrap=False, gap="xsmall", key=f"first-{step}"):
            if step == "crowd":
                st.markdown(_SAID[step], width="content")
            st.button("Skip", key="skip-first-minute", type="tertiary", on_click=self.skip)
