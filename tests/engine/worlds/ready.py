"""The ready worlds of the gallery, for tests that apply to each of them."""

from dataclasses import replace

import pytest

from engine.worlds import WORLDS, World

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


def priced(world: World, values: tuple[float, ...]) -> World:
    """The world with the given values of actions, in euros."""
    items = tuple(replace(i, value=v) for i, v in zip(world.items, values, strict=True))
    return replace(world, items=items, unit="€")
