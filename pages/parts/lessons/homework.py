"""Homework: visitors of each student's own, and a code that says they came to the end.

The code is no secret: it keeps an honest class in order, and tells a lecturer who answered what.
"""

from base64 import b32encode
from itertools import product
from typing import NamedTuple

from engine.streams import digest
from pages.parts.lessons.lesson import Cells, Lesson

_LETTERS = 8
SEEDS = 1_000_000
LONGEST = 40
"""Characters of a student's name or number."""


def seed_of(student: str, lesson: str) -> int:
    """The seed of a student's visitors in a lesson."""
    return int.from_bytes(digest(0, "homework", _plain(student), lesson)) % SEEDS


class Handed(NamedTuple):
    """What a code tells.

    Attributes:
        picked: the answer to the exit question.
        right: how many cells were told rightly, marked or left; None where none are guessed, or
            were.
    """

    picked: str
    right: int | None = None


def code_of(student: str, lesson: str, picked: str, right: int | None = None) -> str:
    """What a student has in the end who picked this answer to the exit question, and told so many
    cells rightly."""
    more = () if right is None else (right,)
    raw = digest(1, "homework", _plain(student), lesson, picked, *more)
    return b32encode(raw).decode()[:_LETTERS]


def handed_in(code: str, student: str, lesson: Lesson) -> Handed | None:
    """What a student's code tells; None if it is not theirs for this lesson."""
    told, counts = code.strip().upper(), list[int | None]([None])
    if isinstance(lesson.guess, Cells):
        counts += range(lesson.guess.size + 1)
    for picked, right in product(lesson.options, counts):
        if code_of(student, lesson.key, picked, right) == told:
            return Handed(picked, right)
    return None


def _plain(student: str) -> str:
    """A name as it is compared: capitals and spaces around it tell nobody apart."""
    return student.strip().casefold()
