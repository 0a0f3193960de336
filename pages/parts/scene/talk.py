"""The screens of a talk, where it is, and the steps on and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import streamlit as st

from pages.parts.scene.show_acts import ACTS, neighbour
from pages.parts.settings.link import has_gone_back, keep_values

STAGE, SCREEN, SHOW = "stage", "screen", "show"
"""Their names in a link; a show is named by the act that it is at."""
_LEFT, _STEP = "stage-left", "stage-step"
"""In the session's state: where each page's stage was left, and the last step."""
LEADS = "stage-leads"
"""Where a step led that left the page, in the session's state: page and screen."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the address says of the stage.

    Attributes:
        on: whether the page is on it.
        screen: name of the screen; empty for the first.
        act: that of the five-minute show; empty where the page gives its own talk.
    """

    on: bool = False
    screen: str = ""
    act: str = ""

    @classmethod
    def in_link(cls) -> Self:
        """As the address says it now."""
        told = st.query_params
        act = told.get(SHOW, "")
        act = act if act in ACTS else ""
        return cls(told.get(STAGE) == "1", _screen_in_link(), act)

    @property
    def begins_act(self) -> bool:
        """Whether an act of the five-minute show begins here, with a loop that knows nothing."""
        return bool(self.act) and self.screen in {"", ACTS[self.act][0]}


@dataclass(slots=True)
class _Step:
    """The last step from one screen to another, until the browser's address has it.

    Attributes:
        before, after: names of the two screens in the address.
        drawn: how often ``after`` was drawn since the address last came with ``before``.
    """

    before: str
    after: str
    drawn: int = 0


def _screen_in_link() -> str:
    """Name of the screen in the address, which is put right where it is older than the last step.

    Of two presses that come together the second brings the address of before the first, whose step
    has been made.
    """
    step: _Step | None = st.session_state.get(_STEP)
    if step is not None and has_gone_back():
        del st.session_state[_STEP]
    elif step is not None and st.query_params.get(SCREEN, "") == step.before:
        st.query_params[SCREEN], step.drawn = step.after, 0
    return st.query_params.get(SCREEN, "")


def _note_drawing() -> None:
    """Forget the last step once its screen is drawn again: the browser has its address by then."""
    step: _Step | None = st.session_state.get(_STEP)
    if step is not None:
        step.drawn += 1
        if step.drawn > 1:
            del st.session_state[_STEP]


def enter_or_leave() -> None:
    """Bring the page on the stage, or the stage's page back; for a callback.

    The stage of the same page and loop goes on at the screen where it was left.
    """
    left, told = st.session_state.setdefault(_LEFT, {}), st.query_params
    page, loop = st.session_state.get("page"), told.get("loop")
    if Stage.in_link().on:
        was_at = {name: told.pop(name) for name in (STAGE, SCREEN, SHOW) if name in told}
        left[page] = loop, was_at
    else:
        keep_values()
        was_on, was_at = left.get(page, (loop, {}))
        told.update({STAGE: "1"} | (was_at if was_on == loop else {}))
    st.session_state.pop(_STEP, None)


@dataclass(frozen=True, slots=True)
class Screen:
    """One idea, large.

    Attributes:
        name: in the address.
        say: the one sentence above the picture; Markdown.
        draw: draws the picture, which fills the rest.
        note: what a speaker may say, and what the next step does; plain text.
        hands: what hands are counted for, with the keys 1 to 9.
        do: what happens when one comes to it from the screen before; False if nothing did.
        undo: takes that back when one goes back from it, if it was done.
        rows: those of its picture where the first ones are of what hands are counted for, and their
            right is empty: hands stand there; 0 if they stand below the picture, which grows lower.
    """

    name: str
    say: Callable[[], str]
    draw: Callable[[], None]
    note: str
    hands: Sequence[str] = ()
    do: Callable[[], bool | None] | None = None
    undo: Callable[[], None] | None = None
    rows: int = 0


@dataclass(slots=True)
class Show:
    """The screens of a page in their order, as they are drawn once.

    Attributes:
        at: the place of the one that is shown, from 0.
        is_busy: whether what was asked for still comes about.
        is_over: whether a step was made from it: each drawing is good for one, so of two presses
            that come together the second counts for nothing.
    """

    screens: Sequence[Screen]
    at: int
    is_busy: bool = False
    is_over: bool = False

    @classmethod
    def of(cls, screens: Sequence[Screen], is_busy: bool = False) -> Self:
        """The show at the screen that the address asks for, or the first if there is none.

        In the five-minute show it has those of its act alone.
        """
        stage = Stage.in_link()
        _note_drawing()
        own = ACTS.get(stage.act, ())
        screens = [screen for screen in screens if screen.name in own] or screens
        names = [screen.name for screen in screens]
        return cls(screens, names.index(stage.screen) if stage.screen in names else 0, is_busy)

    @property
    def screen(self) -> Screen:
        """What is shown."""
        return self.screens[self.at]

    @property
    def next(self) -> Screen | None:
        """What a step on leads to."""
        return self.screens[self.at + 1] if self.at + 1 < len(self.screens) else None


def advance(show: Show, by: Literal[1, -1]) -> None:
    """A step on, or back, if there is one; in the five-minute show that may be on another page.

    On: what the next screen is about happens; if it does not, one stays. Back: what this screen is
    about is taken back. While something comes about there is only the way back, which ends it.
    """
    there = show.at + by
    if show.is_over or (by > 0 and show.is_busy):
        return
    if not 0 <= there < len(show.screens):
        act = Stage.in_link().act
        st.session_state[LEADS] = neighbour(act, by) if act else None
        return
    show.is_over = True
    happens = show.screens[there].do if by > 0 else show.screen.undo
    if happens is None or happens() is not False:
        here = st.query_params.get(SCREEN, "")
        st.query_params[SCREEN] = show.screens[there].name
        st.session_state[_STEP] = _Step(here, show.screens[there].name)
