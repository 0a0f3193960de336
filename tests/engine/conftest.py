"""Settings and fixtures of the engine's tests.

Hypothesis runs derandomised: the same examples every time, on every machine. No
deadlines: no test here is a claim about time.
"""

import pytest
from hypothesis import settings

from engine import LearningLoop
from tests.clock import ManualClock

settings.register_profile("engine", derandomize=True, deadline=None, database=None, max_examples=40)
settings.load_profile("engine")


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until a test moves the time."""
    return ManualClock()


@pytest.fixture
def loop(clock: ManualClock) -> LearningLoop:
    """A loop with default settings that uses the manual clock."""
    return LearningLoop(seed=7, clock=clock)
