"""World in a file of its own: indented JSON.

Errors name the line and column of invalid JSON, or the place in the world
(`engine.worlds.world_json`).
"""

import json
from typing import Any

from engine.errors import PersonalizerError, refuse
from engine.worlds.limits import MAX_SIZE
from engine.worlds.visible_text import new_world_from_json
from engine.worlds.world import World

MAX_FILE = 4 * MAX_SIZE  # Bytes: indented JSON is longer than `World.text`.
_CODE = "BadRequest"


def world_to_file(world: World) -> str:
    """Content of a world's file."""
    return json.dumps(world.to_json(), ensure_ascii=False, indent=1) + "\n"


def world_from_file(data: bytes | str) -> World:
    """Read a world from a file.

    Raises:
        PersonalizerError: ``BadRequest`` if the file holds none.
    """
    if len(data) > MAX_FILE:
        refuse(_CODE, "file", len(data), f"at most {MAX_FILE:,}", "the file's size in bytes")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        sentence = f"The file is not UTF-8: byte {error.start + 1:,} is none of a text."
        raise PersonalizerError(_CODE, sentence, "file") from None
    except json.JSONDecodeError as error:
        sentence = f"The file is no JSON at line {error.lineno:,}, column {error.colno:,}: "
        raise PersonalizerError(_CODE, f"{sentence}{error.msg}.", "file") from None
    except RecursionError:
        raise PersonalizerError(_CODE, "The file is nested too deeply.", "file") from None
    except ValueError as error:
        raise PersonalizerError(_CODE, f"The file {error}.", "file") from None
    return new_world_from_json(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for name, value in pairs:
        if name in entries:
            raise ValueError(f"has the name {name!r} twice in one object")
        entries[name] = value
    return entries


def _no_number(word: str) -> float:
    raise ValueError(f"has {word}, which is no number of JSON")
