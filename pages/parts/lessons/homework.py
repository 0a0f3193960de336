"""Homework: visitors of each student's own, and a code that says they came to the end.

The code is no secret: it keeps an honest class in order, and tells a lecturer who answered what.
"""

from base64 import b32encode

from engine.streams import digest
from pages.parts.lessons.lesson import Lesson

_LETTERS = 8
SEEDS = 1_000_000
LONGEST = 40
"""Characters of a student's name or number."""


def seed_of(student: str, lesson: str) -> int:
    """The seed of a student's visitors in a lesson."""
    return int.from_bytes(digest(0, "homework", _plain(student), lesson)) % SEEDS


def code_of(student: str, lesson: str, picked: str) -> str:
    """What a student has in the end who picked this answer to the exit question."""
    raw = digest(1, "homework", _plain(student), lesson, picked)
    return b32encode(raw).decode()[:_LETTERS]


def picked_in(code: str, student: str, lesson: Lesson) -> str | None:
    """The answer that a student's code tells; None if it is not theirs for this lesson."""
    told = code.strip().upper()
    known = {code_of(student, lesson.key, option): option for option in lesson.options}
    return known.get(told)


def _plain(student: str) -> str:
    """A name as it is compared: capitals and spaces around it tell nobody apart."""
    return student.strip().casefold()
