"""Baselines: the items shown by a world's present rule."""

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from engine.simulation.baselines import (
    Baseline,
    RuleTable,
    always,
    best_rule,
    bestseller,
    example_rule,
    expected_reward,
    mood,
    rule_table,
    rule_with_exception,
)
from engine.simulation.simulated_visitors import nth_visitor
from engine.streams import stream
from engine.worlds import World
from engine.worlds.coffee import COFFEE
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.worlds.ready import every_world
from tests.oracles import value_of
from tests.pages.own_bank import OWN_BANK

CHI_SQUARE_999_OF_3 = 16.266
ANY = np.random.default_rng(0)


@pytest.mark.parametrize("world", [COFFEE, OWN_BANK], ids=["coffee", "bank"])
def test_a_rule_with_an_exception_depends_on_both_fields_and_is_not_the_best(world: World) -> None:
    first, second = (field.name for field in world.fields[:2])
    rule = rule_with_exception(world, first, second)
    assert rule.fields == (first, second)
    value = value_of(world, rule)
    assert value_of(world, mood(world)) < value < value_of(world, best_rule(world, rule.fields))
    by_first = {a: {item for (of, _), item in rule.table.items() if of == a} for a, _ in rule.table}
    by_second = {
        b: {item for (_, of), item in rule.table.items() if of == b} for _, b in rule.table
    }
    assert any(len(items) > 1 for items in by_first.values())
    assert any(len(items) > 1 for items in by_second.values())
    assert any(len(items) == 1 for items in by_second.values()), "the exception"


# -- example rules --------------------------------------------------------------------


@every_world
def test_an_example_rule_is_what_sold_best_in_each_group(world: World) -> None:
    """As a person would add it up: visitor by visitor, from the first 3,000 of seed 0."""
    fields = [field.name for field in world.fields[:2]]
    shown = stream(0, "last year").integers(len(world.items), size=3_000)
    sold: dict[tuple[str, ...], dict[str, float]] = {}
    for number, position in enumerate(shown.tolist()):
        visitor, item = nth_visitor(world, 0, number), world.items[position].id
        group = sold.setdefault(tuple(visitor.context[name] for name in fields), {})
        reward = world.answer(visitor.context, item, visitor.uniform)
        group[item] = group.get(item, 0.0) + reward
    rule = example_rule(world, fields)
    assert rule_table(world, fields, rule.table) == rule
    for of, amounts in sold.items():
        assert amounts[rule.table[of]] == pytest.approx(max(amounts.values()))


def test_a_banks_example_is_no_optimum_and_better_than_chance() -> None:
    fields = ["age", "channel"]
    value = value_of(OWN_BANK, example_rule(OWN_BANK, fields))
    best = value_of(OWN_BANK, best_rule(OWN_BANK, fields))
    assert value_of(OWN_BANK, mood(OWN_BANK)) < value < 0.95 * best


def test_a_group_without_sales_gets_what_sold_best_to_all() -> None:
    place = COFFEE.fields[0]
    rare = replace(place, values=(*place.values[:2], replace(place.values[2], share=1e-9)))
    world = replace(COFFEE, fields=(rare, *COFFEE.fields[1:]))
    rule = example_rule(world, [rare.name])
    assert rule.table[rare.values[2].name,] == example_rule(world, []).table[()]


# -- the best rules -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ((), 11 / 36),
        (("name",), 14 / 36),
        (("timeofday",), 13 / 36),
        (("weather",), 21 / 36),
        (("weather", "timeofday"), 22 / 36),
        (("name", "weather"), 26 / 36),
        (("name", "weather", "timeofday"), 1.0),
    ],
    ids=str,
)
def test_on_coffee_rules_earn_what_the_tables_of_the_tutorial_allow(
    fields: tuple[str, ...], value: float
) -> None:
    """Of 36 equally likely cells: .306, .389, .361, .583, .611, .722 and 1."""
    assert value_of(COFFEE, best_rule(COFFEE, fields)) == pytest.approx(value)


@every_world
def test_the_best_rule_over_no_field_is_the_best_single_item(world: World) -> None:
    rule = best_rule(world, ())
    assert list(rule.table) == [()]
    assert value_of(world, rule) == pytest.approx(world.single_value)


