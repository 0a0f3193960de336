"""World in a file of its own: indented JSON.

Errors name the line and column of invalid JSON, or the place in the world
(`engine.worlds.world_json`).
"""

import json
from typing import Any

from engine.errors import PersonalizerError
from engine.worlds.json_checks import reason_of
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
        sentence = f"The world's file is larger than {MAX_FILE:,} bytes, the maximum."
        raise PersonalizerError(_CODE, sentence, "file")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        sentence = f"The file is not text in UTF-8, at byte {error.start + 1:,}."
        raise PersonalizerError(_CODE, sentence, "file") from None
    except json.JSONDecodeError as error:
        sentence = f"The world's JSON is faulty at line {error.lineno:,}, column {error.colno:,}: "
        raise PersonalizerError(_CODE, f"{sentence}{reason_of(error)}.", "file") from None
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
