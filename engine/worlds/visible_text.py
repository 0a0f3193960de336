"""Visibility of a world's texts: new names must be visible, and no two may look the same.

Stored worlds are read by `engine.worlds.world_json` alone: an existing loop stays valid whatever
is required of new worlds.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from engine.errors import refuse
from engine.worlds.json_checks import CODE, text_in
from engine.worlds.world import World
from engine.worlds.world_json import world_from_json

HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters forbidden in new texts: controls, lone surrogates, line separators, and marks that
change the direction of letters, by which a name could imitate another."""
_PICTURE = "[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
_BLANKS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters without a glyph in Unicode."""
_BLANK = re.compile(f"[{_BLANKS}\u2800]")
_DROPPED = re.compile(
    f"(\U0001f3f4[\U000e0020-\U000e007f]+|(?<={_PICTURE})\u200d(?={_PICTURE}))|[{_BLANKS}]"
)
"""Blank characters, except those that join emoji into one or make a flag (the group)."""
_UNSEEN = {"Cf", "Zs", "Mn"}
"""Categories of characters without a mark of their own."""


def is_seen(text: str) -> bool:
    """Return True if a text has a visible character."""
    return any(unicodedata.category(letter) not in _UNSEEN for letter in _BLANK.sub("", text))


def alike(text: str) -> str:
    """Normalise a text: spellings of accents and invisible characters.

    Similar letters of two alphabets stay different.
    """
    return unicodedata.normalize("NFC", _DROPPED.sub(r"\1", text))


def new_text_in(value: object, place: str, most: int, least: int = 1) -> str:
    """Check a new text: as `text_in`, and visible unless it may be empty."""
    text = text_in(value, place, most, least)
    _check(text, place, least > 0)
    return text


def new_world_from_json(value: object) -> World:
    """Read a new world.

    Raises:
        PersonalizerError: ``BadRequest`` for an invalid world, and for texts that are invisible or
            imitate others.
    """
    world = world_from_json(value)
    check_seen(world)
    return world


def check_seen(world: World) -> None:
    """Refuse a world with invisible names, equal-looking names, or marks that change direction."""
    for place, text, is_name in _texts(world):
        _check(text, place, is_name)
    _check_apart("fields", "label", (field.label for field in world.fields))
    for at, field in enumerate(world.fields):
        _check_apart(f"fields[{at}].values", "name", (value.name for value in field.values))
    _check_apart("items", "id", (item.id for item in world.items))


def _texts(world: World) -> Iterator[tuple[str, str, bool]]:
    """Each text with its place, and True if it must be visible; names of fields always are."""
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
