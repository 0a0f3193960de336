"""The coffee shop is the tutorial's."""

from collections import Counter

import pytest

from engine.worlds import WORLDS

COFFEE_TABLE = """
            Sunny                Rainy                Snowy
            Mor   Aft   Eve      Mor   Aft   Eve      Mor   Aft   Eve
    Alice   brew  mocha brew     latte cap   latte    cap   cap   cap
    Bob     cap   mocha brew     latte latte latte    mocha mocha mocha
    Cathy   latte brew  cap      cap   latte mocha    brew  mocha cap
    Dave    mocha mocha mocha    latte latte latte    cap   cap   cap
"""
"""Typed by hand from the service's tutorial, not from the code."""


DRINKS = {"cap": "Cappucino", "brew": "Cold brew", "mocha": "Iced mocha", "latte": "Latte"}


def test_the_coffee_table_is_the_tutorials() -> None:
    coffee = WORLDS["coffee"]
    rows = [line.split() for line in COFFEE_TABLE.strip().splitlines()[2:]]
    moments = [
        (w, t) for w in ("Sunny", "Rainy", "Snowy") for t in ("Morning", "Afternoon", "Evening")
    ]
    seen = 0
    for name, *liked in rows:
        for (weather, time), drink in zip(moments, liked, strict=True):
            context = {"name": name, "weather": weather, "timeofday": time}
            expected = coffee.expected[coffee.cell(context)]
            for item, value in zip(coffee.items, expected, strict=True):
                assert value == (item.id == DRINKS[drink]), (context, item.id)
            seen += 1
    assert seen == len(coffee.contexts) == 36


def test_the_coffee_shop_is_worth_what_the_tutorials_was() -> None:
    coffee = WORLDS["coffee"]
    best = Counter(coffee.items[j].id for j in coffee.expected.argmax(axis=1))
    assert best == {"Cappucino": 11, "Iced mocha": 10, "Latte": 10, "Cold brew": 5}
    assert coffee.frequencies.tolist() == pytest.approx([1 / 36] * 36)
    assert coffee.uniform_value == pytest.approx(1 / 4)
    assert coffee.single_value == pytest.approx(11 / 36)
    assert coffee.best_value == pytest.approx(1)
