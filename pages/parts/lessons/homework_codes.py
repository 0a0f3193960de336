"""Homework: a seed per student, and a code for completing a lesson.

The code is not a secret: for an honest class, it reports each student's answer to the lecturer.
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
    """Content of a homework code.

    Attributes:
        picked: the answer to the exit question.
        right: how many cells were told rightly, marked or left; None where none are guessed, or
            were.
    """

    picked: str
    right: int | None = None


def code_of(student: str, lesson: str, picked: str, right: int | None = None) -> str:
    """Return a student's code for an answer to the exit question and a number of right cells."""
    more = () if right is None else (right,)
    raw = digest(1, "homework", _plain(student), lesson, picked, *more)
    return b32encode(raw).decode()[:_LETTERS]


def handed_in(code: str, student: str, lesson: Lesson) -> Handed | None:
    """Decode a student's code; None if it is not valid for this student and lesson."""
    normalised, counts = code.strip().upper(), list[int | None]([None])
    if isinstance(lesson.guess, Cells):
        counts += range(lesson.guess.size + 1)
    for picked, right in product(lesson.options, counts):
        if code_of(student, lesson.key, picked, right) == normalised:
            return Handed(picked, right)
    return None


def _plain(student: str) -> str:
    """Normalise a name: case and surrounding spaces are ignored."""
    return student.strip().casefold()
