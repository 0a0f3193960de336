"""Loops with a history, and a summary of the rewards learned."""

from typing import Any

from engine import Hypothesis, LearningLoop, LoopSettings
from tests.clock import ManualClock
from tests.engine.comparable import reward_count
from tests.engine.requests import CONTEXTS, DRINKS

IDS = [drink["id"] for drink in DRINKS]
HYPOTHESIS = Hypothesis(3, "id", noise_sd=0.5, prior_sd=0.6)
"""A hypothesis with none of the defaults."""


def loop_with_past(clock: ManualClock, seed: int = 7, **settings: Any) -> LearningLoop:
    """A loop with a few rewards learned and two waiting events.

    ``"open"`` waits for its reward and ``"deferred"`` for its activation.
    """
    loop = LearningLoop(LoopSettings(**settings), seed=seed, clock=clock)
    for i in range(12):
        loop.reward(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id, float(i % 3 == 0))
    loop.rank(DRINKS, CONTEXTS[0], event_id="rewarded")
    loop.reward("rewarded", 0.5)
    loop.rank(DRINKS, CONTEXTS[0], event_id="open")
    loop.rank(DRINKS, CONTEXTS[1], event_id="deferred", defer_activation=True)
    return loop


def learned(loop: LearningLoop) -> tuple[float, float]:
    """Number of rewards learned by the model, and the sum of the rewards of all events."""
    earned = [state.earned for state in loop.events.values() if state.earned is not None]
    return reward_count(loop), sum(earned)


def small_loop(**settings: Any) -> LearningLoop:
    return LearningLoop(LoopSettings(**settings), clock=ManualClock())
