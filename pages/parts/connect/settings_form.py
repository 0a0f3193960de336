"""Settings of the displayed loop under the names of the service, and its learning policy."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import streamlit as st

from engine.service.configuration import configuration
from engine.store import StoredLoop
from engine.store.learning_policies import policy
from pages.parts.connect.session import ConnectSession
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.text.format import note, section


@dataclass(frozen=True, slots=True)
class _Number:
    """A setting that is a number on the page.

    Attributes:
        shown: from the service's JSON to the number.
        sent: back.
    """

    label: str
    help: str
    shown: Callable[[Any], float]
    sent: Callable[[float], object]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A setting with a few values, and their labels."""

    label: str
    help: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Switch:
    """A setting that is on or off."""

    label: str
    help: str


def _minutes(duration: str) -> float:
    length: timedelta = msgspec.convert(duration, timedelta)
    return length / timedelta(minutes=1)


def _duration(minutes: float) -> str:
    return f"PT{60 * minutes:.3f}S"


def _days(duration: str) -> float:
    return _minutes(duration) / _DAY


def _duration_of_days(days: float) -> str:
    return _duration(days * _DAY)


_DAY = 24 * 60
"""Minutes of a day."""


def _percent(share: float) -> float:
    return round(100 * share, 6)


def _share(percent: float) -> float:
    return percent / 100


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


_SETTINGS: Mapping[str, _Number | _Choice | _Switch] = {
    "rewardWaitTime": _Number(
        "Reward wait time, minutes",
        "Default 10; 5 seconds to 2,880 minutes. A later reward teaches nothing.",
        _minutes,
        _duration,
    ),
    "defaultReward": _Number(
        "Default reward",
        "Default 0; \u22121 to 1. Learned for an event without a reward in time.",
        float,
        float,
    ),
    "rewardAggregation": _Choice(
        "Reward aggregation",
        "Default: the first reward. Decides which of several rewards for an event count.",
        {"earliest": "First reward", "sum": "Sum of all rewards"},
    ),
    "explorationPercentage": _Number(
        "Exploration, %",
        "0 to 100. Share of random choices. A change switches the policy to epsilon-greedy.",
        _percent,
        _share,
    ),
    "learningMode": _Choice(
        "Learning mode",
        "Default: Online. The other two always show the first action. Save a new mode by itself, "
        "without reward settings.",
        {"Online": "Online", "Apprentice": "Apprentice", "LoggingOnly": "Logging only"},
    ),
    "modelExportFrequency": _Number(
        "Update frequency, minutes",
        "Default 0: each reward counts at once. From 1 second to 2,880 minutes: decisions follow "
        "the model of the last update, while learning goes on.",
        _minutes,
        _duration,
    ),
    "logRetentionDays": _Number(
        "Data retention, days",
        "Default 90; -1 for no end. Older events of a session with a key are erased. The model "
        "keeps what they taught. This server erases unused sessions by its own rule.",
        float,
        _whole,
    ),
    "modelRetrainDays": _Number(
        "Retraining, days",
        "Default 0: the whole log. At most the data retention. A restarted model learns so many "
        "days of the log again.",
        float,
        _whole,
    ),
    "autoOptimizationFrequency": _Number(
        "Optimisation frequency, days",
        "Default 28; up to 36,500. The time from one automatic optimisation to the next, and the "
        "part of the log that each one evaluates.",
        _days,
        _duration_of_days,
    ),
    "isAutoOptimizationEnabled": _Switch(
        "Optimise the learning policy automatically",
        "Learning policies near the present one are evaluated on the log, at first 15 days after "
        "the session began. The best one replaces the present one if its mean reward and its lower "
        "bound are higher.",
    ),
    "isInferenceExplainabilityEnabled": _Switch(
        "Explain each answer",
        "Each answer to Rank then has a score for each feature of the best action. Answers take "
        "longer.",
    ),
}
"""Settings by their name in the service's JSON, in the order of the form."""


def show_settings(session: ConnectSession, stored: StoredLoop) -> None:
    """Draw the settings and the learning policy; each change draws new widgets."""
    with stored.lock:
        before, restarts = configuration(stored), stored.loop.state.service.restarts_model
        current = json.dumps(policy(stored), indent=2)
    turn = f"{stored.id}-{before['lastConfigurationEditDate']}"
    left, right = st.columns(2, gap="large")
    with left:
        _show_form(session, stored, before, restarts, turn)
    with right:
        _show_policy(session, stored, current, turn)


def _show_form(
    session: ConnectSession,
    stored: StoredLoop,
    before: Mapping[str, Any],
    restarts: bool,
    turn: str,
) -> None:
    restart_key = _key("restarts", turn)

    def save() -> None:
        changed = {**before, **_changes(before, turn)}
        session.configure(stored, changed, bool(st.session_state.get(restart_key)))

    section("Settings")
    with st.form("connect-form", border=False):
        columns = st.columns(2)
        for place, (name, setting) in enumerate(_SETTINGS.items()):
            with nullcontext() if isinstance(setting, _Switch) else columns[place % 2]:
                _show_setting(setting, before[name], _key(name, turn))
        st.toggle(
            "Restart the model after an edit, as the service did",
            restarts,
            key=restart_key,
            help="An edit of a reward setting or of exploration then begins a new model. It "
            "learns the retraining days of the log again by the new settings. Otherwise the model "
            "goes on.",
        )
        st.form_submit_button("Save settings", key="connect-save", on_click=save)


def _key(name: str, turn: str) -> str:
    return f"connect-{name}-{turn}"


def _show_setting(setting: _Number | _Choice | _Switch, value: Any, key: str) -> None:
    if isinstance(setting, _Switch):
        st.toggle(setting.label, value, key=key, help=setting.help)
    elif isinstance(setting, _Number):
        shown = setting.shown(value)
        st.number_input(
            setting.label, value=shown, step=1.0, format="%g", key=key, help=setting.help
        )
    else:
        options = list(setting.options)
        st.selectbox(
            setting.label,
            options,
            options.index(value),
            format_func=setting.options.__getitem__,
            key=key,
            help=setting.help,
        )


def _changes(before: Mapping[str, Any], turn: str) -> dict[str, object]:
    """Return the edited settings; rounding for display is no edit, nor is an emptied field."""
    changes: dict[str, object] = {}
    for name, setting in _SETTINGS.items():
        key = _key(name, turn)
        if isinstance(setting, _Choice):
            changes[name] = chosen(key, setting.options, before[name])
        elif isinstance(setting, _Switch):
            changes[name] = bool(st.session_state.get(key, before[name]))
        elif (value := st.session_state.get(key)) not in (None, setting.shown(before[name])):
            changes[name] = setting.sent(value)
    return changes


def _show_policy(session: ConnectSession, stored: StoredLoop, current: str, turn: str) -> None:
    key = _key("policy", turn)

    def replace_policy() -> None:
        session.import_policy(stored, st.session_state.get(key) or "")

    section("Learning policy")
    note("Copy this JSON to export the policy. Paste another one to import it.")
    st.text_area("Learning policy", current, height=230, key=key, label_visibility="collapsed")
    with st.container(horizontal=True, gap="small"):
        st.button("Import policy", key="connect-policy-import", on_click=replace_policy)
        st.button(
            "Reset to default",
            key="connect-policy-reset",
            on_click=session.reset_policy,
            args=(stored,),
        )
