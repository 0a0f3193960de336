"""Detection of button presses that were lost with the connection.

Streamlit sends each press once, so a press in transit is lost when the connection breaks. The
browser remembers it, and asks after reconnecting whether it has arrived. Streamlit disables buttons
while disconnected.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import ParamSpec

import streamlit as st

from pages.parts.components import component_value, folder_text

P = ParamSpec("P")

RUN_KEY = "run-key"
"""Name of the listener to the key of *Run*, whose button is in a menu."""
BUTTONS = {
    "start": "Run",
    RUN_KEY: "Run",
    "stop": "Stop",
    "step": "Step",
    "undo": "Undo",
    "redo": "Redo",
    "let-in-10": "Simulate 10",
    "let-in-100": "Simulate 100",
    "let-in-1000": "Simulate 1,000",
    "let-in-10000": "Simulate 10,000",
    "let-in-all": "To the end",
}
"""Names of the watched buttons, by key."""
_KEYS = {RUN_KEY: "p", "stop": "p", "step": "s", "undo": "u", "redo": "y"}
"""Shortcut keys of the buttons."""

_component = st.components.v2.component(
    "playground_lost_presses", js=folder_text(__file__, "index.js")
)


class Buttons:
    """Counter of button presses in one browser session.

    Attributes:
        session: random name of the counter: after a restart, counts of an earlier one are unknown.
        taken: number of presses that arrived.
    """

    def __init__(self) -> None:
        self.session = secrets.token_hex(8)
        self.taken = 0

    def counting(self, does: Callable[P, None]) -> Callable[P, None]:
        """Return a callback that also counts the press."""

        def press(*args: P.args, **kwargs: P.kwargs) -> None:
            self.taken += 1
            does(*args, **kwargs)

        return press

    def missing(self, report: object, names: Mapping[str, str] = BUTTONS) -> tuple[str, str] | None:
        """Return the key of a button whose press may be lost, and a sentence; None if it arrived.

        Args:
            report: the browser's report, perhaps malformed: key of the pressed button, its
                ``session``, and the number ``taken`` before.
            names: names of the watched buttons, by key.
        """
        match report:
            case {"pressed": str(key), "session": session, "taken": int(taken)} if key in names:
                if session != self.session:
                    why = f"It is not known whether {names[key]} arrived. Check whether it counted."
                    return key, why
                if self.taken <= taken:
                    why = f"{names[key]} did not arrive: the connection was lost. Press it again."
                    return key, why
        return None


def buttons_here() -> Buttons:
    """Return the counter of the browser session that this script runs for."""
    here: Buttons = st.session_state.setdefault("buttons-pressed", Buttons())
    return here


def watch_presses(
    buttons: Buttons,
    keys: bool,
    lost: Callable[[str, str], None],
    more: Mapping[str, str] | None = None,
    more_keys: Mapping[str, str] | None = None,
) -> None:
    """Call ``lost`` with each result of `Buttons.missing`; also bind shortcut keys if ``keys``.

    Args:
        more: names of further buttons on the page, by key.
        more_keys: shortcut keys of further buttons.
    """
    names = BUTTONS | dict(more or {})

    def ask() -> None:
        missing = buttons.missing(component_value("lost-presses", "asked"), names)
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
