"""Tabs that look at the same loop: each sees what the others do within a second.

The browser asks a route of its own how long the log is, and has the page drawn anew when
it has grown. A fragment that is run every second would cost the server ten times as much.
"""

import asyncio
import contextlib
from collections.abc import Callable

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.store import StoreError
from pages.parts.keeping import position_of

EVERY = 800
"""Milliseconds between two questions."""
_PATH = "/playground/length/"

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


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


async def _length(request: Request) -> Response:
    """How many entries a loop's log has; whoever knows its id may ask."""
    with contextlib.suppress(StoreError):
        length = await asyncio.to_thread(position_of, request.path_params["loop"])
        return JSONResponse({"length": length})
    return JSONResponse({}, status_code=404)


ROUTES = [Route(f"{_base()}{_PATH}{{loop}}", _length)]


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
            "path": f"{_base()}{_PATH}",
        },
        height=1,
        on_changed_change=changed,
    )
