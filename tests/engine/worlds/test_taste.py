"""Probability of each reward: a pair of chances, a table, or weights that add up to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worlds import Item, Taste, TasteTable, TasteTerm, TasteWeights

TEA = Item("Tea", "🍵", {"hot": True, "price": 1})
ICE = Item("Ice", "", {"hot": False, "price": 2})
RAIN, SUN = ({"weather": "Rainy", "name": "Bob"}, {"weather": "Sunny", "name": "Bob"})


@given(half=st.floats(-0.2, 1.2), full=st.floats(-0.2, 1.2))
def test_a_taste_is_a_pair_of_chances_that_leaves_one_for_nothing(half: float, full: float) -> None:
    rounding = 1e-12
    if half >= 0 and full >= 0 and half + full <= 1:
        assert 0 <= Taste(half, full).full + half / 2 <= 1
    elif half < 0 or full < 0 or half + full > 1 + 2 * rounding:
        with pytest.raises(ValueError, match="do not leave"):
            Taste(half, full)


def test_an_item_without_a_picture_goes_by_its_id() -> None:
    assert (TEA.label, ICE.label) == ("🍵 Tea", "Ice")


def test_a_table_is_looked_up_by_the_values_of_its_fields() -> None:
    wet, dry = {"Tea": Taste(0.1, 0.8)}, {"Tea": Taste(0.0, 0.2)}
    taste = TasteTable(("name", "weather"), {("Bob", "Rainy"): wet, ("Bob", "Sunny"): dry})
    assert taste(RAIN, TEA) == Taste(0.1, 0.8)
    assert taste(SUN, TEA) == Taste(0.0, 0.2)


def test_weights_add_what_applies_to_the_base() -> None:
    taste = TasteWeights(
        base=0.25,
        whole=0.5,
        terms=(
            TasteTerm(0.5, {"weather": "Rainy"}, None, {"hot": True}),
            TasteTerm(0.125, {}, "Ice", {}),
            TasteTerm(-0.25, {"weather": "Sunny", "name": "Bob"}, None, {"price": 1}),
        ),
    )
    assert taste(RAIN, TEA) == Taste(half=0.375, full=0.375)
    assert taste(RAIN, ICE) == Taste(half=0.1875, full=0.1875)
    assert taste(SUN, TEA) == Taste(0.0, 0.0)
    assert taste(SUN, ICE) == Taste(half=0.1875, full=0.1875)


@pytest.mark.parametrize(("add", "full"), [(-3.0, 0.0), (0.25, 0.75), (3.0, 1.0)])
def test_a_chance_stays_within_0_and_1(add: float, full: float) -> None:
    assert TasteWeights(0.5, (TasteTerm(add, {}, None, {}),))(SUN, TEA) == Taste(0.0, full)


def test_true_is_no_number() -> None:
    assert not TasteTerm(0.1, {}, None, {"price": True}).is_about(TEA)
    assert TasteTerm(0.1, {}, None, {"price": 1.0}).is_about(TEA)
