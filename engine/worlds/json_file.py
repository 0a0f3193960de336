"""A world in a file of its own: its JSON, with lines that people can read.

What is no world is refused with its place: the line and column where it is no JSON, or the
place in it (`engine.worlds.world_json`).
"""

import json
from typing import Any

from engine.errors import PersonalizerError, refuse
from engine.worlds.limits import MAX_SIZE
from engine.worlds.seen import new_world_from_json
from engine.worlds.world import World

MAX_FILE = 4 * MAX_SIZE  # Bytes: lines for people take more room than `World.text`.
_CODE = "BadRequest"


def world_to_file(world: World) -> str:
    """What the file of a world holds."""
    return json.dumps(world.to_json(), ensure_ascii=False, indent=1) + "\n"


def world_from_file(data: bytes | str) -> World:
    """The world in a file.

    Raises:
        PersonalizerError: ``BadRequest`` if there is none.
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
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"has the name {name!r} twice in one object")
        found[name] = value
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"has {word}, which is no number of JSON")
