"""Keyboard keys that trigger callbacks regardless of focus, except while typing.

Streamlit's shortcuts need a visible button, with one key each; presentation clickers send other
keys, and the stage has no buttons.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.components import component_value, folder_text

_component = st.components.v2.component("playground_keys", js=folder_text(__file__, "index.js"))


def hear(
    key: str,
    keys: Mapping[str, str],
    screen: str,
    does: Callable[[str], None],
    taps: tuple[str, str] | None = None,
) -> None:
    """Call ``does`` with the meaning of a pressed key; keys have the browser's names.

    On the stage, the browser also reports counted hands, and a press waits until the screen of the
    press before it is drawn: see `stage_front`.

    Args:
        key: name of the listener.
        screen: name of the displayed screen; keys pressed on another screen are ignored.
        taps: meanings of a tap on the left third of the page, and on the rest; on the stage only.
    """

    def heard() -> None:
        st.session_state[_turn_of(key)] = turns(key) + 1
        match component_value(key, "pressed"):
            case {"means": str(means), "shown": str(seen)} if seen == screen:
                if means in {*keys.values(), *(taps or ())}:
                    does(means)

    _component(
        key=key,
        data={"keys": dict(keys), "shown": screen, "taps": taps, "turn": taps and turns(key)},
        height=1,
        on_pressed_change=heard,
    )


def turns(key: str) -> int:
    """Return the number of presses that a listener has reported in this session."""
    number: int = st.session_state.get(_turn_of(key), 0)
    return number


def _turn_of(key: str) -> str:
    return f"turns-{key}"
