"""The simulated places to play in, by the name they have in links."""

from engine.worlds.coffee import COFFEE
from engine.worlds.movies import MOVIES
from engine.worlds.news import NEWS
from engine.worlds.shop import STORE
from engine.worlds.world import Context, Field, Item, Taste, Value, World

WORLDS: dict[str, World] = {world.key: world for world in (COFFEE, NEWS, MOVIES, STORE)}

__all__ = ["WORLDS", "Context", "Field", "Item", "Taste", "Value", "World"]
