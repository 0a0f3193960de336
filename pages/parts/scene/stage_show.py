"""Talks: screens, the current position, and steps forward and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import streamlit as st

from pages.parts.scene.show_acts import ACTS, neighbour, way_before
from pages.parts.settings.page_settings_base import has_gone_back, keep_values
from pages.parts.text.lesson_words import words

STAGE, SCREEN, SHOW = "stage", "screen", "show"
"""Names in a link; the value of a show is its current act."""
_LEFT, _STEP = "stage-left", "stage-step"
"""Keys of the session state: last stage address of each page, and the last step."""
LEADS = "stage-leads"
"""Key of the session state: act and screen after a step to another act."""


@dataclass(frozen=True, slots=True)
class Stage:
    """State of the stage in the address.

    Attributes:
        on: whether the page is on the stage.
        screen: name of the screen; empty for the first.
        act: current act of a show; empty in a page's own talk.
    """

    on: bool = False
    screen: str = ""
    act: str = ""

    @classmethod
    def in_link(cls) -> Self:
        """Return the state in the current address."""
        query = st.query_params
        act = query.get(SHOW, "")
        act = act if act in ACTS else ""
        return cls(query.get(STAGE) == "1", _screen_in_link(), act)

    @property
    def begins_act(self) -> bool:
        """Return whether this is the first screen of an act of the show, which begins with a new
        loop."""
        return bool(self.act) and self.screen in {"", ACTS[self.act].screens[0]}


@dataclass(slots=True)
class _Step:
    """The last step between screens, until the browser's address includes it.

    Attributes:
        before, after: names of the two screens in the address.
        drawn: number of drawings of ``after`` since the address last came with ``before``.
    """

    before: str
    after: str
    drawn: int = 0


def _screen_in_link() -> str:
    """Return the screen in the address, corrected if the address is older than the last step.

    Of two quick presses, the second arrives with the address from before the first, already
    completed step.
    """
    step: _Step | None = st.session_state.get(_STEP)
    if step is not None and has_gone_back():
        del st.session_state[_STEP]
    elif step is not None and st.query_params.get(SCREEN, "") == step.before:
        st.query_params[SCREEN], step.drawn = step.after, 0
    return st.query_params.get(SCREEN, "")


def _note_drawing() -> None:
    """Forget the last step at the second drawing of its screen: the browser has the new address by
    then."""
    step: _Step | None = st.session_state.get(_STEP)
    if step is not None:
        step.drawn += 1
        if step.drawn > 1:
            del st.session_state[_STEP]


def enter_or_leave() -> None:
    """Callback: put the page on the stage, or return from the stage to the page.

    The stage of the same page and loop resumes at its last screen.
    """
    addresses, query = st.session_state.setdefault(_LEFT, {}), st.query_params
    page, loop = st.session_state.get("page"), query.get("loop")
    if Stage.in_link().on:
        address = {name: query.pop(name) for name in (STAGE, SCREEN, SHOW) if name in query}
        addresses[page] = loop, address
    else:
        keep_values()
        last_loop, address = addresses.get(page, (loop, {}))
        query.update({STAGE: "1"} | (address if last_loop == loop else {}))
    st.session_state.pop(_STEP, None)


@dataclass(frozen=True, slots=True)
class Screen:
    """One idea, large.

    Attributes:
        name: name in the address.
        say: returns the sentence above the picture; Markdown.
        draw: draws the picture, which fills the rest of the screen.
        note: speaker's note, with the effect of the next step; plain text.
        hands: choices for a count of hands, with the keys 1 to 9.
        do: action on a step forward to this screen; returns False if it had no effect.
        undo: reverts that action on a step back from this screen, if it was done.
        rows: number of rows of the picture if its first rows are those of `hands` and have free
            space at the right, for the counts; 0 to place the counts below the picture.
        otherwise: name of the screen to which a step forward leads if `do` had no effect; empty to
            stay.
    """

    name: str
    say: Callable[[], str]
    draw: Callable[[], None]
    note: str
    hands: Sequence[str] = ()
    do: Callable[[], bool | None] | None = None
    undo: Callable[[], None] | None = None
    rows: int = 0
    otherwise: str = ""


@dataclass(slots=True)
class Show:
    """Screens of a page in order, for a single drawing.

    Attributes:
        at: position of the current screen, from 0.
        is_busy: whether the action of a step is under way.
        is_over: whether a step was made from this drawing: each drawing allows a single step, so
            another press meanwhile is ignored.
        act: current act of a show; empty in a page's own talk.
    """

    screens: Sequence[Screen]
    at: int
    is_busy: bool = False
    is_over: bool = False
    act: str = ""

    @classmethod
    def of(cls, screens: Sequence[Screen], is_busy: bool = False) -> Self:
        """Return the show at the address's screen, or at the first screen if the address has none.

        In a show, only the screens of the current act are included, with the show's notes.
        """
        stage = Stage.in_link()
        _note_drawing()
        if stage.act:
            own, notes = ACTS[stage.act].screens, notes_of(stage.act)
            screens = [
                replace(screen, note=notes.get(screen.name, screen.note))
                for screen in screens
                if screen.name in own
            ] or screens
        names = [screen.name for screen in screens]
        at = names.index(stage.screen) if stage.screen in names else 0
        return cls(screens, at, is_busy, act=stage.act)

    @property
    def screen(self) -> Screen:
        """The current screen."""
        return self.screens[self.at]

    @property
    def next(self) -> Screen | None:
        """The next screen; None at the end."""
        return self.screens[self.at + 1] if self.at + 1 < len(self.screens) else None

    @property
    def following(self) -> str:
        """Speaker's note on what comes next, possibly in the next act; empty at the end."""
        if self.next is not None:
            return self.next.note
        then = neighbour(self.act, 1) if self.act else None
        return notes_of(then[0]).get(then[1], "The next part, on another page.") if then else ""

    @property
    def place(self) -> tuple[int, int]:
        """Position of the current screen, from 1, and number of screens, in a whole show."""
        before, total = way_before(self.act) if self.act else (0, len(self.screens))
        return min(before + self.at + 1, total), total


def notes_of(act: str) -> Mapping[str, str]:
    """Return an act's own speaker's notes, by screen."""
    table = words("show").table
    notes: Mapping[str, str] = table.get(act, {})
    return notes


def advance(show: Show, by: Literal[1, -1]) -> None:
    """Step forward or back if possible; in a show possibly to another page.

    A step forward runs the next screen's action. If the action had no effect, the step is cancelled
    or leads to the screen named for this case. A step back reverts the current screen's action.
    While an action is under way, only a step back is possible, which ends it.
    """
    target = show.at + by
    if show.is_over or (by > 0 and show.is_busy):
        return
    if not 0 <= target < len(show.screens):
        act = Stage.in_link().act
        st.session_state[LEADS] = neighbour(act, by) if act else None
        return
    show.is_over = True
    screen = show.screens[target]
    action, name = (screen.do, screen.name) if by > 0 else (show.screen.undo, screen.name)
    if action is not None and action() is False:
        name = screen.otherwise if by > 0 else ""
    if name:
        current = st.query_params.get(SCREEN, "")
        st.query_params[SCREEN] = name
        st.session_state[_STEP] = _Step(current, name)
