"""Rules written by people, as a sum and back, and their faults."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import PersonalizerError
from engine.simulation.drift import with_other_tastes
from engine.worlds import WORLDS, Item, TasteWeights, World, world_from_json, world_from_text
from engine.worlds.draft_conversion import draft_of, with_rules, without_rules, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import MAX_WHEN, RuleRow, Rules
from engine.worlds.draft_taste_changes import written
from engine.worlds.draft_text import draft_from_text, draft_to_text
from engine.worlds.rules import rules_of, weights_of, wrong_in_rule
from tests.engine.worlds.drafts import SMALL
from tests.engine.worlds.random_worlds import bakery, large, worlds

AGES: dict[str, Any] = {
    "name": "age",
    "values": [
        {"name": f"{n} to {n + 10}", "sends": n + 5, "share": 1 + n} for n in range(20, 60, 10)
    ],
}
TERMS = [
    {"add": 0.3, "within": {"age": [18, 38]}, "item": "Roll"},
    {"add": 0.2, "within": {"age": [30, 99.5]}, "when": {"weather": "Rainy"}},
    {"add": -0.1, "within": {"age": [25, 25]}, "features": {"sweet": True}},
]


def aged(terms: object = TERMS, **more: Any) -> dict[str, Any]:
    data = bakery(version=4, truth={"base": 0.3, "whole": 0.5, "terms": terms}, **more)
    return data | {"fields": [data["fields"][0], AGES]}


def test_a_range_is_whatever_value_sends_a_number_in_it() -> None:
    world = world_from_json(aged())
    place = {"weather": "Rainy", "age": "20 to 30"}
    chances = world.outcomes_in(world.cell(place))[:, 1:].sum(axis=1)
    assert chances == pytest.approx([0.6, 0.2, 0.3])
    chances = world.outcomes_in(world.cell(place | {"age": "30 to 40"}))[:, 1:].sum(axis=1)
    assert chances == pytest.approx([0.8, 0.5, 0.5])
    one_by_one = [[world.taste(c, i) for i in world.items] for c in world.contexts]
    pairs = [[(t.half, t.full) for t in row] for row in one_by_one]
    assert (np.array(pairs) == world.outcomes[..., 1:]).all()


def test_ceilings_of_a_sum_with_ranges_are_those_of_its_table() -> None:
    many = {"name": "many", "values": [{"name": str(n)} for n in range(50)]}
    wide = {"name": "wide", "values": [{"name": f"w{n}"} for n in range(50)]}
    data = aged()
    ceilings = world_from_json(data | {"fields": [*data["fields"], many, wide]}).ceilings
    small = world_from_json(data).ceilings
    for name in ("uniform", "single", "field", "pair"):
        one, other = getattr(ceilings, name), getattr(small, name)
        assert (one.value, one.fields) == (pytest.approx(other.value), other.fields)


@given(worlds())
def test_any_sum_comes_back_out_of_its_rules_to_the_last_bit(told: dict[str, Any]) -> None:
    world = world_from_json(told)
    if isinstance(world.taste, TasteWeights):
        draft = replace(draft_of(world), rules=rules_of(world.taste, world.fields))
        assert faults_of(draft) == []
        assert world_of(draft).text == world.text


def test_a_world_of_ranges_comes_back_by_json_by_its_draft_and_by_a_link() -> None:
    world = world_from_json(aged())
    assert world.to_json()["version"] == 4
    assert world_from_text(world.text).digest == world.digest
    draft = draft_of(world)
    assert draft.rules is not None
    assert draft.rules.rows[1].when == "weather: Rainy, age: from 30 to 99.5"
    assert world_of(draft) == world
    assert world_of(draft_from_text(draft_to_text(draft))) == world


def test_a_range_is_no_value_though_one_is_called_like_it() -> None:
    data = aged([{"add": 0.3, "within": {"age": [20, 40]}}])
    names = "from 20 to 40", "from  20 to 40", "20 to 40", "old"
    ages = [value | {"name": name} for value, name in zip(AGES["values"], names, strict=True)]
    world = world_from_json(data | {"fields": [data["fields"][0], {"name": "age", "values": ages}]})
    assert world_of(draft_of(world)) == world


def test_a_rule_of_twenty_long_fields_comes_back_out_of_a_link() -> None:
    names = [f"field {n} {'x' * 50}" for n in range(20)]
    fields = [{"name": name, "values": [{"name": "v" * 59 + '"'}]} for name in names]
    within = aged([{"add": 0.1, "when": dict.fromkeys(names, "v" * 59 + '"')}])
    world = world_from_json(within | {"fields": fields})
    rules = rules_of(world.taste, world.fields) if isinstance(world.taste, TasteWeights) else None
    draft = replace(draft_of(world), rules=rules)
    assert rules is not None
    assert 2_500 < len(rules.rows[0].when) < MAX_WHEN
    assert world_of(draft_from_text(draft_to_text(draft))) == world


def test_a_world_of_millions_of_contexts_is_written_as_rules() -> None:
    data = large()
    world = world_from_json(data)
    draft = draft_of(world)
    assert draft.rules is not None
    assert (len(draft.rules.rows), faults_of(draft)) == (504, [])
    assert world_of(draft) == world
    first = replace(draft.rules.rows[0], adds=0.5, when="field0: 3", action="item 7")
    other = world_of(replace(draft, rules=replace(draft.rules, rows=(first,))))
    assert other.expected_in(0)[7] == pytest.approx(0.5 * 0.75)
    assert other.expected_in(3 * 6**7)[7] == pytest.approx(0.75)


def test_a_table_becomes_rules_and_rules_a_table() -> None:
    table = written(SMALL, {(0, 1): 0.9})
    draft = with_rules(table)
    assert draft.rules is not None
    assert [row.when for row in draft.rules.rows] == ["sun: yes"] * 2 + ["sun: no"] * 2
    assert without_rules(draft).expected() == table.expected()
    wrong = replace(draft, rules=Rules(rows=(RuleRow(0, 2.0),)))
    with pytest.raises(PersonalizerError, match="rules, row 1"):
        without_rules(wrong)


def test_a_range_keeps_its_numbers_where_tastes_are_handed_on() -> None:
    fields = [AGES, *({"name": f"f{n}", "values": [{"name": str(v)} for v in range(30)]}
                      for n in range(3))]  # fmt: skip
    world = world_from_json(aged(TERMS[:1]) | {"fields": fields})
    taste = with_other_tastes(world, 1, 0).taste
    assert isinstance(taste, TasteWeights)
    assert taste.terms[0].within["age"].low == 18
    assert taste.terms[0].item != "Roll"


def ruled(**rule: Any) -> list[tuple[str, int, str, str]]:
    draft = draft_of(world_from_json(aged()))
    with_rules = replace(
        draft, rules=Rules(0.2, 1.0, (RuleRow(0), RuleRow(1, **{"adds": 0.1} | rule)))
    )
    return [(one.table, one.row, one.column, one.says) for one in faults_of(with_rules)]


@pytest.mark.parametrize(
    ("rule", "column", "says"),
    [
        ({"adds": None, "when": "age: 20 to 30"}, "adds", "is empty, but must be a number"),
        ({"adds": 1.5}, "adds", "is 1.5, but must be a number from -1 to 1"),
        ({"adds": float("nan")}, "adds", "is nan"),
        ({"when": "sky: blue"}, "when", "has 'sky', but the fields are weather, age"),
        ({"when": "weather: Foggy"}, "when", "has 'Foggy' for weather, but may have Sunny, Rainy"),
        ({"when": "weather"}, "when", "has 'weather', but must be like"),
        ({"when": "weather: from 1 to 2"}, "when", "do not send two or more numbers in ri"),
        ({"when": "age: from 90 to 99"}, "when", "but no value is in it"),
        ({"when": "age: from 30 to 20"}, "when", "but no value is in it"),
        ({"when": "age: " + "x" * MAX_WHEN}, "when", "4,005 characters, but may have at most"),
        ({"when": "age: from a to 20"}, "when", "or like: from 18 to 30"),
        ({"action": "Pie"}, "action", "is 'Pie', but the actions are Roll, Cake, Tea"),
        ({"features": "sweet"}, "features", "has 'sweet', but must be like"),
        ({"features": "salty: true"}, "features", "no action has"),
        ({"features": "salty: null"}, "features", "no action has"),
        ({"action": "Roll", "features": "sweet: true"}, "features", "no action has"),
    ],
)  # fmt: skip
def test_faults_of_a_rule_are_reported_at_their_cell(
    rule: dict[str, Any], column: str, says: str
) -> None:
    (result,) = ruled(**rule)
    assert result[:3] == ("rules", 2, column)
    assert says in result[3]


def test_a_right_rule_has_no_fault() -> None:
    assert ruled(when="age: 20 to 30, weather: Rainy", action="Cake", features="sweet: true") == []
    assert ruled(when="age: 18 to 42.5") == []


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ({"age": [18]}, r"the length of truth.terms\[0\].within.age is 1"),
        ({"age": ["a", 2]}, r"within.age\[0\] is 'a'"),
        ({"age": [90, 99]}, "but must be a range with numbers that the field sends"),
        ({"weather": [1, 2]}, "that the field sends, two or more in rising order"),
        ({"sky": [1, 2]}, r"a name in truth.terms\[0\].within is 'sky'"),
        ([], r"truth.terms\[0\].within is \[\]"),
    ],
)
def test_a_range_that_is_none_is_refused_with_its_place(term: object, says: str) -> None:
    with pytest.raises(PersonalizerError, match=says):
        world_from_json(aged([{"add": 0.1, "within": term}]))


def test_a_range_and_a_value_of_one_field_exclude_each_other() -> None:
    both = {"add": 0.1, "within": {"age": [18, 38]}, "when": {"age": "20 to 30"}}
    with pytest.raises(PersonalizerError, match="no value of it in `when`"):
        world_from_json(aged([both]))


def test_the_sum_equals_its_rules() -> None:
    world: World = world_from_json(aged())
    assert isinstance(world.taste, TasteWeights)
    assert weights_of(rules_of(world.taste, world.fields), world.fields, world.items) == world.taste


def test_a_rule_names_an_action_by_its_id_or_as_people_call_it() -> None:
    coffee = WORLDS["coffee"]
    rows = tuple(RuleRow(at, 0.1, action=a) for at, a in enumerate(("Cappucino", "Cappuccino")))
    made = weights_of(Rules(rows=rows), coffee.fields, coffee.items)
    assert [term.item for term in made.terms] == ["Cappucino"] * 2
    fields = {field.name: field for field in coffee.fields}
    assert not [*wrong_in_rule(rows[1], fields, coffee.items)]
    ((column, says),) = wrong_in_rule(RuleRow(0, 0.1, action="Tea"), fields, coffee.items)
    assert column == "action"
    assert "'Tea'" in says
    assert "Cappuccino" in says


def test_a_rule_names_no_action_by_what_two_are_called() -> None:
    items = (
        Item("a", "", {"x": 1}, "Tea"),
        Item("b", "", {"x": 1}, "Tea"),
        Item("c", "", {"x": 1}, "a"),
    )
    ((column, says),) = wrong_in_rule(RuleRow(0, 0.1, action="Tea"), {}, items)
    assert (column, says) == ("action", "is 'Tea', but the actions are a, b, c")
    (term,) = weights_of(Rules(rows=(RuleRow(0, 0.1, action="a"),)), (), items).terms
    assert term.item == "a"
