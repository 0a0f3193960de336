"""A draft out of a world, and back."""

from dataclasses import replace

import pytest
from hypothesis import given

from engine import PersonalizerError
from engine.worlds import WORLDS, World, world_from_json
from engine.worlds.draft_conversion import draft_of, with_rules, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_field_changes import depending_on
from engine.worlds.draft_rows import ActionRow, ValueRow
from engine.worlds.draft_taste_changes import written
from engine.worlds.joint_frequencies import APART
from engine.worlds.taste import Taste
from tests.engine.worlds.drafts import BAKERY, SMALL
from tests.engine.worlds.random_worlds import bakery, worlds


@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_the_app_s_worlds_come_back_as_they_are(world: World) -> None:
    assert world_of(draft_of(world)) == world


@given(worlds())
def test_any_world_comes_back_with_the_same_rewards_to_the_last_bit(
    told: dict[str, object],
) -> None:
    world = world_from_json(told)
    back = world_of(draft_of(world))
    assert (back.outcomes == world.outcomes).all()
    assert (back.frequencies == world.frequencies).all()
    assert (back.fields, back.items) == (world.fields, world.items)


def test_it_depends_on_no_more_fields_than_it_has_to() -> None:
    data = bakery(truth={"table": [[0.1, 0.2, 0.3]] * 2 + [[0.4, 0.5, 0.6]] * 2})
    assert draft_of(world_from_json(data)).by == ("weather",)
    assert BAKERY.by == ("weather", "hurry")
    alike = draft_of(world_from_json(bakery(truth={"table": [[0.1, 0.2, 0.3]] * 4})))
    assert (alike.by, alike.expected()) == ((), [[0.1, 0.2, 0.3]])


def test_features_of_a_value_are_written_too() -> None:
    data = bakery(version=2)
    young, sporty = (dict(value) for value in data["fields"][0]["values"])
    data["fields"][0]["values"] = [young | {"sends": 24}, sporty | {"sends": {"sport": True}}]
    world = world_from_json(data)
    draft = draft_of(world)
    assert [row.sends for row in draft.values] == ["24", "sport", "", ""]
    assert world_of(draft) == world
    first, second = draft.values[:2]
    rows = (replace(first, sends="1.5"), replace(second, sends="a, b"), *draft.values[2:])
    field = world_of(replace(draft, values=rows)).fields[0]
    assert [value.sends for value in field.values] == [1.5, {"a": True, "b": True}]


def test_a_world_of_many_contexts_is_written_by_the_fields_that_matter() -> None:
    values = tuple(ValueRow(n + 2, f"f{n // 6}", f"{n}") for n in range(48))
    draft = written(depending_on(replace(SMALL, values=values), ["f3"]), {(2, 1): 0.75})
    world = world_of(draft)
    assert world.size == 6**8
    assert world.expected_in(2 * 6**4).tolist() == [0.2, 0.75]
    assert draft_of(world).expected() == draft.expected()
    many = depending_on(draft, ["f3", "f4", "f5"])
    assert faults_of(many) == []
    wide = replace(many, actions=tuple(ActionRow(100 + n, f"A{n}") for n in range(5)))
    (fault,) = faults_of(wide)
    assert "has 1,080 rewards, but at most 1,000 are allowed" in fault.says
    cells = frozenset([draft.segments[0][0].id]), 0
    (fault,) = faults_of(replace(draft, truth={cells: Taste(0.1, 0.1)}))
    assert "different shares of partial rewards" in fault.says


def test_a_sum_that_could_not_be_saved_as_a_table_is_written_as_rules() -> None:
    fields = [{"name": f"f{n}", "values": [{"name": str(v)} for v in range(15)]} for n in range(4)]
    terms = [
        {"add": 0.01 * n, "when": {f"f{at}": str(n) for at in range(3)}, "item": "Roll"}
        for n in range(15)
    ]
    data = bakery(fields=fields, items=bakery()["items"][:2], truth={"base": 0.1, "terms": terms})
    world = world_from_json(data)
    draft = draft_of(world)
    assert (faults_of(draft), world_of(draft)) == ([], world)


def test_a_table_that_no_sum_can_say_does_not_become_an_empty_one() -> None:
    values = tuple(ValueRow(n + 2, f"f{n // 30}", f"{n}") for n in range(60))
    with pytest.raises(PersonalizerError, match="rewards in the table is 1800, but must be at mo"):
        with_rules(depending_on(replace(SMALL, values=values), ["f0", "f1"]))
    with pytest.raises(PersonalizerError, match="cannot become rules: rules have one share"):
        with_rules(replace(SMALL, truth={(frozenset([2]), 0): Taste(0.1, 0.1)}))


def test_values_that_come_together_come_back() -> None:
    world = world_from_json(bakery(version=5, together=[1.4, 0.4, 0.2, 1.6]))
    draft = draft_of(world)
    assert draft.times == world.together
    assert world_of(draft) == world
    assert world_of(replace(draft, together=APART)) == world_from_json(bakery())
    apart = replace(world_from_json(bakery()), together=(1.0,) * 4)
    assert world_of(draft_of(apart)) == world_from_json(apart.to_json()) == apart
    assert world_from_json(bakery(version=5, together=[1, 1, 1, 1])).together == ()


def test_the_change_of_tastes_is_restored() -> None:
    data = bakery(version=6, drift="slow")
    world = world_from_json(data)
    assert (world.drift, world.to_json()["version"]) == ("slow", 6)
    assert world_of(draft_of(world)) == world != world_from_json(bakery())
