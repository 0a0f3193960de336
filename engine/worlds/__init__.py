"""Simulated worlds by their keys in links.

`WORLDS` are the worlds in pickers, whose keys never change; `GALLERY` has every ready world.
"""

import re

from engine.worlds.ceilings import Ceiling, Ceilings
from engine.worlds.coffee import COFFEE
from engine.worlds.fields import Field, Value
from engine.worlds.film_night import MOVIES
from engine.worlds.gallery.registry import GALLERY, Exhibit
from engine.worlds.generate import Knobs, generate
from engine.worlds.news import NEWS
from engine.worlds.shop import SHOP
from engine.worlds.spreadsheet import items_from_table, world_from_table
from engine.worlds.taste import Context, Item, Taste, TasteTable, TasteTerm, TasteWeights
from engine.worlds.world import World
from engine.worlds.world_json import world_from_json, world_from_text

WORLDS: dict[str, World] = {"coffee": COFFEE, "news": NEWS, "movies": MOVIES, "shop": SHOP}
FORMER_KEYS = {"store": "shop"}  # Keys in older links, databases and files.


def world_named(key: str) -> World:
    """Ready world by its key, or by a former key; KeyError for an unknown key."""
    key = FORMER_KEYS.get(key, key)
    if key in GALLERY:
        return GALLERY[key].world
    return {key_of(exhibit.world): exhibit.world for exhibit in GALLERY.values()}[key]


def key_of(world: World) -> str:
    """Key of a world in links: its key in `WORLDS`, or its title and part of its digest, so that
    the link always leads to the same world."""
    word = re.sub(r"[^a-z0-9]+", "-", world.title.lower()).strip("-") or "world"
    own = f"{word}-{world.digest[:8]}"
    return next((key for key, known in WORLDS.items() if known == world), own)


__all__ = [
    "FORMER_KEYS",
    "GALLERY",
    "WORLDS",
    "Ceiling",
    "Ceilings",
    "Context",
    "Exhibit",
    "Field",
    "Item",
    "Knobs",
    "Taste",
    "TasteTable",
    "TasteTerm",
    "TasteWeights",
    "Value",
    "World",
    "generate",
    "items_from_table",
    "key_of",
    "world_from_json",
    "world_from_table",
    "world_from_text",
    "world_named",
]  # fmt: skip
