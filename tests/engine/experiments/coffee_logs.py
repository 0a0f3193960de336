"""Logs of new loops in the coffee shop, created once for all tests."""

from functools import cache

from engine.evaluation.simulated_log import ExperimentLog, experiment
from engine.loop.settings import LoopSettings
from engine.steps import finish
from engine.worlds.coffee import COFFEE

SEEDS = 3, 7, 11


@cache
def log_of(seed: int) -> ExperimentLog:
    """A thousand visitors."""
    return finish(experiment(COFFEE, LoopSettings(), 1_000, seed))


@cache
def early(seed: int) -> ExperimentLog:
    """The same log after half of the visitors."""
    full = log_of(seed)
    return ExperimentLog(full.log.take(slice(500)), full.cells[:500])
