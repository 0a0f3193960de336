"""Guarantees of a simulated world, for observers and for learners."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worlds import (
    WORLDS,
    Taste,
    World,
    key_of,
    world_from_json,
    world_named,
)
from tests.engine.worlds.ready import every_world, priced

some_world = st.sampled_from(list(WORLDS.values()))


PHONE_CELLS = 48
"""Maximum number of cells in the map of a world on a phone."""


def test_worlds_are_found_by_the_name_in_their_links() -> None:
    assert list(WORLDS) == ["coffee", "news", "movies", "shop"]
    assert [key_of(world) for world in WORLDS.values()] == list(WORLDS)
    assert all(world_named(key) is world for key, world in WORLDS.items())
    own = replace(WORLDS["coffee"], title="Café 24/7")
    assert key_of(own) == f"caf-24-7-{own.digest[:8]}"


def test_the_shop_is_found_by_the_name_that_it_had_before() -> None:
    assert world_named("store") is WORLDS["shop"]
    with pytest.raises(KeyError):
        world_named("moon")


@every_world
def test_the_map_of_a_world_fits_a_phone(world: World) -> None:
    assert len(world.fields) == 3
    assert all(3 <= len(field.values) <= 4 for field in world.fields)
    assert len(world.contexts) <= PHONE_CELLS
    labels = [field.label for field in world.fields]
    labels += [value.name for field in world.fields for value in field.values]
    assert max(map(len, labels)) <= 12
    assert max(len(item.id) for item in world.items) <= 18


@every_world
def test_each_item_and_each_value_has_a_name_and_a_picture_of_its_own(world: World) -> None:
    values = [value for field in world.fields for value in field.values]
    for names in (
        [item.id for item in world.items],
        [item.emoji for item in world.items],
        [value.emoji for value in values],
        [value.name for value in values],
        [field.name for field in world.fields],
    ):
        assert len(names) == len(set(names))


@every_world
def test_pictures_are_single_characters_that_old_phones_know(world: World) -> None:
    pictures = [item.emoji for item in world.items]
    pictures += [value.emoji for field in world.fields for value in field.values]
    for picture in (world.emoji, *pictures):
        # one symbol, with at most the variation selector for colour
        assert re.fullmatch(r"[\u2600-\u2bff\U0001f300-\U0001f9ff]\ufe0f?", picture), picture


@every_world
def test_the_story_is_two_plain_sentences(world: World) -> None:
    sentences = re.split(r"(?<=[.?!]) +", world.story)
    assert len(sentences) == 2
    assert all(re.fullmatch(r"[A-Z][^.?!]+\.", sentence) for sentence in sentences)


@every_world
def test_worlds_are_equal_if_all_that_they_say_is(world: World) -> None:
    same = replace(world)
    assert same is not world
    assert (same, hash(same), same.digest) == (world, hash(world), world.digest)
    kinder = replace(world, taste=lambda context, item: Taste(half=0.0, full=1.0))
    for other in (replace(world, title="Other"), kinder, *WORLDS.values()):
        assert (other == world) == (other is world)


def test_a_world_without_values_is_written_as_it_was_before_there_were_any() -> None:
    coffee = WORLDS["coffee"]
    assert coffee.to_json()["version"] == 1
    assert "unit" not in coffee.text
    data = priced(coffee, (2, 4, 8, 5)).to_json()
    assert (data["version"], data["unit"]) == (2, "€")
    assert world_from_json(data) == priced(coffee, (2, 4, 8, 5))


# -- learnability -------------------------------------------------------------------------


@given(data=st.data(), world=some_world)
def test_no_policy_beats_the_best_item_of_each_cell_nor_one_item_the_best_one(
    data: st.DataObject, world: World
) -> None:
    cells, items = len(world.contexts), len(world.items)
    choice = data.draw(st.lists(st.integers(0, items - 1), min_size=cells, max_size=cells))
    value = sum(world.frequencies[i] * world.expected[i, j] for i, j in enumerate(choice))
    assert value <= world.best_value + 1e-12
    constant = sum(world.frequencies[i] * world.expected[i, choice[0]] for i in range(cells))
    assert constant <= world.single_value + 1e-12


@every_world
def test_the_three_values_are_reached_and_lie_apart(world: World) -> None:
    """Context is worth learning; a single item for all visitors is better than chance but not
    enough.
    """
    value = {"best": 0.0, "uniform": 0.0}
    for f, expected in zip(world.frequencies, world.expected, strict=True):
        value["best"] += f * max(expected)
        value["uniform"] += f * sum(expected) / len(expected)
    singles = [sum(world.frequencies * world.expected[:, j]) for j in range(len(world.items))]
    assert world.best_value == pytest.approx(value["best"])
    assert world.uniform_value == pytest.approx(value["uniform"])
    assert world.single_value == pytest.approx(max(singles))
    assert world.best_value >= world.single_value + 0.15
    assert world.single_value >= world.uniform_value + 0.05
    assert 0.2 <= world.uniform_value <= 0.4


@pytest.mark.parametrize(
    ("key", "low", "high", "distinct"),
    [("news", 0.75, 0.9, 4), ("movies", 0.75, 0.9, 5), ("shop", 0.5, 0.7, 4)],
)
def test_made_up_worlds_reward_as_their_kind_does(
    key: str, low: float, high: float, distinct: int
) -> None:
    world = WORLDS[key]
    assert low <= world.best_value <= high
    assert len(set(world.expected.argmax(axis=1).tolist())) >= distinct


@every_world
def test_the_best_item_of_a_cell_is_clearly_ahead(world: World) -> None:
    second, best = np.sort(world.expected, axis=1)[:, -2:].T
    assert np.min(best - second) >= 0.08


@every_world
def test_fields_added_up_one_by_one_do_not_tell_the_best_item(world: World) -> None:
    """Some fields only matter together: the best fit by main effects leaves reward behind."""
    one_hot = np.array(
        [
            [1.0, *(context[f.name] == v.name for f in world.fields for v in f.values)]
            for context in world.contexts
        ]
    )
    weight = np.sqrt(world.frequencies)[:, None]
    effects = np.linalg.lstsq(one_hot * weight, world.expected * weight, rcond=None)[0]
    choice = (one_hot @ effects).argmax(axis=1)
    value = float(world.frequencies @ world.expected[np.arange(len(choice)), choice])
    assert world.single_value + 0.05 < value < world.best_value - 0.05


@every_world
def test_items_share_features_so_that_one_teaches_about_another(world: World) -> None:
    names = set(world.items[0].features)
    assert all(set(item.features) == names for item in world.items)
    for name in names:
        values = [item.features[name] for item in world.items]
        assert len(set(values)) > 1, f"{name} tells nothing"
        if not isinstance(values[0], int | float) or isinstance(values[0], bool):
            assert len(set(values)) < len(values), f"{name} is as good as an id"
