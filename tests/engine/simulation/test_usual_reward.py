"""The usual reward of worlds: what random offers earn, where that is little."""

import pytest

from engine.simulation.usual_reward import usual_reward
from engine.worlds import WORLDS
from tests.pages.own_bank import OWN_BANK, RULE


def test_a_bank_states_what_random_offers_earn_to_one_digit() -> None:
    assert usual_reward(OWN_BANK) == pytest.approx(0.006)
    assert usual_reward(OWN_BANK) == pytest.approx(RULE["random"] / 300 / 1_000, rel=0.1)


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_with_common_rewards_state_nothing(name: str) -> None:
    world = WORLDS[name]
    assert (usual_reward(world) is None) == (world.uniform_value > 0.08)
