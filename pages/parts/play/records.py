"""What is written down: the event log, and the last event as JSON and as Python."""

import json

import pandas as pd
import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from engine.evaluation.event_table import latest_rows
from engine.worlds import key_of
from pages.parts.download import as_cells, download_csv
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.snippet import reproduce
from pages.parts.text import note

LATEST = 5_000
"""Events in the table, and at most in the code."""
_NONE_YET = "No event yet. Each answer adds one."


def boxes() -> tuple[ExpanderContainer, ExpanderContainer]:
    """Where `show_log` and `show_code` go."""
    code = "Request, response and code of the last event"
    return (
        st.expander("Event log", icon=":material/list:", key="log", on_change="rerun"),
        st.expander(code, icon=":material/code:", key="code", on_change="rerun"),
    )


def show_log(opened: OpenLoop) -> None:
    """The event log, to filter and to take away."""
    rows = pd.DataFrame(latest_rows(opened.loop, LATEST))
    if rows.empty:
        note(_NONE_YET)
        return
    if len(rows) < len(opened.loop.events):
        note(f"The latest {len(rows):,} events. The whole log is a file on the Data page.")
    filters = (
        ("Actions", "action", [item.id for item in opened.world.items]),
        ("Decided by", "cause", sorted(rows["cause"].unique())),
    )
    for place, (label, column, options) in zip(st.columns(2), filters, strict=True):
        key = f"log-{key_of(opened.world)}-{column}"
        wanted = place.multiselect(label, options, key=key, placeholder="All")
        if wanted:
            rows = rows[rows[column].isin(wanted)]
    st.dataframe(as_cells(rows.iloc[::-1]), hide_index=True, height=320, key="log-table")
    label, name = f"Download {len(rows):,} events as CSV", key_of(opened.world)
    download_csv(label, lambda: rows, key="log-csv", name=f"{name}-seed-{opened.loop.seed}")


def show_code(opened: OpenLoop) -> None:
    """The last event as the service's JSON, and Python that reproduces it."""
    if not opened.loop.events:
        note(_NONE_YET)
        return
    with opened.loop.lock:
        (last,) = latest_rows(opened.loop, 1)
        state = opened.loop.events[str(last["event"])]
        ranked, sent = state.ranked, sum(state.rewards) if state.open else None
        is_short = len(opened.loop.events) <= LATEST
        code = reproduce(opened.loop, opened.world) if is_short else ""
    said = {"POST /rank": ranked.request.to_json(), "201 Created": ranked.answer().to_json()}
    for place, (line, body) in zip(st.columns(2), said.items(), strict=True):
        with place:
            note(line)
            st.code(_text(body), "json", height=300)
    if sent is None:
        note("No reward was sent: the default reward applied.")
    else:
        note(f"POST /events/{ranked.event_id}/reward")
        st.code(_text({"value": sent}), "json")
    if not is_short:
        note(f"The code of more than {LATEST:,} events is left out.")
        return
    note("The same in Python, from the first event on")
    st.code(code, "python", height=340)


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
