"""A loop as JSON Lines: a first line with facts about the loop, then one line an entry.

Version 2 ends with a seal (`engine.store.exchange.file_seal`), version 1 without one.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, get_args

from engine.errors import PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.store import world_codec
from engine.store.entry_codec import from_json, parse
from engine.store.exchange.file_seal import sealed
from engine.store.loop_info import LoopInfo, Origin, new_id
from engine.store.store import MAX_NAME, Store

FORMAT = "personalizer-playground-loop"
VERSION = 2


def export_lines(store: Store, loop_id: str) -> Iterator[str]:
    """Yield a loop as lines of JSON.

    Raises:
        StoreError: if it does not exist or cannot be read.
    """
    about = store.loop_info(loop_id)
    head = {"format": FORMAT, "version": VERSION, "name": about.name, "origin": about.origin}
    head |= {"world": world_codec.to_json(about.world), "seed": about.seed}
    first = json.dumps(head, ensure_ascii=False)
    return sealed(chain([first], store.texts(loop_id, 0, about.length)))


def read(text: str) -> Iterable[Entry | Undone]:
    """Read the entry of a line."""
    return (from_json(parse(text)),)


def read_head(head: Any, owner: str) -> tuple[LoopInfo, bool]:
    """Read the first line: facts of the loop, and whether a seal is expected.

    Raises:
        UnreadableError: if it is no loop, or may not be imported.
    """
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise UnreadableError(f'the first line does not say that it is a "{FORMAT}"')
    version, name, seed = head.get("version"), head.get("name"), head.get("seed")
    if version not in (1, VERSION) or type(version) is not int:
        raise UnreadableError(f"this app reads the versions 1 and {VERSION} of the format only")
    if type(seed) is not int or not 0 <= seed < 10**6:
        raise UnreadableError("its seed is not a whole number from 0 to 999,999")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= MAX_NAME or "\x00" in name:
        raise UnreadableError(f"its name does not have 1 to {MAX_NAME} characters")
    if name.encode(errors="ignore").decode() != name:
        raise UnreadableError("its name is not text")
    stated = head.get("origin") if version == VERSION else "unsealed"
    origin = next((known for known in get_args(Origin) if known == stated), None)
    if origin is None:
        raise UnreadableError(f"its origin is not one of {', '.join(get_args(Origin))}")
    try:
        world = world_codec.to_text(world_codec.from_json(head.get("world")))
    except PersonalizerError as error:
        raise UnreadableError(f"its world cannot be read: {error.message}") from None
    return LoopInfo(new_id(), owner, name.strip(), world, seed, origin), version == VERSION
