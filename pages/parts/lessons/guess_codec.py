"""Guesses as short texts in a link, so that a reload keeps them."""

import math
import re

from pages.parts.lessons.lesson import Cells, Guess, Guessed, Pick, Slider

_NONE = "none"
"""A map of which no cell was marked: that is a guess, too."""
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_CELLS = re.compile(r"\d{1,5}(\.\d{1,5})*", re.ASCII)


def format_guess(guess: Guess | None) -> str:
    """Format a guess for a link: a number, the key of an answer, or places of cells; empty for
    None."""
    if guess is None or isinstance(guess, str):
        return guess or ""
    if isinstance(guess, frozenset):
        return ".".join(map(str, sorted(guess))) or _NONE
    return f"{guess:.9f}".rstrip("0").rstrip(".")


def parse_guess(text: str, kind: Guessed) -> Guess | None:
    """Parse a guess; None if the text is no possible guess."""
    match kind:
        case Pick():
            return text if text in kind.options else None
        case Cells():
            return _parse_cells(text, kind)
        case Slider():
            return _parse_number(text, kind)


def allowed_guesses(kind: Guessed) -> str:
    """Describe the texts that can be read as a guess."""
    match kind:
        case Pick():
            return ", ".join(kind.options)
        case Cells():
            return f"{_NONE}, 0, 0.1, … 0.{kind.size - 1}"
        case Slider():
            return f"{kind.low:g}, {kind.low + kind.step:g}, … {kind.high:g}"


def _parse_cells(text: str, cells: Cells) -> Guess | None:
    if text == _NONE:
        return frozenset()
    if not _CELLS.fullmatch(text):
        return None
    places = [int(place) for place in text.split(".")]
    is_a_set = len(places) == len(set(places)) and max(places) < cells.size
    return frozenset(places) if is_a_set else None


def _parse_number(text: str, slider: Slider) -> Guess | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    steps = (number - slider.low) / slider.step
    is_there = math.isclose(steps, round(steps), abs_tol=1e-6)
    return number if is_there and slider.low <= number <= slider.high else None
