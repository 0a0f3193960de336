"""What the screens of lessons draw in common."""

from collections.abc import Mapping
from typing import Any

from pages.parts.charts.base import PAGE, STAGE, Size
from pages.parts.charts.in_words import translated
from pages.parts.charts.lessons import guess_rows, guess_spec
from pages.parts.charts.on_stage import staged
from pages.parts.lessons.lesson import Guess, Lesson, Pick, Slider
from pages.parts.lessons.words import Words
from pages.parts.picture import picture
from pages.parts.stage.picture import hero
from pages.parts.stage.screens import Stage
from pages.parts.text import bare, percent
from pages.parts.theme import is_dark


def written(guess: Slider | Pick, value: Guess, words: Words) -> str:
    """A guess, or the truth, as plain text."""
    if isinstance(value, str):
        return bare(words.options("guesses")[value])
    if isinstance(guess, Slider) and guess.percent:
        return percent(value)
    return f"{value:g}"


def look() -> Size:
    """How large a chart is here, for those that know it themselves."""
    return STAGE if Stage.in_link().on else PAGE


def drawn(words: Words, rows: Any, spec: Mapping[str, Any], key: str, alt: str) -> None:
    """A chart of a lesson: its own words in the lesson's language, on the stage in its type.

    Args:
        alt: see `picture`.
    """
    rows, spec = translated(rows, spec, words.charts)
    if Stage.in_link().on:
        hero(rows, staged(spec), key, alt)
    else:
        picture(rows, spec, key, alt)


def show_guess(
    lesson: Lesson, truth: Guess, guess: Guess | None, words: Words, page: Words
) -> None:
    """The guess and the truth on one line, where numbers are guessed."""
    kind = lesson.guess
    if not isinstance(kind, Slider) or isinstance(truth, str) or isinstance(guess, str):
        return
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
