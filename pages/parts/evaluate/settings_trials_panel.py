"""Trials of other settings: half of the log chooses the best, the other half judges them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import streamlit as st

from engine.evaluation.estimators import Interval
from engine.evaluation.settings_tuning import CandidateResult, Optimisation
from engine.loop.learning_loop import LearningLoop
from pages.parts.components.download import download_rows
from pages.parts.components.file_faults import show_faults
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.settings_trials import SettingsTrial, Tuning
from pages.parts.evaluate.wording import markdown, measured
from pages.parts.play.session import PlaySession
from pages.parts.scene.table import show_rows
from pages.parts.settings.page_settings_base import show as show_widget
from pages.parts.text.format import note, plain, section
from pages.parts.text.glossary import explained
from pages.parts.text.reward_scale import RewardScale
from pages.parts.work.session_singletons import existing

_SHOWN = 8
"""Number of settings in the table, the best of all tried."""
_AUTO = "evaluate-auto"
_EVERY = 200
"""Visitors between two automatic trials."""
_AUTO_HELP = (
    f"While this is in view: whenever your session has {_EVERY:,} more visitors, settings "
    "are tried. The best is applied if its mean and its lower bound both exceed the "
    "session's."
)
_STORY = (
    "A dozen settings learn from the log event by event, as if they had served it. "
    "The first half of the log selects the best; the second half tests it, because "
    "luck does not repeat."
)
_HALVES = "Compare settings within one half: the halves also differ in what had been learned."


def choose(session: EvaluateSession) -> None:
    """Draw the buttons to start and stop the trial, and the switch *Auto-optimise*."""
    tuning, log = session.tuning, session.log
    section("Would other settings have earned more?")
    if (log is None or log.loop is not None) and _last_trial(session) is None:
        note(_STORY)
    if log is None:
        return  # The log is being made.
    if log.loop is None:
        note("A file holds decisions, but no session with settings to vary.")
        return
    play = _owner(session)
    with st.container(horizontal=True, vertical_alignment="center", key="tune"):
        if play is not None:
            _choose_auto(tuning, log.loop)
            if tuning.auto is log.loop:
                _go_on(session, play, log.loop)
        if tuning.is_live:
            st.button("Stop", key="stop-tuning", icon=":material/stop:", on_click=tuning.stop)
        else:
            start = partial(_start, session, log.loop)
            st.button(
                "Try them",
                key="start-tuning",
                type="primary",
                icon=":material/tune:",
                on_click=start,
            )


def _choose_auto(tuning: Tuning, loop: LearningLoop) -> None:
    """Draw the switch *Auto-optimise* of a loop; its state survives visits to other pages."""

    def switch() -> None:
        tuning.auto = loop if st.session_state[_AUTO] else None

    show_widget(_AUTO, tuning.auto is loop)
    st.toggle("Auto-optimise", key=_AUTO, on_change=switch, help=_AUTO_HELP)


def _start(session: EvaluateSession, loop: LearningLoop) -> None:
    stored = session.loop if session.asks_loop else None
    session.tuning.start(loop, stored.lock if stored else None)


def _owner(session: EvaluateSession) -> PlaySession | None:
    """Play's session if it may change the loop whose log is evaluated, else None."""
    play = existing(PlaySession)
    is_there = play is not None and session.asks_loop and play.open.stored is session.stored
    return play if play is not None and is_there and play.may_change else None


def _go_on(session: EvaluateSession, play: PlaySession, loop: LearningLoop) -> None:
    """Apply the best settings if they may be applied; start again after `_EVERY` visitors."""
    tuning, log = session.tuning, session.log
    last = tuning.last_of(loop)
    if tuning.is_live or log is None:
        return
    if last is not None and last.may_apply and not last.is_applied:
        _apply(play, tuning, last)
    elif len(log.decisions) - (last.events if last else 0) >= _EVERY:
        _start(session, loop)


def show(session: EvaluateSession) -> None:
    """Draw the progress of a trial under way, and the results of the last one."""
    tuning, log = session.tuning, session.log
    if tuning.is_live:
        st.progress(tuning.share, "Trying settings on the log, event by event")
    show_faults(tuning.refused)
    trial = _last_trial(session)
    if trial is None:
        return
    scale = log.scale if log is not None else RewardScale()
    verdict, rows = _verdict(trial.optimisation, scale), list(_rows(trial.optimisation, scale))
    settings = " ".join(str(row["Setting"]) for row in rows)
    with st.container(key="evaluate-verdict"):
        st.markdown(verdict, help=explained(f"{verdict} {settings}"))
    _offer(session, trial)
    show_rows(rows, key="tried")
    note(f"{_STORY} {_HALVES}")
    name = f"settings-{session.setup.world}-seed-{session.setup.seed}"
    figures = partial(_figures, trial.optimisation)
    download_rows("Download as CSV", lambda: list(figures()), key="tried-csv", name=name)
    trials = [other for other in tuning.trials if other.of is trial.of]
    if len(trials) > 1 or trial.is_applied or tuning.auto is trial.of:
        note("Each trial:")
        show_rows(trial_rows(trials, scale), key="runs")


