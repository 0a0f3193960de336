"""What the screens of lessons draw in common."""

from pages.parts.charts.lessons import guess_rows, guess_spec
from pages.parts.lessons.lesson import Guess, Lesson, Pick, Slider
from pages.parts.lessons.words import Words
from pages.parts.picture import picture
from pages.parts.text import percent
from pages.parts.theme import is_dark


def written(guess: Slider | Pick, value: Guess, words: Words) -> str:
    """A guess, or the truth, for reading."""
    if isinstance(value, str):
        return words.options("guesses")[value]
    if isinstance(guess, Slider) and guess.percent:
        return percent(value)
    return f"{value:g}"


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
    picture(
        guess_rows(guess, truth, labels),
        guess_spec(is_dark(), kind.low, kind.high, "%" if kind.percent else ",.0f"),
        key="chart-guess",
        alt=f"{labels[0]}, {labels[1]}: {guessed}{labels[1]} {told}",
    )
