"""The ready worlds of the gallery, for tests that apply to each of them."""

from dataclasses import replace

import pytest

from engine.worlds import WORLDS, World

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
every_world_at_night = pytest.mark.parametrize(
    "world",
    [
        pytest.param(
            world, id=key, marks=() if key in {"coffee", "movies"} else pytest.mark.nightly
        )
        for key, world in WORLDS.items()
    ],
)
"""Each ready world: two of them in each run, all others at night."""


def priced(world: World, values: tuple[float, ...]) -> World:
    """The world with the given values of actions, in euros."""
    items = tuple(replace(i, value=v) for i, v in zip(world.items, values, strict=True))
    return replace(world, items=items, unit="€")
