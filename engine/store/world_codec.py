"""Stored form of worlds: the key of a ready world, JSON of any other."""

import json
from contextlib import suppress

from engine.errors import PersonalizerError, refuse
from engine.worlds import WORLDS, World, key_of, world_from_json, world_from_text, world_named


def to_text(world: World | None) -> str | None:
    """A world for the database; None for none.

    Raises:
        PersonalizerError: ``BadRequest`` for one that could not be read again.
    """
    if world is None:
        return None
    key = key_of(world)
    return key if key in WORLDS else world_from_text(world.text).text


def from_text(text: str | None) -> World | None:
    """World in the database; None for none, and for a key unknown to this app."""
    with suppress(PersonalizerError):
        return world_from_text(text) if text and text.startswith("{") else from_json(text)
    return None


def to_json(text: str | None) -> object:
    """A world of the database for a file: its key, or itself."""
    return json.loads(text) if text is not None and text.startswith("{") else text


def from_json(value: object) -> World | None:
    """The world in a file; None for none.

    Raises:
        PersonalizerError: ``BadRequest`` for one that this app does not know.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        return world_from_json(value)
    try:
        return world_named(value)
    except KeyError:
        refuse("BadRequest", "the world", value, f"one of {', '.join(WORLDS)}, or one as JSON")
