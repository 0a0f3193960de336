"""Keys that the server is told of, wherever the focus is, but not where somebody types.

Streamlit's buttons have one key each, and have to be seen; a clicker sends others, and on the
stage there is no button.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.components import beside, told

_component = st.components.v2.component("playground_keys", js=beside(__file__, "index.js"))


def hear(
    key: str,
    keys: Mapping[str, str],
    shown: str,
    does: Callable[[str], None],
    taps: tuple[str, str] | None = None,
) -> None:
    """Hear keys, by the browser's name of each; ``does`` gets what the key that was pressed means.

    The browser tells of hands with it that are counted before the stage: see `stage_front`.

    Args:
        key: names what hears.
        shown: names what the page shows; a key that was pressed while it showed another counts
            for nothing, so that of two quick presses the second cannot skip what nobody has seen.
        taps: what a finger means that taps the left third of the page, and the rest of it.
    """

    def heard() -> None:
        match told(key, "pressed"):
            case {"means": str(means), "shown": str(seen)} if seen == shown:
                if means in {*keys.values(), *(taps or ())}:
                    does(means)

    _component(
        key=key,
        data={"keys": dict(keys), "shown": shown, "taps": taps},
        height=1,
        on_pressed_change=heard,
    )
