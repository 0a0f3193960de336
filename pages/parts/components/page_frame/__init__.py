"""What the frame around each page does in the browser, where Streamlit has no option for it.

The logo has a name; the menu says in which group the page is; what a click did is announced; code
that scrolls can be reached; a phone's menu closes once a page was chosen; what opens over the page
takes the focus and gives it back; a switch that the mouse turned leaves the keys to the page; what
is pasted into a table comes into the cells that it is for; a page whose connection was gone is
drawn anew by whichever server it finds; and what had the focus when it went, or was switched off,
leaves it to what stands in its place.
"""

from collections.abc import Mapping

import streamlit as st

from pages.parts.components import beside

_component = st.components.v2.component("playground_frame", js=beside(__file__, "index.js"))


EVERY = 100
"""Milliseconds from one look at the logo and the focus to the next."""


def mind_the_frame(groups: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Draw the component, the same on every page.

    Args:
        groups: the menu group of each page that is in one, by the page's name in its address.
        titles: tooltips of popovers in the toolbar, by their keys; by default a popover's label.
    """
    data = {"every": EVERY, "groups": dict(groups), "titles": dict(titles)}
    _component(key="frame", data=data, height=1, on_back_change=lambda: None)
