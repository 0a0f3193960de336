"""Rewards and activations after the wait, or once too often."""

from collections.abc import Callable

import pytest

from engine import LearningLoop
from engine.loop.entries import Expired
from engine.loop.guards import MAX_REWARDS
from tests.clock import ManualClock
from tests.engine.comparable import state_of
from tests.engine.loop.loops import loop_with_past, small_loop
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import CONTEXTS, DRINKS


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("call", "code", "allowed"),
    [
        (lambda loop: loop.reward("open", 1), "InvalidRewardRequest", "is not over"),
        (lambda loop: loop.reward("rewarded", 1), "InvalidRewardRequest", "is not over"),
        (lambda loop: loop.activate("open"), "InvalidEventIdToActivate", "is not over"),
        (lambda loop: loop.activate("deferred"), "InvalidEventIdToActivate", "is not over"),
        (lambda loop: loop.activate("rewarded"), "InvalidEventIdToActivate", "is not over"),
        (lambda loop: loop.expire("open"), "InvalidRewardRequest", "still waits"),
    ],
    ids=["reward", "2nd reward", "activation", "deferred", "activation of a rewarded", "expiry"],
)
@pytest.mark.parametrize("aggregation", ["earliest", "sum"])
def test_a_call_after_the_wait_says_so_and_changes_nothing_but_what_the_clock_brought(
    call: Callable[[LearningLoop], object],
    code: str,
    allowed: str,
    aggregation: str,
    clock: ManualClock,
) -> None:
    loop, twin = (loop_with_past(clock, reward_aggregation=aggregation) for _ in range(2))
    clock.advance(minutes=10, microseconds=1)
    refusal(lambda: twin.expire("nobody"))
    error = refusal(lambda: call(loop))
    assert (error.code, error.target) == (code, "eventId")
    assert allowed in error.message
    assert state_of(loop) == state_of(twin)
    assert [entry.event_id for entry in loop.log if isinstance(entry, Expired)] == [
        "open",
        "deferred",
    ]


def test_an_event_may_be_rewarded_so_often_and_no_more() -> None:
    loop = small_loop(reward_aggregation="sum")
    event = loop.rank(DRINKS, CONTEXTS[0]).event_id
    for _ in range(MAX_REWARDS):
        loop.reward(event, 0.001)
    entries = len(loop.log)
    error = refusal(lambda: loop.reward(event, 0.001))
    assert_one_sentence(error, repr(event), str(MAX_REWARDS))
    assert len(loop.log) == entries
