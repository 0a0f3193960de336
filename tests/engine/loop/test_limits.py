"""What is allowed at most, at the limit and one beyond; and what only looks like a number."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.loop.guards import MAX_REWARDS
from engine.protocol.features import MAX_COLUMNS
from engine.protocol.request import MAX_EXCLUDED
from tests.engine.helpers import CONTEXTS, DRINKS, ManualClock, assert_one_sentence, refusal


def loop_of(**settings: Any) -> LearningLoop:
    return LearningLoop(LoopSettings(**settings), clock=ManualClock())


def numbers(count: int) -> list[dict[str, dict[str, int]]]:
    return [{"context": {f"f{i}": 1 for i in range(count)}}]


def test_a_context_may_have_so_many_columns_and_no_more() -> None:
    loop = loop_of(crosses=1)
    loop.rank(DRINKS, numbers(MAX_COLUMNS))
    error = refusal(lambda: loop.rank(DRINKS, numbers(MAX_COLUMNS + 1)))
    assert_one_sentence(error, f"{MAX_COLUMNS + 1:,}".replace(",", ""), str(MAX_COLUMNS))
    assert len(loop.events) == 1


def test_so_many_actions_may_be_excluded_and_no_more() -> None:
    loop = loop_of()
    names = [f"nobody {i}" for i in range(MAX_EXCLUDED)]
    loop.rank(DRINKS, CONTEXTS[0], names)
    error = refusal(lambda: loop.rank(DRINKS, CONTEXTS[0], [*names, "one more"]))
    assert_one_sentence(error, str(MAX_EXCLUDED + 1), str(MAX_EXCLUDED))
    assert len(loop.events) == 1


def test_an_event_may_be_rewarded_so_often_and_no_more() -> None:
    loop = loop_of(reward_aggregation="sum")
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    for _ in range(MAX_REWARDS):
        loop.reward(event, 0.001)
    entries = len(loop.log)
    error = refusal(lambda: loop.reward(event, 0.001))
    assert_one_sentence(error, repr(event), str(MAX_REWARDS))
    assert len(loop.log) == entries


def test_a_clock_must_know_its_time_zone() -> None:
    error = refusal(lambda: LearningLoop(clock=lambda: datetime(2026, 1, 1)))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "clock")


@pytest.mark.parametrize(
    ("given", "taken"), [(np.float32(0.25), 0.25), (np.float64(1), 1.0), (np.int64(-1), -1.0)]
)
def test_a_reward_may_be_a_number_of_numpys(given: Any, taken: float) -> None:
    loop = loop_of()
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    loop.reward(event, given)
    assert loop.events[event].rewards == [taken]
    assert type(loop.events[event].rewards[0]) is float


@pytest.mark.parametrize("given", [np.float64("nan"), np.bool_(True), np.array([0.5]), "0.5"])
def test_what_only_looks_like_a_reward_is_refused(given: Any) -> None:
    loop = loop_of()
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    entries = len(loop.log)
    refusal(lambda: loop.reward(event, given))
    assert len(loop.log) == entries
