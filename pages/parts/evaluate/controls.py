"""Controls of the Evaluate page."""

import streamlit as st

from pages.parts.components.browser_id import owner
from pages.parts.evaluate.page_settings import LOG, EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import names_of
from pages.parts.settings.loop_library_access import loops_of
from pages.parts.settings.page_settings_base import keep_values
from pages.parts.text.format import distinct_names


def choose_log(session: EvaluateSession, setup: EvaluateSetup) -> None:
    """Draw the choices of the tab, the log, the truth, and the target of the headline."""
    with st.container(horizontal=True, vertical_alignment="center", key="asked"):
        setup.draw("tab", label_visibility="collapsed", on_change=keep_values)
        offered = LOG.offered
        if session.loop is None and setup.log != "play":
            offered = {key: name for key, name in offered.items() if key != "play"}
        elif session.loop is None:
            offered = {"play": offered["ready"], "file": offered["file"]}
        setup.draw("log", options=offered, label_visibility="collapsed")
        has_truth = setup.tab in ("if", "better") and not session.hides
        result = session.result if has_truth else None
        if result is not None and result.truths:
            setup.draw("truth")
        if result is not None and setup.tab == "if":
            names = names_of(result, setup)
            offered = {key: name for key, name in names.items() if key != "online"}
            targets = EvaluateSetup.declared()["about"].offered | offered
            targets.setdefault(setup.about, setup.about)
            more = {"label_visibility": "collapsed", "width": 250, "on_change": keep_values}
            setup.draw("about", options=targets, **more)


def choose_settings(setup: EvaluateSetup) -> None:
    """Draw the estimator, the simulated log's parameters and further settings to evaluate."""
    setup.draw("estimator", "visitors", "seed", "guess", "times")
    if setup.log != "file":
        loops = EvaluateSetup.declared()["settings"].offered | distinct_names(loops_of(owner()))
        loops.setdefault(setup.settings, "The session in the link")
        setup.draw("settings", options=loops)
