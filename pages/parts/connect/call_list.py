"""List of the calls as they arrive, and the test calls."""

import json

import streamlit as st

from engine.store import StoredLoop
from pages.parts.connect import wording
from pages.parts.connect.loop_and_keys import local_zone
from pages.parts.connect.server_address import OwnServer
from pages.parts.connect.session import ConnectSession
from pages.parts.connect.simulated_calls import CALLS
from pages.parts.text.format import note, plain, section
from pages.parts.work.recent_calls import MAX_CALLS, RecentCall, recent_calls

LISTED = 12
"""Calls on the page, the latest; opened ones stay for longer."""


def show_calls(session: ConnectSession, stored: StoredLoop) -> None:
    """Draw the latest calls of a loop, newest first."""
    calls = _listed(stored)
    total = recent_calls().total(stored.id)
    with st.container(horizontal=True, vertical_alignment="top", key="connect-calls-head"):
        section("Calls")
        _show_button(session, stored)
    _show_result(session, stored)
    if not calls:
        has_key = bool(session.any_key(stored.id))
        st.info(
            wording.NO_CALLS_WITH_KEY if has_key else wording.NO_CALLS, icon=":material/hearing:"
        )
        return
    note(wording.came(total, min(len(calls), LISTED)))
    zone = local_zone()
    with stored.lock:
        events = {call.event_id: stored.loop.events.get(call.event_id) for call in calls}
        lines = [wording.line_of(call, events[call.event_id], zone) for call in calls]
    with st.container(gap="xsmall", key="connect-calls"):
        for call, line in zip(calls, lines, strict=True):
            _show_call(call, line)


def _listed(stored: StoredLoop) -> list[RecentCall]:
    latest = recent_calls().latest(stored.id, MAX_CALLS)
    opened = [call for call in latest[LISTED:] if st.session_state.get(_key(call))]
    return [*latest[:LISTED], *opened]


def _key(call: RecentCall) -> str:
    return f"connect-call-{call.number}"


def _show_button(session: ConnectSession, stored: StoredLoop) -> None:
    job, has_key = session.sent(stored.id), bool(session.any_key(stored.id))
    st.button(
        f"Send {CALLS} test calls",
        key="connect-send",
        icon=":material/send:",
        type="primary" if has_key else "secondary",
        on_click=lambda: session.send(stored, OwnServer.here()),
        disabled=not has_key or (job is not None and not job.done()),
        help=wording.SEND_HELP if has_key else wording.NEEDS_KEY,
    )


def _show_result(session: ConnectSession, stored: StoredLoop) -> None:
    job = session.sent(stored.id)
    if job is None or job.cancelled():
        return
    if not job.done():
        st.progress(job.progress, f"{round(job.progress * CALLS)} of {CALLS} test calls answered")
        return
    st.markdown(f"**Test calls:** {wording.sent(job.result())}")


def _show_call(call: RecentCall, line: str) -> None:
    box = st.expander(line, key=_key(call), on_change="rerun")
    if not box.open:
        return
    with box:
        for title, text in ((call.address, call.request), (str(call.status), call.answer)):
            note(plain(title))
            if text:
                st.code(readable(text), "json", wrap_lines=True)


def readable(text: bytes) -> str:
    """Return JSON with an action per line; text that was cut off, or is no JSON, as it is."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return text.decode(errors="replace")
    if not isinstance(parts, dict):
        return _json(parts)
    lines = [f"  {_json(name)}: {_value(value)}" for name, value in parts.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _value(value: object) -> str:
    if not isinstance(value, list) or len(value) < 2:
        return _json(value)
    return "[\n" + ",\n".join(f"    {_json(each)}" for each in value) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
