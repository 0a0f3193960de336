"""Browser behaviour of the frame around each page, where Streamlit has no option.

The logo has a name; the menu marks the group of the page; effects of clicks are announced;
scrollable code can be focused; a phone's menu closes after a choice; popovers take the focus and
return it; a switch turned by mouse leaves the keys to the page; content pasted into a table goes
into the intended cells; after a lost connection the page is redrawn by any server; and a removed or
disabled element passes the focus to its replacement.
"""

from collections.abc import Mapping

import streamlit as st

from pages.parts.components import folder_text

_component = st.components.v2.component("playground_frame", js=folder_text(__file__, "index.js"))


EVERY = 100
"""Milliseconds between checks of logo and focus."""


def mind_the_frame(groups: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Draw the component, identical on every page.

    Args:
        groups: menu group of each page in a group, by the page's name in its address.
        titles: tooltips of popovers in the toolbar, by key; by default a popover's label.
    """
    data = {"every": EVERY, "groups": dict(groups), "titles": dict(titles)}
    _component(key="frame", data=data, height=1, on_back_change=lambda: None)
