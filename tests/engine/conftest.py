"""Fixtures of the engine's tests."""

import pytest

from engine import LearningLoop
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until a test moves the time."""
    return ManualClock()


@pytest.fixture
def loop(clock: ManualClock) -> LearningLoop:
    """A loop with default settings that uses the manual clock."""
    return LearningLoop(seed=7, clock=clock)
