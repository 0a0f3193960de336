"""Each visitor keeps the version of the world at arrival."""

import numpy as np

from engine.worlds import WORLDS
from engine.worlds.world_history import Versions
from tests.engine.worlds.ready import priced

COFFEE, NEWS, SHOP = WORLDS["coffee"], WORLDS["news"], WORLDS["shop"]


def test_a_visitor_has_the_world_that_was_there_when_they_came() -> None:
    versions = Versions([COFFEE])
    assert versions.at(0) is versions.now is COFFEE
    versions.change(3, NEWS)
    versions.change(5, NEWS)
    versions.change(5, SHOP)
    assert [versions.at(n) for n in range(7)] == [COFFEE] * 3 + [NEWS] * 2 + [SHOP] * 2
    versions.keep(1)
    assert versions.at(9) is versions.now is NEWS


def test_a_reward_is_worth_the_highest_price_of_its_time() -> None:
    versions = Versions([priced(COFFEE, (2, 4, 8, 5))])
    versions.change(3, priced(COFFEE, (2, 4, 16, 5)))
    versions.change(3, priced(COFFEE, (2, 4, 3, 4)))
    assert versions.worth(np.array([0, 2, 3, 9])).tolist() == [2, 2, 1, 1]
    assert versions.most == 4


def test_a_change_names_new_and_former_actions_and_other_prices() -> None:
    versions = Versions([priced(COFFEE, (2, 4, 8, 5))])
    assert versions.changes == []
    versions.change(3, priced(COFFEE, (2, 4, 16, 5)))
    versions.change(9, NEWS)
    first, second = versions.changes
    assert (first.visitors, first.added, first.removed) == (3, (), ())
    assert first.prices == ((COFFEE.items[2].name, 8, 16),)
    assert (second.visitors, second.prices) == (9, ())
    assert second.added == tuple(item.name for item in NEWS.items)
    assert second.removed == tuple(item.name for item in COFFEE.items)
