"""What people see of the texts of a world: those that somebody sends now have to show what they
are, and no two names may look the same.

What is stored already is read by `engine.worlds.world_json` alone: a loop stays what it was,
whatever is asked of new worlds since.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from engine.errors import refuse
from engine.worlds.checks import CODE, text_in
from engine.worlds.world import World
from engine.worlds.world_json import world_from_json

HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no new text of a world has: controls, halves of characters, ends of lines, and what turns
the letters around it, so that a name reads as another one."""
_PICTURE = "[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
_BLANKS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that Unicode has drawn as nothing."""
_BLANK = re.compile(f"[{_BLANKS}\u2800]")
_DROPPED = re.compile(
    f"(\U0001f3f4[\U000e0020-\U000e007f]+|(?<={_PICTURE})\u200d(?={_PICTURE}))|[{_BLANKS}]"
)
"""The same, but for what makes one picture of several, and a flag another one (the group)."""
_UNSEEN = {"Cf", "Zs", "Mn"}
"""Kinds of characters that leave no mark by themselves."""


def is_seen(text: str) -> bool:
    """Whether a text has a character that is drawn by itself."""
    return any(unicodedata.category(one) not in _UNSEEN for one in _BLANK.sub("", text))


def alike(text: str) -> str:
    """The same for texts that differ in how accents are written, or in what is drawn as nothing.

    Letters of two alphabets that look the same stay different.
    """
    return unicodedata.normalize("NFC", _DROPPED.sub(r"\1", text))


def new_text_in(value: object, place: str, most: int, least: int = 1) -> str:
    """A text that somebody sends now: as `text_in`, and if it must be one, it is seen."""
    text = text_in(value, place, most, least)
    _check(text, place, least > 0)
    return text


def new_world_from_json(value: object) -> World:
    """The world that somebody sends now.

    Raises:
        PersonalizerError: ``BadRequest`` for what is none, or does not show what it is.
    """
    world = world_from_json(value)
    check_seen(world)
    return world


def check_seen(world: World) -> None:
    """Refuse a world with a name that is not seen, or looks like another, or turns its letters."""
    for place, text, is_name in _texts(world):
        _check(text, place, is_name)
    _check_apart("fields", "label", (field.label for field in world.fields))
    for at, field in enumerate(world.fields):
        _check_apart(f"fields[{at}].values", "name", (value.name for value in field.values))
    _check_apart("items", "id", (item.id for item in world.items))


def _texts(world: World) -> Iterator[tuple[str, str, bool]]:
    """Each text with its place, and whether it must be one; names of fields are letters anyway."""
    yield "title", world.title, True
    for name in ("emoji", "story", "unit"):
        yield name, getattr(world, name), False
    for at, field in enumerate(world.fields):
        yield f"fields[{at}].label", field.label, True
        for number, value in enumerate(field.values):
            yield f"fields[{at}].values[{number}].name", value.name, True
            yield f"fields[{at}].values[{number}].emoji", value.emoji, False
    for at, item in enumerate(world.items):
        yield f"items[{at}].id", item.id, True
        yield f"items[{at}].title", item.title, item.title != ""
        yield f"items[{at}].emoji", item.emoji, False
    for at, level in enumerate(world.levels):
        yield f"levels[{at}].name", level.name, False


def _check(text: str, place: str, is_name: bool) -> None:
    if HIDDEN.search(text):
        refuse(CODE, place, text, "a text in one line in which nothing turns its letters")
    if is_name and not is_seen(text):
        refuse(CODE, place, text, "a text with letters that are seen")


def _check_apart(place: str, name: str, texts: Iterable[str]) -> None:
    before = set[str]()
    for at, text in enumerate(texts):
        if alike(text) in before:
            refuse(CODE, f"{place}[{at}].{name}", text, "different from those before it")
        before.add(alike(text))
