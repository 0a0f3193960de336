"""The talk on the Evaluate page: the table that lies, what the log tells, and the truth."""

from collections.abc import Sequence
from functools import partial

from pages.parts.charts import forest
from pages.parts.charts.base import STAGE
from pages.parts.components.stage_talk import Talk
from pages.parts.evaluate.board import branches_of, told_of_forest
from pages.parts.evaluate.opening import loop_in_link, open_loop
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.evaluate.wording import asked_row, names_of, report, served
from pages.parts.scene.hero import hero
from pages.parts.scene.talk import Screen, Show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.session_state import session_of

_ROWS = 9
"""Rows that a screen has room for."""
_GUESSES = ("about 0.9", "about 0.7", "about 0.5", "about 0.3", "about 0.1")


def open_talk() -> Talk:
    """The talk about the log of the address."""
    stored = open_loop(open_link(EvaluateSetup))
    session = session_of(EvaluateSession, lambda: EvaluateSession(current_setup(EvaluateSetup)))
    session.adopt(current_setup(EvaluateSetup), stored)
    write_link(session.setup, loop=loop_in_link(session))
    return Talk(partial(evaluate_show, session), session)


def evaluate_show(session: EvaluateSession) -> Show:
    """The talk about the log that is asked."""
    return Show.of(
        [
            Screen(
                "report",
                partial(_say, session, tells=False),
                partial(_draw, session),
                "Ask: put it on the menu for everybody, and what will it earn? Count hands with 1 "
                "to 5. What the log says comes next.",
                hands=_GUESSES,
            ),
            Screen(
                "asked",
                partial(_say, session, tells=True),
                partial(_draw, session, tells=True),
                "It was shown to those who like it. The log wrote down how likely each offer was: "
                "what was unlikely, and came about all the same, counts for many.",
            ),
            Screen(
                "truth",
                partial(_say, session, tells=True),
                partial(_draw, session, tells=True, reveals=True),
                "The world is simulated, so it knows. Count the diamonds that lie on their bars.",
            ),
        ],
        session.is_live,
    )


def _say(session: EvaluateSession, tells: bool) -> str:
    found = session.found
    row = asked_row(found, session.setup) if found else None
    if found is None or row is None:
        return "Visitors are served" if session.is_live else "This log says too little."
    return served(found, row, session.setup) if tells else report(found, row, session.setup)


def _draw(session: EvaluateSession, tells: bool = False, reveals: bool = False) -> None:
    if session.found is None:
        return
    branches = _with_room(session, branches_of(session.found, session.setup, tells, reveals))
    bounds, marks = session.found.bounds, forest.marks_of(branches)
    places = tuple(one.place for one in branches)
    hero(
        forest.forest_rows(branches),
        forest.forest_spec(is_dark(), len(branches), bounds, marks, places, STAGE),
        key=f"forest-{hash((bounds, marks, places))}",
        alt=told_of_forest(branches),
    )


def _with_room(
    session: EvaluateSession, branches: Sequence[forest.Branch]
) -> Sequence[forest.Branch]:
    """As many rows as there is room for, in their order; that of the sentence is among them."""
    found = session.found
    row = asked_row(found, session.setup) if found else None
    name = names_of(found, session.setup)[row.target] if found and row else ""
    others = [one for one in branches if one.name != name][: _ROWS - 1]
    return [one for one in branches if one.name == name or one in others]
