"""Presses of Streamlit's own buttons: one that went away with the connection is said to have.

Streamlit sends each press once. What was on its way when the connection broke is gone: the browser
remembers it, and asks once the connection is back whether it has arrived. Buttons that are pressed
later than that are switched off by Streamlit until it is.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import ParamSpec

import streamlit as st

from pages.parts.components import beside, told

P = ParamSpec("P")

BUTTONS = {
    "start": "Play",
    "stop": "Stop",
    "step": "Step",
    "undo": "Undo",
    "redo": "Redo",
    "let-in-10": "Simulate 10",
    "let-in-100": "Simulate 100",
    "let-in-1000": "Simulate 1,000",
    "let-in-all": "To the end",
}
"""What those that are watched are called, by their keys."""
_KEYS = {"start": "p", "stop": "p", "step": "s", "undo": "u", "redo": "y"}
"""Keys of the keyboard that press them."""

_component = st.components.v2.component("playground_lost_presses", js=beside(__file__, "index.js"))


class Buttons:
    """The presses of these buttons in one browser session.

    Attributes:
        session: names who counts: after a restart nobody knows what another has counted.
        taken: how many have arrived.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def counting(self, does: Callable[P, None]) -> Callable[P, None]:
        """What a button does, its press being counted."""

        def press(*args: P.args, **kwargs: P.kwargs) -> None:
            self.taken += 1
            does(*args, **kwargs)

        return press

    def missing(self, told: object, names: Mapping[str, str] = BUTTONS) -> tuple[str, str] | None:
        """A button whose press is not known to have arrived, by its key, and a sentence on it.

        Args:
            told: what was pressed, in which ``session``, and how many were ``taken`` before it, as
                the browser says: which may say anything.
            names: what buttons that are watched are called, by their keys.
        """
        match told:
            case {"pressed": str(key), "session": session, "taken": int(taken)} if key in names:
                if session != self.session:
                    why = f"It is not known whether {names[key]} arrived. Check whether it counted."
                    return key, why
                if self.taken <= taken:
                    why = f"{names[key]} did not arrive: the connection was lost. Press it again."
                    return key, why
        return None


def buttons_here() -> Buttons:
    """Those of the browser session that this script runs for."""
    here: Buttons = st.session_state.setdefault("buttons-pressed", Buttons())
    return here


def watch_presses(
    buttons: Buttons,
    keys: bool,
    lost: Callable[[str, str], None],
    more: Mapping[str, str] | None = None,
    more_keys: Mapping[str, str] | None = None,
) -> None:
    """Have ``lost`` called with what is `Buttons.missing`; ``keys`` press them, too.

    Args:
        more: what other buttons of the page are called, by their keys.
        more_keys: keys of the keyboard that press those.
    """
    names = BUTTONS | dict(more or {})

    def ask() -> None:
        missing = buttons.missing(told("lost-presses", "asked"), names)
        if missing is not None:
            lost(*missing)

    _component(
        key="lost-presses",
        data={
            "buttons": list(names),
            "keys": _KEYS | dict(more_keys or {}) if keys else {},
            "session": buttons.session,
            "taken": buttons.taken,
        },
        height=1,
        on_asked_change=ask,
    )
