"""What stands before the stage and needs no server: a dark screen, and hands that are counted.

B darkens the screen, and any key brings it back. 1 to 9 count a hand each, Backspace takes the
last one back, and the next screen begins anew; how many there are goes to the server with each
step. A line at the foot says how far the talk has come.
"""

from collections.abc import Sequence

import streamlit as st

from pages.parts.components import beside

MOST = 9
"""Answers that hands are counted for."""
_MANY = 10_000
"""Hands for one answer."""

_component = st.components.v2.component(
    "playground_stage",
    css=beside(__file__, "style.css"),
    js=beside(__file__, "index.js"),
    isolate_styles=False,
)


def counted(step: object, screen: str) -> tuple[int, ...]:
    """How many hands there were for each answer of a screen, as a browser tells with a step,
    whatever it says; none where it tells of another screen."""
    match step:
        case {"hands": {"screen": str(name), "counts": [*counts]}} if name == screen:
            if len(counts) <= MOST and all(type(n) is int and 0 <= n <= _MANY for n in counts):
                return tuple(counts)
    return ()


def stand_before(
    answers: Sequence[str], keys: bool, screen: str, way: float, rows: int = 0
) -> None:
    """Stand before a screen.

    Args:
        answers: what hands are counted for, the first ones.
        keys: whether single keys do anything.
        screen: its name; with another one, hands are counted anew.
        way: the share of the talk that is over.
        rows: those of the picture, if each answer has one: hands stand in them then; see `Screen`.
    """
    asked = {"answers": list(answers[:MOST]), "rows": rows}
    shown = asked | {"keys": keys, "screen": screen, "way": way}
    _component(key="front", data=shown, height=1)
