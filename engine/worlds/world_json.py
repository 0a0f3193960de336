"""Worlds out of JSON: `world_from_json` reads what `World.to_json` writes.

::

    {
      "format": "personalizer-playground-world", "version": 1, "title": "Bakery", "emoji": "🥐",
      "story": "A bakery offers one thing to whoever comes in.",
      "fields": [
        {"name": "weather", "label": "Weather", "values": [
          {"name": "Sunny", "emoji": "☀️", "share": 2},
          {"name": "Rainy", "emoji": "☔", "share": 1}
        ]}
      ],
      "items": [
        {"id": "Roll", "emoji": "🥐", "features": {"sweet": false, "price": 1.2}},
        {"id": "Cake", "emoji": "🍰", "features": {"sweet": true, "price": 3.5}}
      ],
      "truth": {"table": [[0.6, 0.1], [[0.3, 0.1], 0.8]]}
    }

Types, ranges and names with a default are in `engine.worlds.schema`. ``fields`` are those of the
context: ``name`` is for requests, ``label`` for the screen. A value's ``share`` is relative to the
others of its field. A request holds its name, or what it ``sends`` (version 2): a number for a
slice of numbers (``{"name": "18 to 30", "sends": 24}``), an object of tags (``{"sport": true}``),
an empty one for nothing at all. ``items`` are the actions, with the features for Rank and a
``title`` for people. A success with one is worth its ``value`` in the world's ``unit``, such as
``"€"`` (version 2). A ``picture`` in place of the emoji is a small WebP as a data URI (version 4,
`engine.worlds.pictures`).

Fields are independent of one another, unless there is a ``together`` (version 5): a list with a
number for each of at most 1,000 contexts (the last field changes fastest), by which its frequency
is multiplied. Since version 6, ``{"fields": ["weather", "hour"], "times": [1.5, ...]}`` has the
numbers of at most 10,000 combinations of some fields; all others are independent. ``"drift"``
(version 6) is how tastes change in a race: ``"halfway"`` or ``"slow"``.

``truth`` is a table or, where that would be too large, a sum (`engine.worlds.truth_json`). A
partial success is worth half of a whole one, or ``"partial": 0.25`` of it (version 3). Partial
successes of several levels (`engine.worlds.success_levels`, version 4) are in
``levels`` in its place: ::

    [{"worth": 1, "name": "Bought"}, {"worth": 0.4, "name": "Basket"},
     {"worth": 0.1, "name": "Looked", "share": 3}, {"worth": 0, "name": "Left"}]

The ``share`` of a partial one is relative to the others; worths of 1 and 0 are there for their
names alone, if at all.

Nothing in it is executed. Anything else is refused with its place.
"""

import copyreg
import json
import math
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from weakref import WeakValueDictionary

import numpy as np
from msgspec import UNSET, UnsetType

from engine.errors import PersonalizerError, check_number, refuse
from engine.protocol.features import flatten, is_list
from engine.result_cache import RESULTS
from engine.worlds.fields import Field, Value
from engine.worlds.joint_frequencies import joint_of
from engine.worlds.json_checks import CODE, check_known
from engine.worlds.limits import MAX_CELLS, MAX_FEATURES, MAX_SENT, MAX_SIZE
from engine.worlds.pictures import picture_in
from engine.worlds.schema import FieldJson, ItemJson, TogetherJson, WorldJson, plain_json, read
from engine.worlds.success_levels import HALF, Level
from engine.worlds.taste import Item
from engine.worlds.truth_json import check_length, truth_in
from engine.worlds.world import World
from engine.worlds.world_contents import MAX_TIMES, TABULATED


def world_from_json(value: object) -> World:
    """Read a world; ``BadRequest`` for the first fault, with the place."""
    source = read(plain_json(value), WorldJson)
    fields = tuple(_field(part, f"fields[{at}]") for at, part in enumerate(source.fields))
    for name in ("name", "label"):
        _check_distinct("fields", name, fields)
    cells = math.prod(len(field.values) for field in fields)
    if cells > MAX_CELLS:
        refuse(CODE, "fields", cells, f"at most {MAX_CELLS:,}", "the number of contexts")
    items = tuple(_item(part, f"items[{at}]") for at, part in enumerate(source.items))
    _check_distinct("items", "id", items)
    if not any(item.value for item in items):
        refuse(CODE, "items", 0.0, "above 0", "the largest value of an item")
    taste = truth_in(source.truth, fields, items)
    together, bound = _together(source.together, fields)
    place = source.title, source.emoji, source.story, fields, items, taste, source.unit
    world = World(*place, _levels(source), together, bound, source.drift)
    _check_request(world)
    _check_columns(fields, items)
    size = len(world.text.encode())
    if size > MAX_SIZE:
        refuse(CODE, "the world", size, f"at most {MAX_SIZE:,}", "the world's size in bytes")
    return world


_in_use: WeakValueDictionary[str, World] = WeakValueDictionary()
"""Worlds in use, by the digest of their text."""


def world_from_text(text: str) -> World:
    """Read a `World.text`. Equal texts give one object while in use, and a while longer, so that
    computed results are shared."""
    name = sha256(text.encode(errors="surrogatepass")).hexdigest()

    def parse() -> World:
        known = _in_use.get(name)
        if known is not None:
            return known
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            refuse(CODE, "the world", text, "JSON")
        return _in_use.setdefault(name, world_from_json(value))

    return RESULTS.get((world_from_text, name), parse, lambda world: world.bytes)


