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
    told, names = world.ceilings, [field.name for field in world.fields]
    for ceiling, count in ((told.field, 1), (told.pair, 2)):
        assert ceiling is not None
        found = {one: rule_earns(world, one) for one in combinations(names, count)}
        assert ceiling.value == pytest.approx(max(found.values()))
        assert found[ceiling.fields] == pytest.approx(ceiling.value)
    assert told.single.item == best_rule(world, ()).table[()]
    assert told.single.value == pytest.approx(rule_earns(world, ()))
    assert told.best == Ceiling(world.best_value, fields=tuple(names))


@given(worlds())
def test_whoever_looks_at_more_earns_no_less(told: dict[str, Any]) -> None:
    found = world_from_json(told).ceilings
    rising = [found.uniform, found.single, found.field, found.pair or found.field, found.best]
    assert all(ceiling.is_exact for ceiling in rising)
    for less, more in pairwise(rising):
        assert less.value <= more.value + 1e-9
    assert (found.pair is None) == (len(told["fields"]) == 1)


# -- of a large world -----------------------------------------------------------------


def enumerated(told: dict[str, Any]) -> tuple[float, float, float, float, float]:
    """Uniform, single, field, pair and best of a world, with all its cells in memory."""
    world = world_from_json(told)
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
    told = large(fields=4, values=6, items=5)
    told["items"][2]["value"] = 3
    found, known = world_from_json(told).ceilings, enumerated(told)
    assert found.pair is not None
    assert known[:4] == pytest.approx(
        (found.uniform.value, found.single.value, found.field.value, found.pair.value)
    )
    assert found.best.is_exact  # Small enough for a table after all.
    assert found.best.value == pytest.approx(known[4])


@pytest.mark.parametrize("span", [0.004, 0.4])
def test_what_is_too_large_is_told_within_its_error(
    monkeypatch: pytest.MonkeyPatch, span: float
) -> None:
    monkeypatch.setattr("engine.worlds.ceilings.ENTRIES", 100)
    told = large(fields=4, values=6, items=5, span=span)
    found = world_from_json(told).ceilings
    assert found.pair is not None
    every = (found.uniform, found.single, found.field, found.pair, found.best)
    for ceiling, true in zip(every, enumerated(told), strict=True):
        assert abs(ceiling.value - true) <= 4 * ceiling.error + 1e-9
    assert [ceiling.is_exact for ceiling in every] == [span < 0.1] * 4 + [False]


def test_only_the_fields_that_the_truth_depends_on_have_to_be_few() -> None:
    told = large()
    told["truth"]["terms"] = [
        {"add": 0.4, "when": {"field1": "3", "field6": "2"}, "item": "item 7"},
        {"add": 0.2, "when": {"field1": "3"}, "item": "item 8"},
        {"add": 0.1, "item": "item 9"},
    ]
    world = world_from_json(told)
    found, shares = world.ceilings, world.shares
    assert found.pair is not None
    often, fits = shares[1][3], shares[6][2]
    gains = 0.4 * often * fits, 0.2 * often, 0.1
    assert all(c.is_exact for c in (found.uniform, found.single, found.field, found.best))
    assert found.uniform.value == pytest.approx(0.75 * (0.5 + sum(gains) / 50))
    assert found.single.value == pytest.approx(0.75 * (0.5 + max(gains)))
    assert found.single.item == "item 9"
    best = gains[0] + gains[1] * (1 - fits) + gains[2] * (1 - often)
    assert found.best.value == pytest.approx(0.75 * (0.5 + best))
    assert found.pair.value == pytest.approx(found.best.value)
    assert found.pair.fields == ("field1", "field6")


def test_bakery_has_the_ceilings_that_a_hand_can_count() -> None:
    told = bakery(truth=bakery()["truth"] | {"table": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]})
    found = world_from_json(told).ceilings
    assert found.single == Ceiling(found.single.value, item="Roll")
    assert found.single.value == pytest.approx(0.5)
    assert found.field.value == pytest.approx(2 / 3)
    assert found.field.fields == ("hurry",)
    assert found.best.value == pytest.approx(1)
