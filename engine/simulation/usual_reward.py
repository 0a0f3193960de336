"""The usual reward and the prices of a world, known to whoever runs such a service from the start.

Both are stated where rewards are rare alone. Where they are common, each action soon has a success.
"""

from functools import lru_cache

import numpy as np

from engine.learners.bayesian.likelihood import LEAST_PRICE, MAX_PRICES, is_rare
from engine.loop.settings import LEAST_USUAL, ActionPrice
from engine.worlds.world import World


@lru_cache(maxsize=64)
def usual_reward(world: World) -> float | None:
    """Mean reward of random offers, to one significant digit; None unless rewards are rare."""
    mean = float(f"{world.item_means()[1].mean():.1g}")
    return mean if mean >= LEAST_USUAL and is_rare(mean) else None


@lru_cache(maxsize=64)
def stated_prices(world: World) -> tuple[ActionPrice, ...] | None:
    """What each action pays at a success; None unless rewards are rare, prices differ, and each
    reward is 0 or the price of its action."""
    prices = world.worth
    if usual_reward(world) is None or len(prices) > MAX_PRICES or np.ptp(prices) == 0:
        return None
    cells, _, _ = world.census
    if prices[prices > 0].min() < LEAST_PRICE or world.outcomes_in(cells)[..., 1].any():
        return None
    return tuple(map(ActionPrice, (item.id for item in world.items), prices.tolist()))
