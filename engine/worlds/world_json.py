"""A world out of JSON: `world_from_json` makes of it what `World.to_json` has written.

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

``fields`` are those of the context: ``name`` stands in the request, ``label`` on the screen.
A value comes as often as its ``share`` says, relative to the others of its field. What the request
says for it is its name, or what it ``sends``: a number for a slice of numbers
(``{"name": "18 to 30", "sends": 24}``), an object of tags (``{"sport": true}``, a list as the
service took it), an empty one for nothing at all; with that, the ``version`` is 2. ``items``
are the actions, with the features that Rank is sent, and a ``title`` where people call them
otherwise. A success with one is worth its ``value`` (1 if left out) in the world's ``unit``, such
as ``"€"``; with either, too. A ``picture`` in place of its emoji, a small WebP as a data URI
(`engine.worlds.pictures`), came with version 4. Every ``emoji``, ``label``, ``share``, ``title``,
``value``, ``unit`` and the ``story`` may be left out.

Fields come independently of one another, unless ``together`` says otherwise: a list with a number
for each context (the last field changes fastest), how many times as often it comes as the shares of
its values alone say; in version 5, and for at most 1,000 contexts. Of more, and since version 6,
``{"fields": ["weather", "hour"], "times": [1.5, ...]}`` says it of the combinations of some fields
alone, at most 10,000, and all others come independently. ``"drift"``, which may be ``"halfway"`` or
``"slow"``, says how tastes are meant to change in a race; it came with version 6.

``truth`` is a table or, where that would be too large, a sum (`engine.worlds.truth_json`). A
success may be partial: worth half of a whole one, or whatever part of it ``"partial": 0.25`` says;
with that, the ``version`` is 3. Partial successes of several levels (`engine.worlds.levels`) are
told by ``levels`` in its place, in version 4: ::

    [{"worth": 1, "name": "Bought"}, {"worth": 0.4, "name": "Basket"},
     {"worth": 0.1, "name": "Looked", "share": 3}, {"worth": 0, "name": "Left"}]

Each partial one comes as often as its ``share`` says (1 if left out), relative to the others; what
is worth 1 and 0 stands there for its name, if at all.

Nothing in it is executed. What is not so is refused, with its place.
"""

import copyreg
import json
import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import partial
from hashlib import sha256
from typing import get_args
from weakref import WeakValueDictionary

import numpy as np

from engine.errors import PersonalizerError, refuse
from engine.protocol.features import flatten, is_list
from engine.result_cache import RESULTS
from engine.worlds.checks import CODE, check_known, each_in, number_in, object_in, text_in
from engine.worlds.fields import Field, Value
from engine.worlds.joint import joint_of
from engine.worlds.levels import levels_in
from engine.worlds.limits import (
    MAX_CELLS,
    MAX_FEATURES,
    MAX_FIELDS,
    MAX_ITEMS,
    MAX_NAME,
    MAX_SENT,
    MAX_SIZE,
    MAX_STORY,
    MAX_TITLE,
    MAX_UNIT,
    MAX_VALUES,
    MAX_WORTH,
    TAKEN,
)
from engine.worlds.pictures import picture_in
from engine.worlds.place import MAX_TIMES, TABULATED, Drift
from engine.worlds.taste import Item
from engine.worlds.truth_json import truth_in
from engine.worlds.visitors import LEAST_TIMES
from engine.worlds.world import FORMAT, VERSIONS, World

_emoji = partial(text_in, most=16, least=0)
_name = partial(text_in, most=MAX_NAME)


def world_from_json(value: object) -> World:
    """The world that JSON describes; ``BadRequest`` for what first is not as described above."""
    names = ("format", "version", "title", "emoji", "story", "unit", "partial", "levels")
    told = object_in(value, "the world", (*names, "fields", "together", "items", "truth", "drift"))
    if told.get("format") != FORMAT:
        refuse(CODE, "format", told.get("format"), f"{FORMAT!r}")
    if type(told.get("version")) is not int or told["version"] not in VERSIONS:
        refuse(CODE, "version", told.get("version"), "1 to 6, which this app reads")
    title = text_in(told.get("title"), "title", MAX_TITLE)
    story = text_in(told.get("story", ""), "story", MAX_STORY, least=0)
    fields = each_in(told.get("fields"), "fields", MAX_FIELDS, _field, "name", "label")
    cells = math.prod(len(field.values) for field in fields)
    if cells > MAX_CELLS:
        refuse(CODE, "fields", cells, f"at most {MAX_CELLS:,}", "the number of contexts")
    items = each_in(told.get("items"), "items", MAX_ITEMS, _item, "id")
    taste = truth_in(told.get("truth"), fields, items)
    unit = text_in(told.get("unit", ""), "unit", MAX_UNIT, least=0)
    levels = levels_in(told)
    emoji = _emoji(told.get("emoji", ""), "emoji")
    together, bound = _together(told["together"], fields) if "together" in told else ((), ())
    drift = told.get("drift", "none")
    check_known(drift, "drift", get_args(Drift))
    world = World(title, emoji, story, fields, items, taste, unit, levels, together, bound, drift)
    _check_request(world)
    _check_columns(fields, items)
    size = len(world.text.encode())
    if size > MAX_SIZE:
        refuse(CODE, "the world", size, f"at most {MAX_SIZE:,}", "its size in bytes")
    return world


_in_use: WeakValueDictionary[str, World] = WeakValueDictionary()
"""Worlds that somebody has, by the digest of their text."""


def world_from_text(text: str) -> World:
    """The same out of `World.text`; the same world each time, so that what it keeps is shared: as
    long as somebody has it, and a while longer."""
    name = sha256(text.encode(errors="surrogatepass")).hexdigest()

    def read() -> World:
        known = _in_use.get(name)
        if known is not None:
            return known
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            refuse(CODE, "the world", text, "JSON")
        return _in_use.setdefault(name, world_from_json(value))

    return RESULTS.get((world_from_text, name), read, lambda world: world.bytes)