def _last_trial(session: EvaluateSession) -> SettingsTrial | None:
    log = session.log
    return session.tuning.last_of(log.loop) if log is not None and log.loop is not None else None


def trial_rows(
    trials: Sequence[SettingsTrial], scale: RewardScale
) -> Sequence[Mapping[str, object]]:
    """Table of all trials; of those applied, at most the latest is still in force."""
    applied = [trial for trial in trials if trial.is_applied]
    in_force = applied[-1] if applied and applied[-1].is_in_force else None
    return [_trial_row(trial, trial is in_force, scale) for trial in trials]


def _trial_row(trial: SettingsTrial, is_in_force: bool, scale: RewardScale) -> Mapping[str, object]:
    return {
        "After visitors": trial.events,
        "Best": trial.optimisation.best.candidate.key,
        "Test half": measured(scale, trial.optimisation.best.judged),
        "Actual offers": measured(scale, trial.optimisation.online),
        "Applied": "yes" if is_in_force else "no longer" if trial.is_applied else "no",
    }


def _verdict(optimisation: Optimisation, scale: RewardScale) -> str:
    """Sentence on the best settings, by the half that judges; Markdown."""
    best, earned = optimisation.best, markdown(scale, measured(scale, optimisation.online))
    judged = markdown(scale, measured(scale, best.judged))
    per = scale.per if scale.is_money else ""
    return (
        f"**{_name(best)} looked best on the selection half. On the test half it would "
        f"earn {judged}{per}; the actual offers earned {earned} there.**"
    )


def _offer(session: EvaluateSession, trial: SettingsTrial) -> None:
    """Draw the button that applies the best settings, or the reason why there is none."""
    play = _owner(session)
    if trial.is_in_force:
        note("It is applied: the session on Play continues with it. Undo, on Play, reverts it.")
        return
    if trial.is_applied:
        note("It was applied, and later reverted or changed.")
    if not trial.optimisation.may_apply:
        note(
            "That is not enough to apply it: its mean and its lower bound would both "
            "have to exceed the session's, as in Azure Personalizer."
        )
    elif not trial.may_apply:
        note("The settings of the session have changed: try again.")
    elif play is None:
        note("Only a session of your own that is open on Play could be changed to these settings.")
    else:
        st.button(
            "Apply it to the session",
            key="apply",
            icon=":material/check:",
            on_click=partial(_apply, play, session.tuning, trial),
        )


def _apply(play: PlaySession, tuning: Tuning, trial: SettingsTrial) -> None:
    """Set the best settings on the loop; Play shows a refusal, and the settings in force."""
    with play.lock, play.reporting("settings"):
        play.mine.configure(trial.optimisation.best.candidate.changes)
        tuning.applied(trial)


def _name(tried: CandidateResult) -> str:
    return plain(f"{tried.candidate.key[0].upper()}{tried.candidate.key[1:]}")


def _rows(optimisation: Optimisation, scale: RewardScale) -> Iterator[Mapping[str, object]]:
    for tried in optimisation.tried[:_SHOWN]:
        yield {
            "Setting": f"{tried.candidate.key[0].upper()}{tried.candidate.key[1:]}",
            "Selection half": measured(scale, tried.chosen),
            "Test half": measured(scale, tried.judged),
        }
    yield {
        "Setting": "As it was",
        "Selection half": "",
        "Test half": measured(scale, optimisation.online),
    }


def _figures(optimisation: Optimisation) -> Iterator[Mapping[str, object]]:
    for tried in optimisation.tried:
        candidate = {"setting": tried.candidate.key}
        yield {
            **candidate,
            **_interval_cells("chosen", tried.chosen),
            **_interval_cells("judged", tried.judged),
        }
    yield {"setting": "what ran", **_interval_cells("judged", optimisation.online)}


def _interval_cells(half: str, interval: Interval) -> Mapping[str, object]:
    ends = {f"{half}_low": interval.low, f"{half}_high": interval.high}
    return {half: interval.estimate, **ends}
