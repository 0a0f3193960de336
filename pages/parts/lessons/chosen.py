"""Which lesson a link means, and its words: one of the ten, or a lecturer's own."""

from functools import lru_cache

from pages.parts.lessons.lesson import Lesson
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own import lesson as own_lesson
from pages.parts.lessons.own.codec import unpack
from pages.parts.lessons.own.wording import words_of as own_words
from pages.parts.lessons.words import Words, words

OWN = "own"
"""What a link calls a lecturer's own lesson, which it holds."""


@lru_cache(maxsize=32)
def lesson_of(key: str, packed: str) -> Lesson:
    """The lesson under a key; a lecturer's own out of what is packed in the link."""
    return own_lesson.lesson_of(unpack(packed)) if key == OWN else LESSONS[key]


@lru_cache(maxsize=64)
def words_of(language: str, key: str, packed: str) -> Words:
    """The words of such a lesson."""
    return own_words(unpack(packed), language) if key == OWN else words(language, key)
