"""A loop as a file of its own format: a line of JSON that says what it is, then one an entry."""

import json
from collections.abc import Iterator

from engine.errors import PersonalizerError, UnreadableError
from engine.loop.entries import Entry, Undone
from engine.store import world_codec
from engine.store.entry_codec import from_json, parse
from engine.store.exchange.lines import Faults, each_read
from engine.store.store import MAX_NAME, About, Store, new_id

FORMAT = "personalizer-playground-loop"
VERSION = 1


def export_lines(store: Store, loop_id: str) -> Iterator[str]:
    """A loop as lines of JSON.

    Raises:
        StoreError: if it is not there or cannot be read.
    """
    about = store.about(loop_id)
    head = {"format": FORMAT, "version": VERSION, "name": about.name}
    head |= {"world": world_codec.to_json(about.world), "seed": about.seed}
    yield json.dumps(head, ensure_ascii=False)
    yield from store.texts(loop_id, 0, about.length)


def read_entries(
    lines: Iterator[tuple[int, str]], faults: Faults
) -> Iterator[tuple[int, Entry | Undone]]:
    """The entries in all lines but the first, each with the number of its line."""
    return each_read(lines, from_json, faults)


def read_head(line: str, owner: str, needs_world: bool) -> About:
    """What the first line says of the loop.

    Raises:
        UnreadableError: if that is no loop, or not one that may come in.
    """
    head = parse(line)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise UnreadableError(f'the first line does not say that it is a "{FORMAT}"')
    if head.get("version") != VERSION:
        raise UnreadableError(f"this app reads version {VERSION} of the format only")
    name, seed, told = head.get("name"), head.get("seed"), head.get("world")
    if type(seed) is not int or not 0 <= seed < 10**6:
        raise UnreadableError("its seed is not a whole number from 0 to 999,999")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= MAX_NAME or "\x00" in name:
        raise UnreadableError(f"its name does not have 1 to {MAX_NAME} characters")
    if needs_world and told is None:
        raise UnreadableError("it serves no world")
    try:
        world = world_codec.to_text(world_codec.from_json(told))
    except PersonalizerError as error:
        raise UnreadableError(f"its world cannot be read: {error.message}") from None
    if name.encode(errors="ignore").decode() != name:
        raise UnreadableError("its name is not text")
    return About(new_id(), owner, name.strip(), world, seed)
