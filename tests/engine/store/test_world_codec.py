"""Encoding of a world in a database and in a file: by its key, or as JSON."""

from dataclasses import replace

import pytest

from engine import PersonalizerError
from engine.store import world_codec
from engine.worlds import WORLDS, World, world_from_json
from tests.engine.worlds.random_worlds import bakery


@pytest.mark.parametrize(("key", "world"), WORLDS.items(), ids=WORLDS)
def test_the_apps_own_worlds_are_written_by_key(key: str, world: World) -> None:
    assert world_codec.to_text(world) == world_codec.to_json(key) == key
    assert world_codec.from_text(key) is world_codec.from_json(key) is world


def test_the_shop_is_still_read_by_the_name_that_it_had_before() -> None:
    assert world_codec.from_text("store") is world_codec.from_json("store") is WORLDS["shop"]


def test_any_other_world_is_written_as_all_that_it_is() -> None:
    world = world_from_json(bakery())
    text = world_codec.to_text(world)
    assert world_codec.from_text(text) == world == world_codec.from_json(world_codec.to_json(text))
    assert world_codec.to_json(text) == world.to_json()


def test_what_this_app_does_not_know_is_no_world() -> None:
    for text in (None, "moon", "", "{}", '{"format":'):
        assert world_codec.from_text(text) is None
    with pytest.raises(PersonalizerError, match=r"the world is 'moon', but must be one of coffee"):
        world_codec.from_json("moon")
    with pytest.raises(PersonalizerError, match=r"the world is 7, but must be an object\."):
        world_codec.from_json(7)


def test_a_world_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(PersonalizerError, match="title is '', but must be"):
        world_codec.to_text(replace(WORLDS["coffee"], title=""))
