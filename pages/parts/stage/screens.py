"""The screens of a talk, where it is, and the steps on and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import streamlit as st

STAGE, SCREEN = "stage", "screen"
"""Their names in a link."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the address says of the stage.

    Attributes:
        on: whether the page is on it.
        screen: name of the screen; empty for the first.
    """

    on: bool = False
    screen: str = ""

    @classmethod
    def in_link(cls) -> Self:
        """As the address says it now."""
        return cls(st.query_params.get(STAGE) == "1", st.query_params.get(SCREEN, ""))


def enter_or_leave() -> None:
    """Bring the page on the stage, or the stage's page back; for a callback."""
    if Stage.in_link().on:
        for name in (STAGE, SCREEN):
            st.query_params.pop(name, None)
    else:
        st.query_params[STAGE] = "1"


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
    """

    name: str
    say: Callable[[], str]
    draw: Callable[[], None]
    note: str
    hands: Sequence[str] = ()
    do: Callable[[], bool | None] | None = None
    undo: Callable[[], None] | None = None


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
        """The show at the screen that the address asks for, or the first if there is none."""
        asked = Stage.in_link().screen
        names = [screen.name for screen in screens]
        return cls(screens, names.index(asked) if asked in names else 0, is_busy)

    @property
    def screen(self) -> Screen:
        """What is shown."""
        return self.screens[self.at]

    @property
    def next(self) -> Screen | None:
        """What a step on leads to."""
        return self.screens[self.at + 1] if self.at + 1 < len(self.screens) else None


def advance(show: Show, by: Literal[1, -1]) -> None:
    """A step on, or back, if there is one.

    On: what the next screen is about happens; if it does not, one stays. Back: what this screen is
    about is taken back. While something comes about there is only the way back, which ends it.
    """
    there = show.at + by
    if show.is_over or not 0 <= there < len(show.screens) or (by > 0 and show.is_busy):
        return
    show.is_over = True
    act = show.screens[there].do if by > 0 else show.screen.undo
    if act is None or act() is not False:
        st.query_params[SCREEN] = show.screens[there].name
