"""Event log as a table, and the last event as JSON and Python."""

import json
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from engine.evaluation.event_rows import latest_rows
from engine.worlds import key_of
from pages.parts.components.download import download_rows
from pages.parts.components.glossary_popover import lead_to_use
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.reproduction_script import reproduce
from pages.parts.play.stage_wording import single
from pages.parts.play.why_links import link_to_why
from pages.parts.play.why_subject import WhyQuery, event_of
from pages.parts.scene.table import show_rows
from pages.parts.text.format import note, plain
from pages.parts.text.pages_folder import PAGES

_EVALUATE = PAGES / "evaluate.py"
LATEST = 5_000
"""Maximum number of events in the table, and in the code."""
_NUMBER = "log-visitor"
_NONE_YET = "No events yet. Each answer adds one."


def show_log(opened: OpenLoop) -> None:
    """Draw the event log with filters and downloads."""
    rows = pd.DataFrame(latest_rows(opened.loop, LATEST))
    if rows.empty:
        note(_NONE_YET)
        return
    if len(rows) < len(opened.loop.events):
        note(f"The latest {len(rows):,} events. The whole log can be exported on the Data page.")
    if opened.world.unit:
        note(f"Rewards are shares of the highest price: 1 is {plain(single(opened.world, 1.0))}.")
    names = {item.id: item.name for item in opened.world.items}
    filters = (
        ("Actions", "action", list(names)),
        ("Decided by", "cause", sorted(rows["cause"].unique())),
    )
    for place, (label, column, options) in zip(st.columns(2), filters, strict=True):
        key = f"log-{key_of(opened.world)}-{column}"
        wanted = place.multiselect(
            label,
            options,
            key=key,
            placeholder="All",
            format_func=lambda value: names.get(value, value),
        )
        if wanted:
            rows = rows[rows[column].isin(wanted)]
    _ask_why(opened, rows.iloc[::-1], names)
    label, name = f"Download {len(rows):,} events as CSV", key_of(opened.world)
    download_rows(label, lambda: rows, key="log-csv", name=f"{name}-seed-{opened.loop.seed}")
    st.page_link(
        _EVALUATE,
        label="Evaluate this log: what would each action have earned if everyone had got it?",
        icon=":material/fact_check:",
        query_params={"world": key_of(opened.home)},
    )


def _ask_why(opened: OpenLoop, rows: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Draw the table, newest first, with action names, and a link that explains an offer.

    The offer is that of a selected row, or of a typed visitor number.
    """
    # The key depends on the length: a new event would shift the selection to another row.
    key = f"log-table-{len(rows)}-{len(opened.loop.events)}"
    state = show_rows(
        rows.replace(dict.fromkeys(("action", "chosen"), names)),
        height=320,
        key=key,
        on_select=partial(_forget_number, key),
        selection_mode="single-row",
    )
    chosen = [rows.iloc[at] for at in state["selection"]["rows"] if at < len(rows)]
    come = len(opened.loop.events)
    with st.container(horizontal=True, vertical_alignment="center", key="log-why"):
        number = st.number_input(
            "Visitor number",
            1,
            max(come, 1),
            value=None,
            key=_NUMBER,
            placeholder=f"1 to {come:,}",
            width=170,
            label_visibility="collapsed",
        )
        if number is not None:
            chosen = [row for _, row in rows[rows["number"] == number].iterrows()]
        if chosen:
            row = chosen[0]
            offered = plain(names.get(row["action"], row["action"]))
            label = f"Why was visitor {row['number']:,} offered {offered}?"
            link_to_why(label, opened, WhyQuery(event=str(row["event"])))
            if row["status"] == "deferred":
                _show_activation(opened, str(row["event"]))
        elif number is not None:
            link_to_why(f"Why was visitor {number:,} offered that?", opened, _of(opened, number))
        else:
            note("Select a row, or type a visitor number, to see why that action was offered.")


def _show_activation(opened: OpenLoop, event: str) -> None:
    """Draw the button that activates a deferred offer, as its application would."""
    st.button(
        "Activate: it was displayed",
        key="log-activate",
        icon=":material/visibility:",
        on_click=_activate,
        args=(opened, event),
    )


def _activate(opened: OpenLoop, event: str) -> None:
    opened.stored.take_activation(event)


def _forget_number(table: str) -> None:
    """Clear the typed number once a row is selected."""
    if st.session_state[table]["selection"]["rows"]:
        st.session_state[_NUMBER] = None


def _of(opened: OpenLoop, number: int) -> WhyQuery:
    """Return the query for a visitor outside the table."""
    return WhyQuery(event=event_of(opened.loop, number))


def show_code(opened: OpenLoop) -> None:
    """Draw the last event as the service's JSON, and Python code that reproduces it."""
    if not opened.loop.events:
        note(_NONE_YET)
        return
    with opened.loop.lock:
        (last,) = latest_rows(opened.loop, 1)
        state = opened.loop.events[str(last["event"])]
        ranked, sent = state.ranked, sum(state.rewards) if state.open else None
        is_short = len(opened.loop.events) <= LATEST
        code = reproduce(opened.loop, opened.home) if is_short else ""
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
    lead_to_use("What should a reward be?")
    if not is_short:
        note(f"Code for more than {LATEST:,} events is left out.")
        return
    note("The same in Python, from the first event")
    st.code(code, "python", height=340)


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
