"""Guesses as short texts in a link, so that a reload keeps them."""

import math
import re

from pages.parts.lessons.lesson import Cells, Guess, Guessed, Pick, Slider

_NONE = "none"
"""A map of which no cell was marked: that is a guess, too."""
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_CELLS = re.compile(r"\d{1,5}(\.\d{1,5})*", re.ASCII)


def told_guess(guess: Guess | None) -> str:
    """Format a guess for a link: a number, the key of an answer, or places of cells; empty for
    None."""
    if guess is None or isinstance(guess, str):
        return guess or ""
    if isinstance(guess, frozenset):
        return ".".join(map(str, sorted(guess))) or _NONE
    return f"{guess:.9f}".rstrip("0").rstrip(".")


def read_guess(text: str, asked: Guessed) -> Guess | None:
    """Parse a guess; None if the text is no possible guess."""
    match asked:
        case Pick():
            return text if text in asked.options else None
        case Cells():
            return _read_cells(text, asked)
        case Slider():
            return _read_number(text, asked)


def allowed_guesses(asked: Guessed) -> str:
    """Describe the texts that can be read as a guess."""
    match asked:
        case Pick():
            return ", ".join(asked.options)
        case Cells():
            return f"{_NONE}, 0, 0.1, … 0.{asked.size - 1}"
        case Slider():
            return f"{asked.low:g}, {asked.low + asked.step:g}, … {asked.high:g}"


def _read_cells(text: str, asked: Cells) -> Guess | None:
    if text == _NONE:
        return frozenset()
    if not _CELLS.fullmatch(text):
        return None
    told = [int(place) for place in text.split(".")]
    is_a_set = len(told) == len(set(told)) and max(told) < asked.size
    return frozenset(told) if is_a_set else None


def _read_number(text: str, asked: Slider) -> Guess | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    steps = (number - asked.low) / asked.step
    is_there = math.isclose(steps, round(steps), abs_tol=1e-6)
    return number if is_there and asked.low <= number <= asked.high else None
