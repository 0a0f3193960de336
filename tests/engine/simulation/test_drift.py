"""Tastes that change over the course of visitors."""

import numpy as np
import pytest

from engine.simulation.drift import as_it_becomes, drifting, with_other_tastes
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import (
    WORLDS,
    Field,
    TasteTerm,
    TasteWeights,
    Value,
    World,
    world_from_json,
    world_from_text,
)
from engine.worlds.world_contents import Drift
from tests.engine.worlds.random_worlds import bakery

COFFEE = WORLDS["coffee"]


EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)


@EVERY_WORLD
def test_a_change_hands_every_taste_on_to_another_item(world: World) -> None:
    tastes = drifting(world, "halfway", 100, seed=4)
    np.testing.assert_array_equal(tastes.before, world.outcomes)
    for before, after in zip(tastes.before, tastes.after, strict=True):
        assert sorted(map(tuple, before)) == sorted(map(tuple, after))
    if world is COFFEE:
        best = (tastes.before[:, :, 2].argmax(axis=1), tastes.after[:, :, 2].argmax(axis=1))
        assert (best[0] != best[1]).all()


@pytest.mark.parametrize(("drift", "moved"), [("none", 0.0), ("halfway", 0.5), ("slow", 0.5)])
def test_drift_changes_nothing_all_at_once_or_cell_by_cell(drift: Drift, moved: float) -> None:
    visitors = 2_000
    met, still = (
        potential_outcomes(COFFEE, visitors, 1, drift),
        potential_outcomes(COFFEE, visitors, 1),
    )
    changed = (met.expected != still.expected).any(axis=1)
    assert changed.mean() == pytest.approx(moved, abs=0.04)
    np.testing.assert_array_equal(met.best, still.best)
    np.testing.assert_array_equal(met.cells, still.cells)
    if drift == "halfway":
        assert changed.tolist() == [False] * 1_000 + [True] * 1_000
    if drift == "slow":
        since = drifting(COFFEE, "slow", visitors, 1).since
        assert len(set(since.tolist())) == len(COFFEE.contexts)
        assert 0 < since.min() < since.max() < visitors


def test_which_tastes_move_depends_on_the_seed() -> None:
    one, same, other = (drifting(COFFEE, "halfway", 10, seed).after for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_world_as_it_becomes_is_what_its_crowd_meets() -> None:
    crowd, after = potential_outcomes(COFFEE, 40, 5, "halfway"), as_it_becomes(COFFEE, 5)
    assert crowd.expected[20:] == pytest.approx(after.expected_in(crowd.cells[20:]))
    assert (after.expected.argmax(axis=1) != COFFEE.expected.argmax(axis=1)).all()


def test_other_tastes_hand_on_those_that_were_there_and_depend_on_the_visitor() -> None:
    coffee = WORLDS["coffee"]
    other, later = (with_other_tastes(coffee, 7, number) for number in (0, 5))
    assert other == with_other_tastes(coffee, 7, 0) != later
    assert (other.items, other.fields) == (coffee.items, coffee.fields)
    assert (np.sort(other.expected) == np.sort(coffee.expected)).all()
    assert (other.outcomes != coffee.outcomes).any(axis=(1, 2)).all()
    assert world_from_json(other.to_json()) == other


def test_other_tastes_of_a_large_world_are_those_of_other_values_and_items() -> None:
    fields = tuple(
        Field(name, name, tuple(Value(f"{n}", "") for n in range(30))) for name in ("a", "b", "c")
    )
    items = WORLDS["coffee"].items[:2]
    terms = (TasteTerm(0.5, {"a": "3"}, None, {}), TasteTerm(0.25, {}, items[0].id, {}))
    world = World("Large", "", "", fields, items, TasteWeights(0.1, terms))
    taste = with_other_tastes(world, 7, 0).taste
    assert isinstance(taste, TasteWeights)
    value, (thing,) = taste.terms[0].when["a"], taste.terms[1:]
    assert (taste.base, [t.add for t in taste.terms]) == (0.1, [0.5, 0.25])
    assert value != "3"
    assert (thing.item, thing.when) == (items[1].id, {})


SIZES = [{"name": f"v{n}", "sends": n} for n in range(30)]


@pytest.mark.parametrize(
    "term",
    [
        {"within": {"a": [3, 9]}},
        {"features": {"sweet": True}},
        {"features": {"sweet": True}, "item": "Cake"},
        {"features": {"sweet": True}, "within": {"b": [0, 4], "c": [0, 29]}},
    ],
)
def test_other_tastes_are_other_ones_though_a_term_names_no_value(term: dict[str, object]) -> None:
    fields = [{"name": name, "values": SIZES} for name in "abc"]
    truth = {"base": 0.1, "terms": [{"add": 0.3} | term]}
    world = world_from_json(bakery(version=4, fields=fields, truth=truth))
    cells = np.arange(0, world.size, 7)
    for number in range(4):
        other = world_from_text(with_other_tastes(world, 1, number).text)
        assert (other.expected_in(cells) != world.expected_in(cells)).any()
