"""Component that draws everything that a click on Play changes: answers, numbers, words, charts.

With Streamlit elements a click would cost ten times as much, and only a script run could change
them. The panels stand in several places of the page and share one script and one scene. A click is
always sent to a route (`pages.parts.play.click_route`), which returns the next scene; the script
requests a run of the page only if more than the scene has changed, or if the route did not count
the click. Charts are drawn by the Vega that Streamlit ships. The style sheet is part of the page
(`pages.parts.shell.first_paint`): here it would be sent with each click.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import streamlit as st

from pages.parts.components import component_value, folder_text
from pages.parts.text.base_path import base_path

ANSWER_PATH = "/playground/answer"
"""Path of the route that takes clicks."""

_component = st.components.v2.component(
    "playground_scene", js=folder_text(__file__, "index.js"), isolate_styles=False
)


def scene_view(
    name: str, message: Mapping[str, object], follow_click: Callable[[object], None]
) -> None:
    """Draw a panel, and send the browser the scene for all panels of the page.

    Args:
        name: of the panel.
        message: scene, as in the answer to a click.
        follow_click: called before a run that the script requested, with the clicks that the route
            has not counted, or with ``{"drawn": True}`` after an answer that is drawn already.
    """
    addresses = {"route": f"{base_path()}{ANSWER_PATH}", "vega": vega()}
    _component(
        key=f"panel-{name}",
        data={"name": name, "scene": message, **addresses},
        on_rerun_change=lambda: follow_click(component_value(f"panel-{name}", "rerun")),
    )


def panel_view(name: str) -> None:
    """Draw another panel of the scene that `scene_view` sends."""
    _component(key=f"panel-{name}", data={"name": name})


@cache
def vega() -> str:
    """Return the address of the script with which Streamlit loads Vega.

    Raises:
        ValueError: if Streamlit has no such script, or several (`test_streamlit_internals`).
    """
    scripts = Path(st.__file__).parent / "static" / "static" / "js"
    (script,) = scripts.glob("loadVegaEmbed.*.js")
    return f"{base_path()}/static/js/{script.name}"
