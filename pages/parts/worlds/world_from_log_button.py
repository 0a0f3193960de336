"""Estimation of a world from the log open on Evaluate, as a simulation of the log."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from engine import PersonalizerError
from engine.evaluation.world_from_log import EstimatedWorld, estimate_steps
from pages.parts.evaluate.evaluation_logs import EvaluationLog
from pages.parts.scene.table import show_rows
from pages.parts.settings.page_settings_base import say_refused
from pages.parts.text.format import distinct_names, note, plain
from pages.parts.text.pages_folder import PAGES
from pages.parts.work.frame_scheduler import result_of
from pages.parts.worlds.session import WorldsSession

_PAGE = PAGES / "worlds.py"
_MADE, _ASKED = "world-of-log", "make-world-of-log"


def offer_world_from_log(log: EvaluationLog) -> None:
    """Draw the button that estimates a world from a log."""
    st.button(
        "Make a world from this log",
        key=_ASKED,
        icon=":material/public:",
        on_click=partial(_make, log),
        help="Fields, values, frequencies, and what each action earned for whom: a "
        "simulation of the log to play, compare and race.",
    )


def open_new_world() -> None:
    """Switch to the Worlds page if a world has just been estimated."""
    if _MADE in st.session_state:
        st.switch_page(_PAGE)


def _make(log: EvaluationLog) -> None:
    items = log.world.items if log.world else ()
    title = f"{log.world.title}, simulated"[:40] if log.world else "My log"
    unit = log.world.unit if log.world else ""
    bounds = log.bounds or (0.0, 1.0)
    work = estimate_steps([log.decisions], title, items=items, bounds=bounds, unit=unit)
    try:
        st.session_state[_MADE] = result_of(work)
    except PersonalizerError as error:
        say_refused(error.message)


def adopt_new_world(session: WorldsSession) -> None:
    """Open the estimated world for editing, if there is one."""
    made: EstimatedWorld | None = st.session_state.pop(_MADE, None)
    if made is not None:
        session.begin(made.world, made)


def _how_fields_come(made: EstimatedWorld) -> str:
    if made.world.together:
        return "Correlations between fields are kept."
    if len(made.world.fields) < 2:
        return ""
    return "Fields are independent: their correlations in the log are within chance."


def show_event_counts(session: WorldsSession) -> None:
    """State that the world simulates a log, and list the number of events behind each estimate."""
    made = session.origin.estimated
    if made is None:
        return
    least, most = int(made.events.min()), int(made.events.max())
    st.info(
        f"This is a simulation of a log of {made.visitors:,} events, not the truth. "
        f"Each expected reward is based on {least:,} to {most:,} events; where "
        f"there were few, it borrows from the others. {_how_fields_come(made)}",
        icon=":material/science:",
    )
    with st.expander("Events behind each expected reward", key="events-of-log"):
        world = made.world
        contexts = pd.DataFrame([dict(context) for context in world.contexts])
        actions = distinct_names({item.id: item.name for item in world.items})
        names = [f"{name}, events" for name in actions.values()]
        counts = pd.DataFrame(np.asarray(made.events), columns=names)
        rows = pd.concat([contexts, counts], axis=1)
        show_rows(rows, key="log-events")
        for column, why in made.left_out.items():
            note(plain(f"{column} is not used as a field: {why}"))
