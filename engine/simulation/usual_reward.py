"""The usual reward of a world, which whoever runs such a service knows before learning starts."""

from functools import lru_cache

from engine.learners.bayesian.likelihood import is_rare
from engine.loop.settings import LEAST_USUAL
from engine.worlds.world import World


@lru_cache(maxsize=64)
def usual_reward(world: World) -> float | None:
    """Mean reward of random offers, to one significant digit; None unless rewards are rare."""
    mean = float(f"{world.item_means()[1].mean():.1g}")
    return mean if mean >= LEAST_USUAL and is_rare(mean) else None
