"""Table of reward levels."""

from collections.abc import Sequence

import streamlit as st

from engine.worlds.draft_rows import CellFault
from engine.worlds.success_levels import MAX_LEVEL_NAME
from pages.parts.text.answer_names import amount
from pages.parts.text.format import note, plain
from pages.parts.worlds.edited_rows import as_frame
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.tables import editor, number_column, say_first
from pages.parts.worlds.wording import COLUMNS

_LEVELS = ("name", "worth", "share")


def write_levels(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the table of reward levels: full success, partial successes, none; each with a name."""
    say_first("levels", faults, "Possible answers of a visitor, as parts of a full success.")
    frame = as_frame(session.levels.base, _LEVELS, share="1")
    config = {
        "name": st.column_config.TextColumn(
            COLUMNS["name"], default="", max_chars=MAX_LEVEL_NAME, help="Label of its button."
        ),
        "worth": number_column(
            "worth",
            width="small",
            help="0.2 is a fifth of the value of a full success. 1 and 0 are listed for "
            "their names only. Without rows, a partial success is worth 0.5.",
        ),
        "share": number_column(
            "share",
            default="1",
            width=102,
            help="Relative to the other partial rewards; equal for all actions and visitors.",
        ),
    }
    editor("levels", session.levels.number, frame, config, session.write_levels, rows=6)
    if text := _in_unit(session):
        note(text)


def _in_unit(session: WorldsSession) -> str:
    """Return the worth of each level in the world's unit; empty without a unit."""
    draft = session.draft
    if not draft.unit:
        return ""
    worths_of_actions = (1.0 if row.worth is None else row.worth for row in draft.offered)
    most = max(worths_of_actions, default=1.0)
    worths = (
        f"{level.name or f'{level.worth:g}'}: {amount(level.worth * most)}"
        for level in draft.graded_in
    )
    return plain(f"In {draft.unit}, for the most valuable action: {', '.join(worths)}.")
