"""Logs of new loops in the coffee shop, created once for all tests."""

from functools import cache

from engine.evaluation.simulated_log import SimulatedLog, simulate_log
from engine.loop.settings import LoopSettings
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE

SEEDS = 3, 7, 11


@cache
def log_of(seed: int) -> SimulatedLog:
    """A thousand visitors."""
    return finish(simulate_log(COFFEE, LoopSettings(), 1_000, seed))


@cache
def early(seed: int) -> SimulatedLog:
    """The same log after half of the visitors."""
    full = log_of(seed)
    return SimulatedLog(full.log.take(slice(500)), full.cells[:500])
