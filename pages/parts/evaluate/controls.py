"""Controls of the Evaluate page."""

from collections.abc import Callable

import streamlit as st

from pages.parts.components.browser_id import owner
from pages.parts.evaluate.page_settings import LOG, EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import names_of
from pages.parts.settings.loop_library_access import loops_of
from pages.parts.text.format import distinct_names


def choose_log(session: EvaluateSession, setup: EvaluateSetup, beside: Callable[[], None]) -> None:
    """Draw the choices of the log, the truth and the target of the headline.

    Args:
        beside: draws a further element at the end of the row.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="asked"):
        offered = LOG.offered
        if session.loop is None and setup.log != "play":
            offered = {key: name for key, name in offered.items() if key != "play"}
        elif session.loop is None:
            offered = {"play": offered["ready"], "file": offered["file"]}
        setup.draw("log", options=offered, label_visibility="collapsed")
        if session.result is not None and session.result.truths:
            setup.draw("truth")
        if session.result is not None:
            names = names_of(session.result, setup)
            offered = {key: name for key, name in names.items() if key != "online"}
            targets = EvaluateSetup.declared()["about"].offered | offered
            targets.setdefault(setup.about, setup.about)
            setup.draw("about", options=targets, label_visibility="collapsed", width=250)
        beside()


def choose_settings(setup: EvaluateSetup) -> None:
    """Draw the estimator, the simulated log's parameters and further settings to evaluate."""
    setup.draw("estimator", "visitors", "seed", "guess")
    if setup.log != "file":
        loops = EvaluateSetup.declared()["settings"].offered | distinct_names(loops_of(owner()))
        loops.setdefault(setup.settings, "The session in the link")
        setup.draw("settings", options=loops)
