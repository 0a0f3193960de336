"""What the screens of lessons draw in common."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.worlds import World
from pages.parts.charts.base import LESSON, LOW, STAGE, Keys, Size
from pages.parts.charts.beliefs import belief_spec, within_room
from pages.parts.charts.in_words import translated
from pages.parts.charts.lesson_maps import marks_rows, marks_spec
from pages.parts.charts.lessons import guess_rows, guess_spec
from pages.parts.lessons.lesson import Cells, Guess, Guessed, Lesson, Marks, Slider
from pages.parts.lessons.telling import remark
from pages.parts.lessons.words import Words
from pages.parts.scene.hero import hero
from pages.parts.scene.picture import pair, picture
from pages.parts.scene.talk import Stage
from pages.parts.text.format import bare, percent
from pages.parts.text.theme import is_dark


def written(guess: Guessed, value: Guess, words: Words) -> str:
    """A guess, or the truth, as plain text in the lesson's language."""
    if isinstance(value, str):
        return bare(words.options("guesses")[value])
    if isinstance(guess, Cells):
        assert isinstance(value, frozenset)
        return ", ".join(_called(guess, value)) or "\N{EN DASH}"
    assert not isinstance(value, frozenset)
    if isinstance(guess, Slider) and guess.percent:
        return percent(value)
    return words.numeral(f"{value:,g}")


def _called(cells: Cells, marks: Marks) -> list[str]:
    """Cells by their names, where a whole row is marked by that of the row."""
    found = []
    for place, row in enumerate(cells.rows):
        here = cells.row(place)
        whole = len(cells.columns) > 1 and here <= marks
        found += [row] if whole else [cells.called(cell) for cell in sorted(here & marks)]
    return found


def look() -> Size:
    """How large a chart is here, for those that know it themselves."""
    stage = Stage.in_link()
    if not stage.on:
        return LESSON
    return LOW if stage.screen == "reveal" else STAGE


def both(key: str, first: Callable[[], None], further: Callable[[], None]) -> None:
    """Draw two pictures side by side; on the stage the first alone, where the further one has a
    screen of its own (`Lesson.further`)."""
    if look().on_stage:
        first()
        return
    left, right = pair(key)
    with left:
        first()
    with right:
        further()


def bells(world: World, offers: str) -> Mapping[str, Any]:
    """The chart of what is believed of each action; ``offers`` says what its bars are."""
    return within_room(belief_spec(world, is_dark(), offers, False, look()), world, look())


def drawn(
    words: Words, rows: Any, spec: Mapping[str, Any], key: str, alt: str, keys: Keys = ()
) -> None:
    """A chart of a lesson: its own words in the lesson's language, on the stage in its type.

    Args:
        alt, keys: see `picture`.
    """
    rows, spec = translated(rows, words.written(spec), words.charts)
    if Stage.in_link().on:
        hero(rows, spec, key, alt)
        return
    # As high as it says, or less where the style sheet gives it less: in a low window.
    with st.container(height=spec["height"], border=False, key=f"high-{key}"):
        picture(rows, spec, key, alt, height="stretch", keys=keys)


def show_guess(
    lesson: Lesson, truth: Guess, guess: Guess | None, words: Words, page: Words
) -> None:
    """The guess and the truth on one line where numbers are guessed, on the map where cells are."""
    kind = lesson.guess
    if isinstance(kind, Cells):
        assert isinstance(truth, frozenset)
        marked = guess if isinstance(guess, frozenset) else frozenset()
        _show_marks(kind, truth, marked, words, page)
        return
    if not isinstance(kind, Slider) or not isinstance(truth, float):
        return
    assert guess is None or isinstance(guess, float)
    told = written(kind, truth, words)
    labels = (page.say("your_guess"), page.say("truth"))
    guessed = "" if guess is None else f"{labels[0]} {written(kind, guess, words)}, "
    drawn(
        words,
        guess_rows(guess, truth, labels),
        guess_spec(is_dark(), kind.low, kind.high, "%" if kind.percent else ",.0f"),
        key="chart-guess",
        alt=f"{labels[0]}, {labels[1]}: {guessed}{labels[1]} {told}",
    )


def _show_marks(cells: Cells, truth: Marks, marked: Marks, words: Words, page: Words) -> None:
    """Full cells where it is so, and a diamond on each that was marked."""
    names = (page.say("cell_right"), page.say("cell_wrong"), page.say("cell_missed"))
    names_of_all = (*names, page.say("cell_no"))
    told = f"{page.say('truth')}: {written(cells, truth, words)}"
    if marked:
        told += f"; {page.say('your_guess')}: {written(cells, marked, words)}"
    drawn(
        words,
        marks_rows(cells.rows, cells.columns, marked, truth, names_of_all),
        marks_spec(is_dark(), len(cells.rows), names_of_all),
        key="chart-guess",
        alt=told,
    )
    remark(page, page.say("marks"))
