"""Which lesson a link means, and its words: one of the ten, in whichever world, or a lecturer's."""

from functools import lru_cache

from pages.parts.lessons.elsewhere import has_room
from pages.parts.lessons.lesson import Elsewhere, Lesson
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own import lesson as own_lesson
from pages.parts.lessons.own.codec import unpack
from pages.parts.lessons.own.wording import words_of as own_words
from pages.parts.lessons.words import Words, words
from pages.parts.settings.known_worlds import world_of

OWN = "own"
"""What a link calls a lecturer's own lesson, which it holds."""


@lru_cache(maxsize=32)
def lesson_of(key: str, packed: str, world: str = "") -> Lesson:
    """The lesson under a key, in a world where it can be given there; a lecturer's own out of what
    is packed in the link."""
    if key == OWN:
        return own_lesson.lesson_of(unpack(packed))
    there = elsewhere(key, world)
    return there.lesson if there else LESSONS[key]


@lru_cache(maxsize=64)
def words_of(key: str, packed: str, world: str = "") -> Words:
    """The words of such a lesson."""
    if key == OWN:
        return own_words(unpack(packed))
    own, there = words(key), elsewhere(key, world)
    return own.elsewhere(there.names, there.options, there.instead) if there else own


@lru_cache(maxsize=32)
def elsewhere(key: str, world: str) -> Elsewhere | None:
    """A lesson in another world, which a link names; None where it stays in its own."""
    lesson = LESSONS[key]
    if not world or world == lesson.world or lesson.elsewhere is None:
        return None
    place = world_of(world)
    return lesson.elsewhere(place) if has_room(place) else None
