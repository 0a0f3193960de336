"""Tabs that look at the same loop: each sees what the others do within a second.

The browser asks a route of its own how long the log is, and has the page drawn anew when
it has grown. A fragment that is run every second would cost the server ten times as much.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.routes import LENGTH_PATH, base_path

EVERY = 800
"""Milliseconds between two questions."""

_SCRIPT = """
const watches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const watch = watches.get(parentElement) ?? { told: null };
    Object.assign(watch, { data, tell: value => setTriggerValue("changed", value) });
    if (!watches.has(parentElement)) {
        watches.set(parentElement, watch);
        watch.timer = setInterval(() => look(watch), data.every);
    }
    return () => {
        clearInterval(watch.timer);
        watches.delete(parentElement);
    };
}

async function look(watch) {
    const asked = watch.data;
    if (document.hidden || !asked.loop || asked.live || watch.asking) return;
    watch.asking = true;
    try {
        const answer = await fetch(asked.path + asked.loop, { cache: "no-store" });
        const { length } = answer.ok ? await answer.json() : {};
        const news = length !== undefined && length !== asked.length && length !== watch.told;
        if (news && watch.data === asked) {
            watch.told = length;
            watch.tell(length);
        }
    } catch {
        // The server is away: Streamlit itself says so.
    } finally {
        watch.asking = false;
    }
}
"""
_component = st.components.v2.component("playground_watch", js=_SCRIPT)


def watch_others(loop: str | None, length: int, is_live: bool, changed: Callable[[], None]) -> None:
    """Have this fragment drawn anew when others have done something to its loop.

    Args:
        loop: its id; None while it is not kept.
        length: of the log's history as it is drawn.
        is_live: whether the fragment is drawn all the time anyway.
        changed: is called first when there is something new.
    """
    _component(
        key="watch",
        data={
            "loop": loop,
            "length": length,
            "live": is_live,
            "every": EVERY,
            "path": f"{base_path()}{LENGTH_PATH}",
        },
        height=1,
        on_changed_change=changed,
    )