# For the race's own worker processes: a world travels to them as its text, since its truth may be
# any function. Nothing from a user or a file is unpickled.
copyreg.pickle(World, lambda world: (world_from_text, (world.text,)))


# -- parts ----------------------------------------------------------------------------


def _field(source: FieldJson, place: str) -> Field:
    values = tuple(
        Value(value.name, value.emoji, value.share, value.sends) for value in source.values
    )
    _check_distinct(f"{place}.values", "name", values)
    sent: list[object] = []
    for at, value in enumerate(values):
        place_of_value = f"{place}.values[{at}]"
        if value.sends is not None:
            _check_sent(value.sends, f"{place_of_value}.sends")
        sends = value.name if value.sends is None else value.sends
        if sends in sent:
            allowed = "different from the others"
            refuse(
                CODE,
                f"{place_of_value}.sends",
                sends,
                allowed,
                f"the data sent for {place_of_value}",
            )
        sent.append(sends)
    return Field(source.name, source.name if source.label is UNSET else source.label, values)


def _item(source: ItemJson, place: str) -> Item:
    picture = picture_in(source.picture, f"{place}.picture")
    return Item(source.id, source.emoji, source.features, source.title, source.value, picture)


def _check_distinct(place: str, name: str, parts: Sequence[object]) -> None:
    """Refuse two parts of a list with the same name."""
    before = set[object]()
    for at, part in enumerate(parts):
        value = getattr(part, name)
        if value in before:
            refuse(CODE, f"{place}[{at}].{name}", value, "different from those before it")
        before.add(value)


def _levels(source: WorldJson) -> tuple[Level, ...]:
    if source.levels is UNSET:
        return (Level(HALF if source.partial is UNSET else source.partial),)
    if source.partial is not UNSET:
        refuse(CODE, "partial", source.partial, "left out, because levels define it")
    levels = tuple(Level(entry.worth, entry.name, entry.share) for entry in source.levels)
    for at, level in enumerate(levels):
        if level.is_partial:
            check_number(CODE, f"levels[{at}].worth", level.worth, 0.01, 0.99)
    _check_distinct("levels", "worth", levels)
    names = [level.name for level in levels if level.name]
    for name in names:
        if names.count(name) > 1:
            refuse(CODE, "levels", name, "the name of only one level")
    if not any(level.is_partial for level in levels):
        refuse(CODE, "levels", 0, "1 or more between 0 and 1", "the number of partial levels")
    return levels


def _together(
    source: tuple[float, ...] | TogetherJson | UnsetType, fields: Sequence[Field]
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Frequencies of combinations, and their fields unless all are meant. Fields along which the
    frequencies are equal are dropped, as in a draft."""
    sizes = {field.name: len(field.values) for field in fields}
    cells, place, names = math.prod(sizes.values()), "together", tuple(sizes)
    if source is UNSET:
        return (), ()
    if isinstance(source, TogetherJson):
        for at, name in enumerate(source.fields):
            check_known(name, f"together.fields[{at}]", names)
        names, place = tuple(name for name in sizes if name in source.fields), "together.times"
        if source.fields != names:
            allowed = "each field once, in the order in which fields stand"
            refuse(CODE, "together.fields", list(source.fields), allowed)
        times = source.times
    else:
        times = source
        if cells > TABULATED:
            allowed = f"at most {TABULATED:,} with a list, and with more an object"
            refuse(CODE, "together", cells, allowed, "the number of contexts")
    count = math.prod(sizes[name] for name in names)
    if count > MAX_TIMES:
        refuse(CODE, place, count, f"at most {MAX_TIMES:,}", "the number of combinations")
    check_length(times, count, place)
    if len(set(times)) == 1:
        return (), ()
    if cells > TABULATED:
        kept = joint_of([[at] * sizes[name] for at, name in enumerate(names)], times)
        return kept.times, tuple(names[ids[0]] for ids in kept.ids)
    shape = [size if name in names else 1 for name, size in sizes.items()]
    spread = np.broadcast_to(np.array(times).reshape(shape), [*sizes.values()])
    return tuple(spread.ravel().tolist()), ()


def _check_columns(fields: Sequence[Field], items: Sequence[Item]) -> None:
    """Refuse contexts and actions with more columns than a quick click allows."""
    sent = sum(
        max(1 if value.sends is None else _columns(value.sends) for value in field.values)
        for field in fields
    )
    if sent > MAX_SENT:
        subject = "the number of columns that a context may send"
        refuse(CODE, "fields", sent, f"at most {MAX_SENT}", subject)
    for at, item in enumerate(items):
        if (count := _columns(item.features)) > MAX_FEATURES:
            subject = f"the number of columns that the features of items[{at}] make"
            refuse(CODE, f"items[{at}].features", count, f"at most {MAX_FEATURES}", subject)


def _columns(sent: object) -> int:
    """Number of columns of a value in a request: of a list, the number of entries."""
    if isinstance(sent, Mapping):
        return sum(map(_columns, sent.values()))
    return len(sent) if is_list(sent) else 1


def _check_sent(sends: object, place: str) -> None:
    """Refuse a value that a request cannot hold."""
    try:
        flatten([{"sent": sends}], place)
    except PersonalizerError:
        refuse(
            CODE, place, sends, "a number, a text, true or false, an array, or an object of such"
        )


def _check_request(world: World) -> None:
    """Refuse a world whose requests Rank would refuse, with the place in the world."""
    try:
        world.request(0)
    except PersonalizerError as error:
        reason = re.sub(r"actions(\[\d+\]\.features)(\[0\])?", r"items\1", error.message)
        raise PersonalizerError(CODE, reason, "items") from None