# Whatever function its truth is, a world travels to another process as its text.
copyreg.pickle(World, lambda world: (world_from_text, (world.text,)))


# -- who comes, and what is offered ---------------------------------------------------


def _field(value: object, place: str) -> Field:
    told = object_in(value, place, ("name", "label", "values"))
    name = told.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[^\W_][\w -]{0,59}", name) or name in TAKEN:
        allowed = f"1 to {MAX_NAME} letters, digits, spaces, - or _, and none of {', '.join(TAKEN)}"
        refuse(CODE, f"{place}.name", name, allowed)
    values = each_in(told.get("values"), f"{place}.values", MAX_VALUES, _value, "name")
    sent = [one.name if one.sends is None else one.sends for one in values]
    for at, one in enumerate(sent):
        if one in sent[:at]:
            what = f"what {place}.values[{at}] sends"
            refuse(CODE, f"{place}.values[{at}].sends", one, "different from the others", what)
    return Field(name, _name(told.get("label", name), f"{place}.label"), values)


def _value(value: object, place: str) -> Value:
    told = object_in(value, place, ("name", "emoji", "share", "sends"))
    share = number_in(told.get("share", 1.0), f"{place}.share", 1e-6, 1e6)
    name = _name(told.get("name"), f"{place}.name")
    sends = told.get("sends")
    if sends is not None:
        _check_sent(sends, f"{place}.sends")
    return Value(name, _emoji(told.get("emoji", ""), f"{place}.emoji"), share, deepcopy(sends))


def _together(value: object, fields: Sequence[Field]) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """How often values come together, and of which fields, where these are not all: without those
    along which nothing differs, as a draft of it has none, either."""
    sizes = {field.name: len(field.values) for field in fields}
    cells, place, names = math.prod(sizes.values()), "together", tuple(sizes)
    if isinstance(value, Mapping):
        told = object_in(value, "together", ("fields", "times"))
        value, place = told.get("times"), "together.times"
        known = partial(_one_of, [*sizes])
        said = each_in(told.get("fields"), "together.fields", len(sizes), known)
        names = tuple(name for name in sizes if name in said)
        if said != names:
            allowed = "each field once, in the order in which fields stand"
            refuse(CODE, "together.fields", list(said), allowed)
    elif cells > TABULATED:
        allowed = f"at most {TABULATED:,} with a list, and with more an object"
        refuse(CODE, "together", cells, allowed, "the number of contexts")
    count = math.prod(sizes[name] for name in names)
    if count > MAX_TIMES:
        refuse(CODE, place, count, f"at most {MAX_TIMES:,}", "the number of combinations")
    often = partial(number_in, low=LEAST_TIMES, high=1 / LEAST_TIMES)
    times = each_in(value, place, count, often, least=count)
    if len(set(times)) == 1:
        return (), ()
    if cells > TABULATED:
        kept = joint_of([[at] * sizes[name] for at, name in enumerate(names)], times)
        return kept.times, tuple(names[ids[0]] for ids in kept.ids)
    shape = [size if name in names else 1 for name, size in sizes.items()]
    spread = np.broadcast_to(np.array(times).reshape(shape), [*sizes.values()])
    return tuple(spread.ravel().tolist()), ()


def _one_of(names: Sequence[str], value: object, place: str) -> str:
    check_known(value, place, names)
    return str(value)


def _check_columns(fields: Sequence[Field], items: Sequence[Item]) -> None:
    """Refuse contexts and actions with so many columns that a click would take long."""
    sent = sum(
        max(1 if value.sends is None else _columns(value.sends) for value in field.values)
        for field in fields
    )
    if sent > MAX_SENT:
        what = "the number of columns that a context may send"
        refuse(CODE, "fields", sent, f"at most {MAX_SENT}", what)
    for at, item in enumerate(items):
        if (count := _columns(item.features)) > MAX_FEATURES:
            what = f"the number of columns that the features of items[{at}] make"
            refuse(CODE, f"items[{at}].features", count, f"at most {MAX_FEATURES}", what)


def _columns(sent: object) -> int:
    """How many columns a value makes that is sent: a list one for each number in it."""
    if isinstance(sent, Mapping):
        return sum(map(_columns, sent.values()))
    return len(sent) if is_list(sent) else 1


def _check_sent(sends: object, place: str) -> None:
    """Refuse what no request could say."""
    try:
        flatten([{"sent": sends}], place)
    except PersonalizerError:
        refuse(CODE, place, sends, "a number, a text, true or false, or an object of such")


def _item(value: object, place: str) -> Item:
    told = object_in(value, place, ("id", "emoji", "features", "title", "value", "picture"))
    features = object_in(told.get("features"), f"{place}.features")
    name = _name(told.get("id"), f"{place}.id")
    title = _name(told["title"], f"{place}.title") if told.get("title", "") != "" else ""
    emoji = _emoji(told.get("emoji", ""), f"{place}.emoji")
    worth = number_in(told.get("value", 1.0), f"{place}.value", 1e-6, MAX_WORTH)
    picture = picture_in(told.get("picture", ""), f"{place}.picture")
    return Item(name, emoji, deepcopy(dict(features)), title, worth, picture)


def _check_request(world: World) -> None:
    """Refuse what Rank would refuse, with the place that it has in the world."""
    try:
        world.request(0)
    except PersonalizerError as error:
        said = re.sub(r"actions(\[\d+\]\.features)(\[0\])?", r"items\1", error.message)
        raise PersonalizerError(CODE, said, "items") from None
