"""The ready worlds of the pickers, for tests that hold for each of them."""

from dataclasses import replace

import pytest

from engine.worlds import WORLDS, World

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


def priced(world: World, values: tuple[float, ...]) -> World:
    """The same with actions that are worth so much."""
    items = tuple(replace(i, value=v) for i, v in zip(world.items, values, strict=True))
    return replace(world, items=items, unit="€")
