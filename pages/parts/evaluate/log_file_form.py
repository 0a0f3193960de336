"""Form for an uploaded log file, with corrections of its columns."""

import os
from functools import partial
from typing import Any

import streamlit as st

from engine import PersonalizerError
from engine.evaluation.files.column_roles import Columns, unit_in
from engine.evaluation.files.reader_messages import Inspected
from engine.store import Limits
from engine.worlds.limits import MAX_UNIT
from pages.parts.components.upload_field import LOG_KINDS, upload_field
from pages.parts.evaluate.log_file import FileSource, inspecting
from pages.parts.evaluate.page_settings import UNIT, UNPAID, EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.stated_split import HOW_CHOSEN, choose_split
from pages.parts.settings.page_settings_base import keep_values
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note, plain
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.uploads import Upload, this_upload

_INSPECTED = "evaluate-inspected"
_COLUMNS = {
    "shown": "Action that was shown",
    "reward": "Reward",
    "propensity": "Its probability",
    "offered": "Actions that could be shown",
    "event": "Event id",
    "time": "Time",
}
"""Roles of a column, by the fields of `Columns`."""
_LARGEST = 1e9
"""Largest absolute reward: with larger numbers, sums of squares lose precision."""


def choose_file(session: EvaluateSession) -> None:
    """Draw the upload and the columns' form, and pass the file to the session."""
    upload, most = this_upload(), Limits.from_environment(os.environ).max_upload
    with st.container(border=True, key="log-file"):
        if not upload.is_whole:
            note(
                "A log as the service's dsjson, an exported session, CSV or Parquet, up "
                f"to {most:,} MiB. Each event needs the probability of the shown "
                "action, unless actions were drawn at random with known shares. The file "
                "stays on this server for this visit only, and nobody else sees it."
            )
            upload_field(upload.token, most, partial(setattr, upload, "name"), LOG_KINDS)
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain(upload.name)}: {_size(upload.size)}")
            st.button("Another file", key="another-log", on_click=_free, args=(upload,))
        inspected = _inspect(upload, session.setup)
        if inspected is not None:
            session.ask_file(upload, _choose_columns(upload, inspected, session.setup))


def _size(bytes_: int) -> str:
    return f"{bytes_ / 2**20:,.1f} MiB" if bytes_ >= 2**20 else f"{bytes_ / 2**10:,.0f} KiB"


def _free(upload: Upload) -> None:
    keep_values()  # The unit also counts for the next file.
    upload.free()


def _inspect(upload: Upload, setup: EvaluateSetup) -> Inspected | None:
    """Return the file's content summary, computed once per upload; then the unit in its reward's
    name replaces the former, and what was stated of the former file's rewards is dropped."""
    known: tuple[str, Inspected] | None = st.session_state.get(_INSPECTED)
    if known is not None and known[0] == upload.token:
        return known[1]
    try:
        with st.spinner("Reading the columns"):
            inspected = result_of(inspecting(upload))
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return None
    st.session_state[_INSPECTED] = upload.token, inspected
    unit = _unit(inspected)
    if unit or (known is not None and setup.unit == _unit(known[1])):
        st.session_state[setup.key("unit")] = unit
    if known is not None:
        st.session_state[setup.key("unpaid")] = ""
    return inspected


def _unit(inspected: Inspected) -> str:
    return unit_in(inspected.columns.reward) if inspected.columns else ""


def _choose_columns(upload: Upload, inspected: Inspected, setup: EvaluateSetup) -> FileSource:
    """Draw the guessed columns and bounds for correction; return the corrected source."""
    guessed, names = inspected.columns, inspected.names
    fault = guessed.fault(names) if guessed else None
    with st.expander(
        "Detected columns and range" if guessed else "Range of rewards",
        icon=":material/view_column:",
        key="columns",
        expanded=fault is not None,
    ):
        columns = _columns(upload, inspected, guessed) if guessed else None
        with st.container(horizontal=True):
            low, high = (
                _bound(label, usual, f"{label}-{upload.token}")
                for label, usual in zip(("Least reward", "Most"), inspected.bounds, strict=True)
            )
            text_field(
                UNIT.label,
                key=setup.key("unit"),
                help=UNIT.help,
                placeholder="EUR",
                max_chars=MAX_UNIT,
                width=150,
            )
            text_field(
                UNPAID.label,
                key=setup.key("unpaid"),
                help=UNPAID.help,
                placeholder="Nothing new; No offer",
                max_chars=300,
                width=260,
            )
        if high <= low:
            st.error(
                "Most: must be above the least reward; 0 to 1 is used instead.",
                icon=":material/error:",
            )
    if columns and not columns.has_chances:
        note(f"If the file has no probabilities, answer above: *{HOW_CHOSEN}*")
    if inspected.nested:
        named = ", ".join(map(plain, inspected.nested))
        note(f"Not used as context, because the values are lists or maps: {named}.")
    if columns and columns.reward:
        unit = f" {plain(setup.unit)}" if setup.unit else ""
        note(f"Reward: {plain(columns.reward)}, {low:,.10g} to {high:,.10g}{unit}.")
    return FileSource(upload.token, columns, (low, high) if low < high else (0.0, 1.0))


def _bound(label: str, usual: float, key: str) -> float:
    """Draw a bound of the rewards and return its value, limited to `_LARGEST`."""
    usual = min(max(usual, -_LARGEST), _LARGEST)
    return st.number_input(label, -_LARGEST, _LARGEST, usual, key=key, width=140)


def _columns(upload: Upload, inspected: Inspected, guessed: Columns) -> Columns:
    token, names, roles = upload.token, inspected.names, dict[str, Any]()
    for column, (field, label) in zip(st.columns(len(_COLUMNS)), _COLUMNS.items(), strict=True):
        usual = getattr(guessed, field)
        options = ("", *names)
        roles[field] = column.selectbox(
            label,
            options,
            options.index(usual),
            format_func=lambda name: name or "–",
            key=f"column-{field}-{token}",
        )
    # Columns with a role are not context: a reward column as context would reveal the reward.
    taken = {*roles.values(), *inspected.nested}
    offered = [name for name in names if name not in taken]
    # The key changes with the options: the field begins again, with what was chosen of them.
    places = "-".join(str(names.index(name)) for name in roles.values() if name)
    key = f"column-context-{token}-{places}"
    # A column without a role becomes context again, as the role may have been a mistake.
    chosen = st.session_state.setdefault(f"chosen-context-{token}", list(guessed.context))

    def choose() -> None:
        if (said := st.session_state[key]) is not None:
            unavailable = [name for name in chosen if name not in offered]
            st.session_state[f"chosen-context-{token}"] = unavailable + said

    # By default, since a value set in the session is lost if the page runs again before the browser
    # has drawn the field.
    context = st.multiselect(
        "Context: what was known about a visitor",
        offered,
        [name for name in chosen if name in offered],
        key=key,
        on_change=choose,
    )
    probabilities = ", ".join(action for action, _ in guessed.probabilities)
    if probabilities:
        note(f"Probabilities of each action were detected, too: {plain(probabilities)}.")
    if left_out := [
        name for name, _ in guessed.quarters if name in offered and name not in context
    ]:
        note(
            f"Left out, because they have many numbers: {', '.join(map(plain, left_out))}. "
            "If chosen as context, they count in quarters. Leave out what is known only after "
            "the offer."
        )
    return Columns(
        **roles,
        context=tuple(context),
        probabilities=guessed.probabilities,
        quarters=guessed.quarters,
        split=None if probabilities or roles["propensity"] else choose_split(token, inspected),
    )
