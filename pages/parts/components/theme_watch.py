"""Light or dark: the charts follow when the system, or the person, changes it meanwhile.

Streamlit repaints its own parts alone; the colours of charts are drawn by the script, which
the browser therefore has run anew.
"""

import streamlit as st

EVERY = 500
"""Milliseconds between two looks at the colour of the background."""

_SCRIPT = """
const looks = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const element = parentElement.host ?? parentElement;
    const background = () => getComputedStyle(element).getPropertyValue("--st-background-color");
    const look = looks.get(parentElement) ?? { seen: background() };
    look.tell = () => setTriggerValue("changed", look.seen);
    if (!looks.has(parentElement)) {
        looks.set(parentElement, look);
        look.timer = setInterval(() => {
            const now = background();
            if (now === look.seen) return;
            look.seen = now;
            look.tell();
        }, data.every);
    }
    return () => {
        clearInterval(look.timer);
        looks.delete(parentElement);
    };
}
"""
_component = st.components.v2.component("playground_scheme", js=_SCRIPT)


def follow_scheme() -> None:
    """Have the page drawn anew when the background's colour has changed."""
    _component(key="scheme", data={"every": EVERY}, height=1, on_changed_change=lambda: None)
