"""Worlds as they are written down: by key if they are this app's own, else as JSON."""

import json

from engine.errors import PersonalizerError, refuse
from engine.worlds import WORLDS, World, key_of, world_from_json, world_from_text, world_named


def to_text(world: World) -> str:
    """A world for the database.

    Raises:
        PersonalizerError: ``BadRequest`` for one that could not be read again.
    """
    key = key_of(world)
    return key if key in WORLDS else world_from_text(world.text).text


def from_text(text: str | None) -> World | None:
    """The world in the database; None for none, and for one that this app does not know."""
    try:
        if text is None:
            return None
        return world_from_text(text) if text.startswith("{") else world_named(text)
    except (KeyError, PersonalizerError):
        return None


def to_json(text: str | None) -> object:
    """A world of the database for a file: its key, or itself."""
    return json.loads(text) if text is not None and text.startswith("{") else text


def from_json(value: object) -> World:
    """The world in a file.

    Raises:
        PersonalizerError: ``BadRequest`` for one that this app does not know.
    """
    if not isinstance(value, str):
        return world_from_json(value)
    try:
        return world_named(value)
    except KeyError:
        refuse("BadRequest", "the world", value, f"one of {', '.join(WORLDS)}, or one as JSON")
