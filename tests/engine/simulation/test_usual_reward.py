"""The usual reward and the prices of worlds with rare rewards: what is known from the start."""

from dataclasses import replace

import pytest

from engine import ActionPrice
from engine.simulation.usual_reward import stated_prices, usual_reward
from engine.worlds import WORLDS
from engine.worlds.taste import Context, Item, Taste
from tests.pages.own_bank import OWN_BANK, RULE


def test_a_bank_states_what_random_offers_earn_to_one_digit() -> None:
    assert usual_reward(OWN_BANK) == pytest.approx(0.006)
    assert usual_reward(OWN_BANK) == pytest.approx(RULE["random"] / 300 / 1_000, rel=0.1)


def test_a_bank_states_what_its_offers_pay_as_shares_of_the_largest_price() -> None:
    assert stated_prices(OWN_BANK) == (
        ActionPrice("Premium card", 120 / 300),
        ActionPrice("Savings plan", 40 / 300),
        ActionPrice("Mortgage talk", 1.0),
        ActionPrice("Insurance", 60 / 300),
        ActionPrice("Nothing new", 0.0),
    )


def partly(context: Context, item: Item) -> Taste:
    """Tastes of the bank with partial successes: a reward is not the price alone."""
    return Taste(half=0.001, full=OWN_BANK.taste(context, item).full)


def test_where_prices_are_equal_or_successes_partial_or_common_none_are_stated() -> None:
    equal = replace(OWN_BANK, items=tuple(replace(item, value=9.0) for item in OWN_BANK.items))
    common = replace(OWN_BANK, taste=lambda context, item: Taste(0.0, 0.5))
    for world in (equal, replace(OWN_BANK, taste=partly), common):
        assert stated_prices(world) is None


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_with_common_rewards_state_nothing(name: str) -> None:
    world = WORLDS[name]
    assert (usual_reward(world) is None) == (world.uniform_value > 0.08)
    assert stated_prices(world) is None
