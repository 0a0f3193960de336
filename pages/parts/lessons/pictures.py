"""Pictures shared by the screens of lessons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from engine.worlds import World
from pages.parts.charts.base import LESSON, LOW, STAGE, Keys, Size
from pages.parts.charts.beliefs import belief_spec, within_room
from pages.parts.charts.lesson_bars import Said, said_rows, said_spec
from pages.parts.charts.lesson_maps import marks_rows, marks_spec
from pages.parts.charts.lessons import guess_rows, guess_spec
from pages.parts.lessons.explained_text import remark
from pages.parts.lessons.lesson import Cells, Guess, Guessed, Lesson, Marks, Slider
from pages.parts.scene.chart_drawing import pair, picture
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Stage
from pages.parts.text.format import bare, percent
from pages.parts.text.lesson_words import PAGE, Words
from pages.parts.text.theme import is_dark


def written(guess: Guessed, value: Guess, words: Words) -> str:
    """Format a guess, or the truth, as plain text."""
    if isinstance(value, str):
        return bare(words.options("guesses")[value])
    if isinstance(guess, Cells):
        assert isinstance(value, frozenset)
        return ", ".join(_called(guess, value)) or "\N{EN DASH}"
    assert not isinstance(value, frozenset)
    if isinstance(guess, Slider) and guess.percent:
        return percent(value)
    return f"{value:,g}"


def _called(cells: Cells, marks: Marks) -> list[str]:
    """Name cells; a fully marked row by its own name."""
    parts = []
    for place, row in enumerate(cells.rows):
        here = cells.row(place)
        whole = len(cells.columns) > 1 and here <= marks
        parts += [row] if whole else [cells.called(cell) for cell in sorted(here & marks)]
    return parts


def look() -> Size:
    """Return the size of a chart on the current page or stage."""
    stage = Stage.in_link()
    if not stage.on:
        return LESSON
    return LOW if stage.screen == "reveal" else STAGE


def both(key: str, first: Callable[[], None], further: Callable[[], None]) -> None:
    """Draw two pictures side by side; on the stage the first alone, as `Lab.further` draws the
    second."""
    if look().on_stage:
        first()
        return
    left, right = pair(key)
    with left:
        first()
    with right:
        further()


def bells(world: World, offers: str) -> Mapping[str, Any]:
    """Return the chart of beliefs by action; ``offers`` names its bars."""
    return within_room(belief_spec(world, is_dark(), offers, False, look()), world, look())


def drawn(rows: Any, spec: Mapping[str, Any], key: str, alt: str, keys: Keys = ()) -> None:
    """Draw a chart of a lesson; on the stage with the stage's type size.

    Args:
        alt, keys: see `picture`.
    """
    if Stage.in_link().on:
        draw_stage_chart(rows, spec, key, alt)
        return
    # The specification's height, or less in a low window, as set by the style sheet.
    with st.container(height=spec["height"], border=False, key=f"high-{key}"):
        picture(rows, in_little_height(spec), key, alt, height="stretch", keys=keys)


def awaited(text: str, spec: Mapping[str, Any]) -> None:
    """Keep the place of a chart that is still computed, with a remark."""
    with st.container(height=spec["height"], border=False, key="high-awaited"):
        remark(text)


def awaited_bars(text: str, lanes: int) -> None:
    """Keep the place of `bars` of one series."""
    awaited(text, said_spec(is_dark(), lanes, ("",), ""))


def in_little_height(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the chart with each part of a vertical title, such as "mean reward, last 50", in a
    line of its own: a low chart would cut the title off."""

    def broken(view: Mapping[str, Any]) -> Mapping[str, Any]:
        match view:
            case {"encoding": {"y": {"axis": {"title": str(title)} as axis} as y} as encoding}:
                axis = {**axis, "title": title.split(", ")}
                return {**view, "encoding": {**encoding, "y": {**y, "axis": axis}}}
        return view

    return {**spec, "layer": [broken(view) for view in spec["layer"]]}


def bars(
    heading: str,
    values: Sequence[Said],
    by: Sequence[str],
    key: str,
    *,
    main: str = "",
    truths: Sequence[tuple[str, float]] = (),
    truth: str = "",
    lanes: int = 0,
    others: str = "",
    form: str = "{of} {by} {says}",
    more: Sequence[str] = (),
    most: float = 1,
    unit: str = "%",
) -> None:
    """Draw bars by category and series, with marks at true values.

    Args:
        heading: of the numbers in the alternative text.
        by: names of the series; ``main``, or else the first, is in the loop's colour.
        truths, truth: categories with true values, and the label of the marks.
        lanes: room for so many things, if some have no bar.
        others: label of a lane without a bar.
        form: how a bar is read out; ``more`` is read out after all of them.
        most, unit: see `said_spec`.
    """
    labels = [
        form.format(of=entry.of, by=entry.by, says=entry.told or percent(entry.value))
        for entry in values
    ]
    lanes = lanes or len({entry.of for entry in values})
    marked = truth if truths else ""
    drawn(
        said_rows(values, truths, marked, others),
        said_spec(is_dark(), lanes, tuple(by), main or by[0], marked, most, unit),
        key,
        f"{heading}: {'; '.join([*labels, *more])}",
    )


def show_guess(lesson: Lesson, truth: Guess, guess: Guess | None, words: Words) -> None:
    """Draw guess and truth on a line for numbers, on the map for cells."""
    kind = lesson.guess
    if isinstance(kind, Cells):
        assert isinstance(truth, frozenset)
        marked = guess if isinstance(guess, frozenset) else frozenset()
        _show_marks(kind, truth, marked, words)
        return
    if not isinstance(kind, Slider) or not isinstance(truth, float):
        return
    assert guess is None or isinstance(guess, float)
    label = written(kind, truth, words)
    labels = (PAGE.say("your_guess"), PAGE.say("truth"))
    guessed = "" if guess is None else f"{labels[0]} {written(kind, guess, words)}, "
    drawn(
        guess_rows(guess, truth, labels),
        guess_spec(is_dark(), kind.low, kind.high, "%" if kind.percent else ",.0f"),
        key="chart-guess",
        alt=f"{labels[0]}, {labels[1]}: {guessed}{labels[1]} {label}",
    )


def _show_marks(cells: Cells, truth: Marks, marked: Marks, words: Words) -> None:
    """Map: true cells are full, marked cells have a diamond."""
    names = (PAGE.say("cell_right"), PAGE.say("cell_wrong"), PAGE.say("cell_missed"))
    names_of_all = (*names, PAGE.say("cell_no"))
    description = f"{PAGE.say('truth')}: {written(cells, truth, words)}"
    if marked:
        description += f"; {PAGE.say('your_guess')}: {written(cells, marked, words)}"
    drawn(
        marks_rows(cells.rows, cells.columns, marked, truth, names_of_all),
        marks_spec(is_dark(), len(cells.rows), names_of_all),
        key="chart-guess",
        alt=description,
    )
    remark(PAGE.say("marks"))
