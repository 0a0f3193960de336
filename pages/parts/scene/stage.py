"""Scenes on the stage: one large part per screen."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from pages.parts.scene.part_drawing import draw_numbers, draw_part
from pages.parts.scene.part_types import Figure, Numbers, Part, Scene
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen


def screen(
    scene: Scene,
    name: str,
    say: str,
    show: str,
    note: str = "",
    hands: Sequence[str] = (),
    do: Callable[[], bool | None] | None = None,
    undo: Callable[[], None] | None = None,
    rows: int = 0,
) -> Screen:
    """Return a screen of a talk from parts of a scene.

    Args:
        say: name of the text above the picture.
        show: name of the part that fills the screen.
        note, hands, do, undo, rows: see `Screen`.
    """
    sentence, draw = partial(scene.text, say), lambda: fill(scene.get(show))
    return Screen(name, sentence, draw, note, hands, do, undo, rows)


def fill(part: Part | None) -> None:
    """Draw a part that fills the screen."""
    match part:
        case Figure():
            draw_stage_chart(part.rows, part.spec, key=part.key, alt=part.alt)
        case Numbers():
            with st.container(key="stage-numbers"):
                draw_numbers(part)
        case _:
            draw_part(part)
