"""Look up the lesson of a link: one of the list, in its own or another world, or a lecturer's
own."""

from functools import lru_cache

from engine.worlds import key_of
from pages.parts.lessons.lesson import Lesson
from pages.parts.lessons.lessons import LESSONS, lesson_in
from pages.parts.lessons.other_worlds import has_room
from pages.parts.lessons.own import own_lesson_lab
from pages.parts.lessons.own.codec import unpack
from pages.parts.settings.known_worlds import world_of

OWN = "own"
"""Key of a lecturer's own lesson in a link; the link contains the lesson."""


@lru_cache(maxsize=32)
def lesson_of(key: str, packed: str, world: str = "") -> Lesson:
    """Return the lesson under a key, in a world if it can be given there; a lecturer's own is
    unpacked from the link."""
    if key == OWN:
        return own_lesson_lab.lesson_of(unpack(packed))
    return elsewhere(key, world) or LESSONS[key]


@lru_cache(maxsize=32)
def elsewhere(key: str, world: str) -> Lesson | None:
    """Return a lesson in another world; None if the world is the lesson's own or unsuitable."""
    if not world or world == key_of(LESSONS[key].world):
        return None
    place = world_of(world)
    return lesson_in(key, place) if has_room(place) else None
