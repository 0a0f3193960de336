"""A person's choices as a short text, to travel in a link: a character for each visitor."""

import string
from collections.abc import Iterable

from engine.errors import refuse
from engine.worlds import World

MOST = 100
"""Visitors whom one person serves."""
_CHARACTERS = string.digits + string.ascii_letters
"""The character of each position of an item; no world has as many."""


def written(choices: Iterable[int]) -> str:
    """The text of positions of items."""
    return "".join(_CHARACTERS[position] for position in choices)


def read(text: str, world: World, most: int = MOST) -> tuple[int, ...]:
    """The positions of a text; ``BadRequest``, with the place, for what no person can have chosen.

    No text says that nobody was served.

    Args:
        most: visitors there are to be served.
    """
    if len(text) > most:
        refuse("BadRequest", "choices", text, f"at most {most} characters, one for each visitor")
    known = _CHARACTERS[: len(world.items)]
    for visitor, character in enumerate(text, 1):
        if character not in known:
            allowed = f"a character from {known[0]} to {known[-1]}: that of an action's place"
            refuse("BadRequest", "choices", character, allowed, f"visitor {visitor} of choices")
    return tuple(map(known.index, text))
