"""Overlay of the stage without a server: a dark screen, and counted hands.

B darkens the screen, and any key brings it back. 1 to 9 count a hand each, Backspace removes the
last, and the next screen starts anew; counts are sent with each step, and stay in sight on the next
screen if it has none of its own. A line at the foot shows the progress of the talk.
"""

from collections.abc import Sequence

import streamlit as st

from pages.parts.components import folder_text

MOST = 9
"""Maximum number of answers with counted hands."""
_MANY = 10_000
"""Maximum number of hands for one answer."""

_component = st.components.v2.component(
    "playground_stage",
    css=folder_text(__file__, "style.css"),
    js=folder_text(__file__, "index.js"),
    isolate_styles=False,
)


def counted(step: object, screen: str) -> tuple[int, ...]:
    """Return the hands per answer in a browser's report; empty if malformed or about another
    screen."""
    match step:
        case {"hands": {"screen": str(name), "counts": [*counts]}} if name == screen:
            if len(counts) <= MOST and all(type(n) is int and 0 <= n <= _MANY for n in counts):
                return tuple(counts)
    return ()


def draw_overlay(
    answers: Sequence[str], keys: bool, screen: str, way: float, turn: int, rows: int = 0
) -> None:
    """Draw the overlay of a screen, after its picture.

    Args:
        answers: answers with counted hands, the first ones.
        keys: True if single keys are active.
        screen: name of the screen; another name resets the counts.
        way: progress of the talk, from 0 to 1.
        turn: number of presses whose screens are drawn, for presses that wait (`stage_keys`).
        rows: rows of the picture if each answer has one, for the counts; else 0. See `Screen`.
    """
    hands = {"answers": list(answers[:MOST]), "rows": rows}
    data = hands | {"keys": keys, "screen": screen, "way": way, "turn": turn}
    _component(key="front", data=data, height=1)
