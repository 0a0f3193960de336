"""Ceilings of a world: exact against a second computation, or an estimate with its error."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine.simulation.baselines import best_rule
from engine.worlds import World, world_from_json
from engine.worlds.ceilings import Ceiling
from tests.engine.worlds.random_worlds import bakery, large, worlds
from tests.engine.worlds.ready import every_world


def rule_earns(world: World, names: tuple[str, ...]) -> float:
    """Expected reward of the best rule over some fields, visitor by visitor."""
    rule = best_rule(world, names)
    shown = [world.position(rule.choose(c, np.random.default_rng())) for c in world.contexts]
    return float(world.frequencies @ world.expected[np.arange(world.size), shown])


@every_world
def test_they_are_what_the_best_rules_earn(world: World) -> None:
    ceilings, names = world.ceilings, [field.name for field in world.fields]
    for ceiling, count in ((ceilings.field, 1), (ceilings.pair, 2)):
        assert ceiling is not None
        results = {one: rule_earns(world, one) for one in combinations(names, count)}
        assert ceiling.value == pytest.approx(max(results.values()))
        assert results[ceiling.fields] == pytest.approx(ceiling.value)
    assert ceilings.single.item == best_rule(world, ()).table[()]
    assert ceilings.single.value == pytest.approx(rule_earns(world, ()))
    assert ceilings.best == Ceiling(world.best_value, fields=tuple(names))


@given(worlds())
def test_more_fields_earn_no_less(told: dict[str, Any]) -> None:
    ceilings = world_from_json(told).ceilings
    rising = [
        ceilings.uniform,
        ceilings.single,
        ceilings.field,
        ceilings.pair or ceilings.field,
        ceilings.best,
    ]
    assert all(ceiling.is_exact for ceiling in rising)
    for less, more in pairwise(rising):
        assert less.value <= more.value + 1e-9
    assert (ceilings.pair is None) == (len(told["fields"]) == 1)


# -- of a large world -----------------------------------------------------------------


def enumerated(data: dict[str, Any]) -> tuple[float, float, float, float, float]:
    """Uniform, single, field, pair and best of a world, with all its cells in memory."""
    world = world_from_json(data)
    sizes = [len(field.values) for field in world.fields]
    expected = world.expected_in(np.arange(world.size))
    weights = np.ones(1)
    for shares in world.shares:
        weights = np.outer(weights, shares).ravel()
    places = np.array(np.unravel_index(np.arange(world.size), sizes)).T

    def by(*fields: int) -> float:
        keys = [tuple(row) for row in places[:, list(fields)].tolist()]
        groups: dict[tuple[int, ...], Any] = {}
        for key, earned in zip(keys, weights[:, None] * expected, strict=True):
            groups[key] = groups.get(key, 0) + earned
        return float(sum(earned.max() for earned in groups.values()))

    every = range(len(sizes))
    return (
        float(weights @ expected.mean(axis=1)),
        by(),
        max(by(one) for one in every),
        max(by(*pair) for pair in combinations(every, 2)),
        float(weights @ expected.max(axis=1)),
    )


def test_a_sum_that_nothing_cuts_off_needs_no_sample_but_for_the_best() -> None:
    data = large(fields=4, values=6, items=5)
    data["items"][2]["value"] = 3
    ceilings, known = world_from_json(data).ceilings, enumerated(data)
    assert ceilings.pair is not None
    assert known[:4] == pytest.approx(
        (ceilings.uniform.value, ceilings.single.value, ceilings.field.value, ceilings.pair.value)
    )
    assert ceilings.best.is_exact  # Small enough for a table after all.
    assert ceilings.best.value == pytest.approx(known[4])


@pytest.mark.parametrize("span", [0.004, 0.4])
def test_ceilings_of_large_worlds_are_estimated_within_their_error(
    monkeypatch: pytest.MonkeyPatch, span: float
) -> None:
    monkeypatch.setattr("engine.worlds.ceilings.ENTRIES", 100)
    data = large(fields=4, values=6, items=5, span=span)
    ceilings = world_from_json(data).ceilings
    assert ceilings.pair is not None
    every = (ceilings.uniform, ceilings.single, ceilings.field, ceilings.pair, ceilings.best)
    for ceiling, true in zip(every, enumerated(data), strict=True):
        assert abs(ceiling.value - true) <= 4 * ceiling.error + 1e-9
    assert [ceiling.is_exact for ceiling in every] == [span < 0.1] * 4 + [False]


def test_only_the_fields_that_the_truth_depends_on_have_to_be_few() -> None:
    data = large()
    data["truth"]["terms"] = [
        {"add": 0.4, "when": {"field1": "3", "field6": "2"}, "item": "item 7"},
        {"add": 0.2, "when": {"field1": "3"}, "item": "item 8"},
        {"add": 0.1, "item": "item 9"},
    ]
    world = world_from_json(data)
    ceilings, shares = world.ceilings, world.shares
    assert ceilings.pair is not None
    often, fits = shares[1][3], shares[6][2]
    gains = 0.4 * often * fits, 0.2 * often, 0.1
    assert all(
        c.is_exact for c in (ceilings.uniform, ceilings.single, ceilings.field, ceilings.best)
    )
    assert ceilings.uniform.value == pytest.approx(0.75 * (0.5 + sum(gains) / 50))
    assert ceilings.single.value == pytest.approx(0.75 * (0.5 + max(gains)))
    assert ceilings.single.item == "item 9"
    best = gains[0] + gains[1] * (1 - fits) + gains[2] * (1 - often)
    assert ceilings.best.value == pytest.approx(0.75 * (0.5 + best))
    assert ceilings.pair.value == pytest.approx(ceilings.best.value)
    assert ceilings.pair.fields == ("field1", "field6")


def test_bakery_has_the_ceilings_that_a_hand_can_count() -> None:
    data = bakery(truth=bakery()["truth"] | {"table": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]})
    ceilings = world_from_json(data).ceilings
    assert ceilings.single == Ceiling(ceilings.single.value, item="Roll")
    assert ceilings.single.value == pytest.approx(0.5)
    assert ceilings.field.value == pytest.approx(2 / 3)
    assert ceilings.field.fields == ("hurry",)
    assert ceilings.best.value == pytest.approx(1)
