"""Each visitor keeps the version of the world at arrival."""

from engine.worlds import WORLDS
from engine.worlds.world_history import Versions

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
