"""What can be set on the Evaluate page."""

import streamlit as st

from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import LOG, EvaluateSetup
from pages.parts.toolbar import settings


def choose_log(session: EvaluateSession, setup: EvaluateSetup) -> None:
    """Whose log is asked, and whether the truth is shown."""
    with st.container(horizontal=True, vertical_alignment="center", key="asked"):
        offered = LOG.offered
        if session.loop is None and setup.log != "play":
            offered = {key: name for key, name in offered.items() if key != "play"}
        elif session.loop is None:
            offered = {"play": offered["ready"], "file": offered["file"]}
        setup.draw("log", options=offered, label_visibility="collapsed")
        if session.found is not None and session.found.truths:
            setup.draw("truth")


def choose_settings(setup: EvaluateSetup) -> None:
    """How the log is asked, and what a ready-made one is of."""
    with settings():
        setup.draw("estimator", "visitors", "seed", "guess")
