"""Evaluate: off-policy estimates of each action and policy from a log.

A row chooses the tab and the log; only the tab in view computes. What if: headline, and the
estimated reward of each action and policy. Better?: a difference. Reliable?: checks of the log,
estimates over the log, coverage. Settings: trials.
"""

from functools import partial

import streamlit as st

from pages.parts.components.glossary_popover import words_of
from pages.parts.components.more_menu import more, share
from pages.parts.components.stage_button import show_stage_entry
from pages.parts.components.toolbar import choose_world, toolbar, tools
from pages.parts.evaluate import (
    controls,
    difference,
    interval_coverage,
    log_file_form,
    page_layout,
    rule,
    running_estimates,
    settings_trials_panel,
)
from pages.parts.evaluate.address import (
    WATCHED,
    loop_in_link,
    name_tab,
    open_loop,
    this_log,
    watched_in_link,
)
from pages.parts.evaluate.interval_coverage_runs import CoverageRuns
from pages.parts.evaluate.page_content import QUESTION, report, scene_of
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.settings_trials import Tuning
from pages.parts.evaluate.wording import about_log, introduction
from pages.parts.scene.part_types import FigureStyle, Scene
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import bare, question
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.session_singletons import session_of
from pages.parts.worlds import world_from_log_button

world_from_log_button.open_new_world()
name_tab()
is_new = open_link(EvaluateSetup)
stored = open_loop(is_new)

with toolbar():
    setup = current_setup(EvaluateSetup)
    choose_world(setup)
    with tools():
        session = session_of(EvaluateSession, lambda: EvaluateSession(setup))
        session.adopt(setup, stored)
        if is_new:
            session.coverage_runs.prepare(setup, watched_in_link())
        # Noted before it is drawn: the work may end in between, which the next frame has to see.
        session.drawn = session.page_state
        reported = partial(report, session, bare(about_log(session)))
        more(
            lambda: controls.choose_settings(setup),
            lambda: share(setup, this_log(session, st.context.url or ""), report_of=reported),
            show_stage_entry,
        )

question(
    QUESTION,
    introduction(session),
    "" if session.asks_loop or setup.log == "file" else f"Random seed {setup.seed}",
    partial(words_of, "evaluate"),
)


@frame
def draw_frame(session: EvaluateSession) -> None:
    """Draw a frame of the tab in view."""
    world_from_log_button.open_new_world()
    session.adopt(current_setup(EvaluateSetup), session.stored)
    watched = session.coverage_runs.in_link(session.setup)
    write_link(session.setup, loop=loop_in_link(session), **{WATCHED: watched})
    controls.choose_log(session, session.setup)
    if session.page_state != session.drawn:
        st.rerun()
    if session.setup.log == "file":
        log_file_form.choose_file(session)
        if session.page_state != session.drawn:
            st.rerun()
    scene = scene_of(session, FigureStyle(is_dark()))
    page_layout.show_failed_checks(session, scene)
    _TABS[session.setup.tab](session, scene)


def _what_if(session: EvaluateSession, scene: Scene) -> None:
    page_layout.show_headline(session, scene)
    page_layout.show_progress(session)
    with st.container(key="evaluate-told"):
        if session.awaits:
            # Streamlit does not reserve space for an empty container.
            st.space()
        elif session.result is not None:
            page_layout.show_forest(session, scene, session.result)
            rule.show_rule(session, session.result)
            world_from_log_button.offer_world_from_log(session.result.log)


def _better(session: EvaluateSession, scene: Scene) -> None:
    page_layout.show_progress(session)
    if session.result is not None:
        difference.show_difference(session, session.result)


def _reliable(session: EvaluateSession, scene: Scene) -> None:
    page_layout.show_progress(session)
    page_layout.show_passed_checks(session)
    if session.result is not None:
        running_estimates.show_running_estimates(session, session.result)


def _settings(session: EvaluateSession, scene: Scene) -> None:
    page_layout.show_progress(session)


_TABS = {"if": _what_if, "better": _better, "reliable": _reliable, "settings": _settings}


@frame
def draw_coverage(runs: CoverageRuns) -> None:
    """Draw a frame of the coverage experiments."""
    if runs.is_live != runs.drawn:
        st.rerun()
    interval_coverage.show(runs, current_setup(EvaluateSetup))


@frame
def draw_tuning(tuning: Tuning) -> None:
    """Draw a frame of the search for settings."""
    if tuning.is_live != tuning.drawn:
        st.rerun()
    settings_trials_panel.show(session)


st.fragment(draw_frame, run_every=session.pace, key="evaluate-interactive")(session)
runs, tuning = session.coverage_runs, session.tuning
if setup.tab == "reliable":
    runs.drawn = runs.is_live
    interval_coverage.choose(runs, setup)
    st.fragment(draw_coverage, run_every=runs.pace, key="evaluate-coverage")(runs)
if setup.tab == "settings":
    settings_trials_panel.choose(session)
    tuning.drawn = tuning.is_live
    st.fragment(draw_tuning, run_every=tuning.pace, key="evaluate-tuning")(tuning)
