"""A person's choices as a short text for a link: one character a visitor."""

import string
from collections.abc import Iterable

from engine.errors import refuse
from engine.worlds import World

MOST = 100
"""Largest number of visitors served by one person."""
_CHARACTERS = string.digits + string.ascii_letters
"""Character of each item position; worlds have fewer items."""


def encode_choices(choices: Iterable[int]) -> str:
    """Encode positions of items."""
    return "".join(_CHARACTERS[position] for position in choices)


def decode_choices(text: str, world: World, most: int = MOST) -> tuple[int, ...]:
    """Decode a text to positions of items; an empty text means no visitors.

    Args:
        most: largest number of visitors.

    Raises:
        PersonalizerError: ``BadRequest`` with the visitor's number, for an impossible choice.
    """
    if len(text) > most:
        refuse("BadRequest", "choices", text, f"at most {most} characters, one for each visitor")
    known = _CHARACTERS[: len(world.items)]
    for visitor, character in enumerate(text, 1):
        if character not in known:
            allowed = f"a character from {known[0]} to {known[-1]}: that of an action's place"
            refuse("BadRequest", "choices", character, allowed, f"visitor {visitor} of choices")
    return tuple(map(known.index, text))
