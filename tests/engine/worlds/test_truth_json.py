"""The truth of a world as it is written: a table in the order of contexts, or a sum of terms."""

import pytest

from engine.worlds import TasteWeights, world_from_json
from engine.worlds.truth_json import truth_in
from tests.engine.worlds.random_worlds import bakery


def test_a_table_is_read_row_by_row_the_last_field_changing_fastest() -> None:
    world = world_from_json(bakery())
    sunny, hurried = {"weather": "Sunny", "hurry": "no"}, {"weather": "Rainy", "hurry": "yes"}
    assert world.outcomes[world.cell(sunny)].tolist() == [
        [0.9, 0, 0.1],
        [0.25, 0.5, 0.25],
        [0.8, 0, 0.2],
    ]
    assert world.expected[world.cell(hurried)].tolist() == [0.2, 0.8, 0.1]
    assert world.frequencies.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])


def test_a_sum_asks_for_values_ranges_items_and_features() -> None:
    slices = [{"name": f"about {age}", "sends": age} for age in (20, 40, 60)]
    fields, truth = [{"name": "age", "values": slices}], {"base": 0.5, "terms": []}
    world = world_from_json(bakery(fields=fields, truth=truth, version=4))
    terms = [
        {"add": 0.1, "within": {"age": [30, 60]}, "item": "Tea"},
        {"add": 0.2, "when": {"age": "about 20"}, "features": {"sweet": True}},
    ]
    taste = truth_in({"base": 0.5, "whole": 0.9, "terms": terms}, world.fields, world.items)
    assert isinstance(taste, TasteWeights)
    data = {
        (age, item.id): taste({"age": f"about {age}"}, item)
        for age in (20, 40)
        for item in world.items
    }
    assert {where: round(one.half + one.full, 9) for where, one in data.items()} == {
        (20, "Roll"): 0.5, (20, "Cake"): 0.7, (20, "Tea"): 0.5,
        (40, "Roll"): 0.5, (40, "Cake"): 0.5, (40, "Tea"): 0.6,
    }  # fmt: skip