@every_world
def test_the_best_rule_over_all_fields_is_the_best_there_is(world: World) -> None:
    rule = best_rule(world, [field.name for field in world.fields])
    assert value_of(world, rule) == pytest.approx(world.best_value)


@every_world
@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_best_rule_has_an_item_for_every_combination_and_none_earns_more(
    world: World, size: int
) -> None:
    for fields in combinations(world.fields, size):
        names = [field.name for field in fields]
        rule = best_rule(world, names)
        values = product(*([value.name for value in field.values] for field in fields))
        assert list(rule.table) == list(values)
        assert rule.fields == tuple(names)
        for group, item in rule.table.items():
            cells = [
                cell
                for cell, context in enumerate(world.contexts)
                if tuple(context[name] for name in names) == group
            ]
            earned = [
                sum(world.frequencies[cell] * world.expected[cell, i] for cell in cells)
                for i in range(len(world.items))
            ]
            assert earned[world.position(item)] == pytest.approx(max(earned), abs=1e-12)
        assert rule_table(world, names, rule.table) == rule


def test_of_equally_good_items_the_one_liked_in_the_first_cell_is_taken() -> None:
    """Among items liked by equally many of the group, the one liked by the earliest cell."""
    ties = 0
    for size in (1, 2):
        for names in combinations(["name", "weather", "timeofday"], size):
            for group, item in best_rule(COFFEE, names).table.items():
                liked = [
                    COFFEE.items[int(expected.argmax())].id
                    for context, expected in zip(COFFEE.contexts, COFFEE.expected, strict=True)
                    if tuple(context[name] for name in names) == group
                ]
                most = max(liked.count(drink) for drink in liked)
                equals = {drink for drink in liked if liked.count(drink) == most}
                ties += len(equals) > 1
                assert item == next(drink for drink in liked if drink in equals)
    assert ties > 2


def test_cathy_in_the_sun_gets_her_morning_drink() -> None:
    """She likes another drink at each time of a sunny day: Latte, Cold brew, Cappucino."""
    table = best_rule(COFFEE, ("name", "weather")).table
    assert table["Cathy", "Sunny"] == "Latte"
    assert table["Bob", "Sunny"] == "Cappucino"
    assert table["Alice", "Sunny"] == "Cold brew"


# -- custom rules ---------------------------------------------------------------------

BY_WEATHER: dict[tuple[str, ...], str] = {
    ("Sunny",): "Cold brew",
    ("Rainy",): "Latte",
    ("Snowy",): "Cappucino",
}


def test_a_rule_shows_what_its_table_says() -> None:
    rule = rule_table(COFFEE, ["weather"], BY_WEATHER)
    for context in COFFEE.contexts:
        assert rule.choose(context, ANY) == BY_WEATHER[context["weather"],]


def test_one_item_for_everybody_needs_no_field() -> None:
    rule = always(COFFEE, "Latte")
    assert rule == rule_table(COFFEE, (), {(): "Latte"}) == RuleTable((), {(): "Latte"})
    assert {rule.choose(context, ANY) for context in COFFEE.contexts} == {"Latte"}
    assert value_of(COFFEE, rule) == pytest.approx(10 / 36)


DRINK_NAMES = "one of Cappucino, Cold brew, Iced mocha, Latte"


@pytest.mark.parametrize(
    ("fields", "table", "target", "shown", "allowed"),
    [
        (["mood"], BY_WEATHER, "a field of the rule", "'mood'", "one of name, weather, timeofday"),
        (["weather"], BY_WEATHER | {("Rainy",): "tea"}, "Rainy", "'tea'", DRINK_NAMES),
        (["weather"], {("Sunny",): "Latte"}, "Rainy", "None", DRINK_NAMES),
        (["name", "weather"], BY_WEATHER, "Alice and Sunny", "None", DRINK_NAMES),
        ([], {}, "everybody", "None", DRINK_NAMES),
        ([], {(): "tea"}, "everybody", "'tea'", DRINK_NAMES),
    ],
    ids=["field", "item", "missing value", "missing combination", "nothing", "single item"],
)
def test_a_rule_that_does_not_fit_the_world_is_refused_in_one_sentence(
    fields: list[str], table: Any, target: str, shown: str, allowed: str
) -> None:
    error = refusal(lambda: rule_table(COFFEE, fields, table))
    assert error.code == "BadRequest"
    assert target in error.message
    assert f" is {shown}, but must be {allowed}" in error.message
    assert error.message.count(".") == 1
    assert error.message.endswith(".")
    if error.target != "table":
        assert_one_sentence(error, shown, allowed)


def test_one_item_that_the_world_does_not_have_is_refused() -> None:
    assert refusal(lambda: always(COFFEE, "tea")).code == "BadRequest"


def test_a_rule_does_not_change_when_the_table_it_was_made_from_does() -> None:
    table = dict(BY_WEATHER)
    rule = rule_table(COFFEE, ["weather"], table)
    table["Sunny",] = "tea"
    assert rule.table == BY_WEATHER


# -- moods and bestsellers ------------------------------------------------------------


def test_a_mood_shows_every_item_equally_often_whoever_comes() -> None:
    """Chi-square over the four drinks, .999 quantile at 3 degrees of freedom, in each group."""
    editor = mood(COFFEE)
    rng = stream(1, "mood")
    for context in (COFFEE.contexts[0], COFFEE.contexts[20]):
        chosen = [editor.choose(context, rng) for _ in range(2_000)]
        counts = np.array([chosen.count(item.id) for item in COFFEE.items])
        assert counts.sum() == 2_000
        assert float(np.sum((counts - 500) ** 2 / 500)) < CHI_SQUARE_999_OF_3


@every_world
def test_a_bestseller_is_one_real_item_the_same_for_the_same_seed(world: World) -> None:
    ids = {item.id for item in world.items}
    for seed in range(5):
        rule = bestseller(world, seed)
        assert rule == bestseller(world, seed)
        assert rule.fields == ()
        assert set(rule.table.values()) < ids


def test_bestsellers_earn_more_than_chance_and_no_more_than_the_best_single_item() -> None:
    """Cappucino and its runners-up hold 11, 10 and 10 of 36 cells, Cold brew only 5."""
    values = [value_of(COFFEE, bestseller(COFFEE, seed)) for seed in range(40)]
    assert max(values) == pytest.approx(COFFEE.single_value)
    assert np.mean(values) > 10 / 36 - 0.01
    assert len(set(values)) > 1


# -- values ---------------------------------------------------------------------------

BASELINES: dict[str, Baseline] = {
    "weather": best_rule(COFFEE, ("weather",)),
    "always": always(COFFEE, "Cold brew"),
    "mood": mood(COFFEE),
    "written": rule_table(COFFEE, ["weather"], BY_WEATHER),
}


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
def test_a_baseline_is_worth_what_a_crowd_gives_for_it(baseline: Baseline) -> None:
    """Mean over 3,000 visitors, within 4 standard errors."""
    rewards = []
    for number in range(3_000):
        visitor = nth_visitor(COFFEE, 8, number)
        shown = baseline.choose(visitor.context, stream(8, "baseline", number))
        rewards.append(COFFEE.answer(visitor.context, shown, visitor.uniform))
    error = np.std(rewards, ddof=1) / np.sqrt(3_000)
    assert abs(np.mean(rewards) - value_of(COFFEE, baseline)) < 4 * error


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
def test_the_expected_reward_of_a_baseline_is_its_mean_over_all_visitors(
    baseline: Baseline,
) -> None:
    assert expected_reward(COFFEE, baseline) == pytest.approx(value_of(COFFEE, baseline))


@every_world
@pytest.mark.parametrize("size", [1, 2])
def test_more_fields_never_earn_less(world: World, size: int) -> None:
    names = [field.name for field in world.fields]
    for fields in combinations(names, size):
        coarse, fine = (value_of(world, best_rule(world, f)) for f in (fields[:-1], fields))
        assert fine >= coarse - 1e-12
        assert fine <= world.best_value + 1e-12
