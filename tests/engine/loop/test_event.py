"""The life cycle of an event: waiting, rewards, earned reward."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from engine import LearningLoop, LoopSettings
from engine.loop.entries import Activated, Expired, Ranked, Rewarded
from engine.loop.event import EventLife, EventState
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits, next_answers, reward_head, state_of
from tests.engine.loop.loops import learned, loop_with_past
from tests.engine.loop.programs import Operation, performed, programs
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTIVATED, HALF, QUARTER = Activated("e", NOW), Rewarded("e", NOW, 0.5), Rewarded("e", NOW, 0.25)
DEFAULT, DROPPED = Expired("e", NOW, -0.25), Expired("e", NOW, None)


@pytest.mark.parametrize(
    ("deferred", "entries", "status", "earned"),
    [
        (False, [], "waiting", None),
        (False, [HALF], "rewarded", 0.5),
        (False, [HALF, QUARTER], "rewarded", 0.75),
        (False, [HALF, DROPPED], "rewarded", 0.5),
        (False, [DEFAULT], "default", -0.25),
        (True, [], "deferred", None),
        (True, [HALF], "deferred", None),
        (True, [ACTIVATED], "waiting", None),
        (True, [HALF, ACTIVATED], "rewarded", 0.5),
        (True, [ACTIVATED, HALF], "rewarded", 0.5),
        (True, [ACTIVATED, DEFAULT], "default", -0.25),
        (True, [DROPPED], "dropped", None),
        (True, [HALF, DROPPED], "dropped", None),
    ],
)
def test_state_and_reward_of_an_event_follow_from_its_entries(
    deferred: bool,
    entries: list[Activated | Rewarded | Expired],
    status: str,
    earned: float | None,
    loop: LearningLoop,
) -> None:
    ranked = loop.preview(DRINKS, event_id="e", defer_activation=deferred)
    for life in (EventState.begin(ranked, 3), EventLife(not deferred)):
        for entry in entries:
            life.follow(entry)
        assert (life.status, life.earned) == (status, earned)


# -- the wait -------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [timedelta(seconds=5), timedelta(minutes=10), timedelta(days=2)])
@pytest.mark.parametrize(
    ("beyond", "in_time"),
    [(timedelta(microseconds=-1), True), (timedelta(0), True), (timedelta(microseconds=1), False)],
)
def test_a_reward_counts_up_to_and_exactly_at_the_end_of_the_wait(
    wait: timedelta, beyond: timedelta, in_time: bool, clock: ManualClock
) -> None:
    settings = LoopSettings(reward_wait_time=wait, default_reward=-1)
    loop = LearningLoop(settings, clock=clock)
    loop.rank(DRINKS, event_id="e")
    clock.now += wait + beyond
    if in_time:
        loop.reward("e", 0.5)
        assert learned(loop) == (1, 0.5)
    else:
        assert refusal(lambda: loop.reward("e", 0.5)).code == "InvalidRewardRequest"
        assert learned(loop) == (1, -1)


@pytest.mark.parametrize(
    ("beyond", "in_time"),
    [(timedelta(microseconds=-1), True), (timedelta(0), True), (timedelta(microseconds=1), False)],
)
def test_an_activation_counts_up_to_and_exactly_at_the_end_of_the_wait(
    beyond: timedelta, in_time: bool, clock: ManualClock, loop: LearningLoop
) -> None:
    loop.rank(DRINKS, event_id="e", defer_activation=True)
    loop.reward("e", 1)
    clock.now += timedelta(minutes=10) + beyond
    if in_time:
        loop.activate("e")
    else:
        assert refusal(lambda: loop.activate("e")).code == "InvalidEventIdToActivate"
    assert learned(loop) == ((1, 1) if in_time else (0, 0))


def test_the_wait_starts_at_rank_and_not_at_activate(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=0.25)
    loop.rank(DRINKS, event_id="e", defer_activation=True)
    clock.advance(minutes=9)
    loop.activate("e")
    clock.advance(minutes=1, microseconds=1)
    assert refusal(lambda: loop.reward("e", 1)).code == "InvalidRewardRequest"
    assert learned(loop) == (1, 0.25)


def test_without_a_reward_the_default_reward_is_learned_when_the_wait_is_over(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=-0.5)
    loop.rank(DRINKS, event_id="e")
    clock.advance(minutes=10)
    loop.rank(DRINKS, event_id="in time")
    assert learned(loop) == (0, 0)
    clock.advance(microseconds=1)
    loop.rank(DRINKS, event_id="later")
    assert learned(loop) == (1, -0.5)
    assert loop.log[4] == Expired("e", clock.now, -0.5)
    assert not loop.events["e"].open


def test_a_rewarded_event_earns_no_default_reward_as_well(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=-1, reward_aggregation="sum")
    loop.rank(DRINKS, event_id="e")
    loop.reward("e", 0.5)
    clock.advance(days=1)
    loop.rank(DRINKS)
    assert learned(loop) == (1, 0.5)


def test_a_deferred_event_that_is_never_activated_is_not_learned_even_if_rewarded(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=0.5)
    untouched = next_answers(loop)
    loop.rank(DRINKS, CONTEXTS[0], event_id="rewarded", defer_activation=True)
    loop.rank(DRINKS, CONTEXTS[0], event_id="not", defer_activation=True)
    loop.reward("rewarded", 1)
    assert learned(loop) == (0, 0)
    clock.advance(minutes=11)
    refusal(lambda: loop.reward("not", 1))
    assert learned(loop) == (0, 0)
    assert [e.default_reward for e in loop.log if isinstance(e, Expired)] == [None, None]
    assert [answer[1:5] for answer in next_answers(loop)] == [a[1:5] for a in untouched]


def test_a_deferred_event_is_learned_when_it_is_both_activated_and_rewarded_in_any_order(
    clock: ManualClock,
) -> None:
    first, second = (LearningLoop(seed=7, clock=clock) for _ in range(2))
    for loop in (first, second):
        loop.rank(DRINKS, CONTEXTS[0], event_id="e", defer_activation=True)
    first.activate("e")
    assert learned(first) == (0, 0)
    first.reward("e", 0.75)
    second.reward("e", 0.75)
    assert learned(second) == (0, 0)
    second.activate("e")
    assert learned_bits(reward_head(first)) == learned_bits(reward_head(second))
    assert learned(first) == (1, 0.75)


def test_an_activated_event_without_a_reward_earns_the_default_reward(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=0.25)
    loop.rank(DRINKS, event_id="e", defer_activation=True)
    loop.activate("e")
    clock.advance(minutes=11)
    loop.rank(DRINKS)
    assert learned(loop) == (1, 0.25)


def test_activating_again_or_what_was_not_deferred_changes_and_logs_nothing(
    clock: ManualClock,
) -> None:
    loop = loop_with_past(clock)
    loop.activate("deferred")
    before = state_of(loop)
    loop.activate("deferred")
    loop.activate("open")
    loop.activate("rewarded")
    assert state_of(loop) == before


def test_a_shorter_wait_holds_for_the_events_that_still_wait(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.rank(DRINKS, event_id="e")
    clock.advance(minutes=1)
    loop.configure(reward_wait_time=timedelta(seconds=30))
    assert loop.events["e"].open
    assert refusal(lambda: loop.reward("e", 1)).code == "InvalidRewardRequest"
    assert not loop.events["e"].open


def test_a_longer_wait_opens_no_event_again(clock: ManualClock, loop: LearningLoop) -> None:
    loop.rank(DRINKS, event_id="e")
    clock.advance(minutes=11)
    loop.configure(reward_wait_time=timedelta(days=1), default_reward=1.0)
    assert refusal(lambda: loop.reward("e", 1)).code == "InvalidRewardRequest"
    assert learned(loop) == (1, 0)  # the default reward at the end of the wait


def test_expiring_ends_a_wait_now_and_the_default_reward_applies(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(default_reward=-0.25)
    loop.rank(DRINKS, event_id="shown")
    loop.rank(DRINKS, event_id="deferred", defer_activation=True)
    loop.expire("shown")
    loop.expire("deferred")
    assert learned(loop) == (1, -0.25)
    assert list(loop.log)[-2:] == [
        Expired("shown", clock.now, -0.25),
        Expired("deferred", clock.now, None),
    ]
    for name in ("shown", "deferred"):
        assert refusal(lambda n=name: loop.expire(n)).code == "InvalidRewardRequest"  # type: ignore[misc]
        assert refusal(lambda n=name: loop.reward(n, 1)).code == "InvalidRewardRequest"  # type: ignore[misc]


# -- several rewards ------------------------------------------------------------------


def test_sum_adds_rewards_up_and_may_leave_the_range_of_one_reward(
    clock: ManualClock, loop: LearningLoop
) -> None:
    loop.configure(reward_aggregation="sum")
    loop.rank(DRINKS, event_id="e")
    totals = []
    for value in (0.75, 0.75, -0.25, 1):
        loop.reward("e", value)
        totals.append(learned(loop))
    assert totals == [(1, 0.75), (1, 1.5), (1, 1.25), (1, 2.25)]
    assert loop.events["e"].rewards == [0.75, 0.75, -0.25, 1]
    assert loop.events["e"].earned == 2.25


def test_the_rewards_of_a_deferred_event_are_summed_when_it_is_activated(
    loop: LearningLoop,
) -> None:
    loop.configure(reward_aggregation="sum")
    loop.rank(DRINKS, event_id="e", defer_activation=True)
    loop.reward("e", 1)
    loop.reward("e", 0.5)
    loop.activate("e")
    assert learned(loop) == (1, 1.5)


def test_where_the_earliest_counts_the_first_reward_stays(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    loop.reward("open", 0.25)
    before = state_of(loop)
    assert refusal(lambda: loop.reward("open", 1)).code == "InvalidRewardRequest"
    assert state_of(loop) == before
    assert loop.events["open"].rewards == [0.25]


def test_a_reward_of_0_is_a_reward(loop: LearningLoop) -> None:
    loop.rank(DRINKS, event_id="e")
    loop.reward("e", 0)
    assert learned(loop) == (1, 0)
    assert refusal(lambda: loop.reward("e", 1)).code == "InvalidRewardRequest"


# -- undo and replay ------------------------------------------------------------------


@pytest.mark.no_cover
@given(programs)
def test_rewards_of_events_are_a_fold_over_the_log(program: list[Operation]) -> None:
    """Folded naively from the entries: shown, rewarded, and so learned."""
    loop, _ = performed([operation for operation in program if operation[0] != "model"])
    shown: set[str] = set()
    earned: dict[str, float] = {}
    for entry in loop.log:
        match entry:
            case Ranked() if not entry.request.defer_activation:
                shown.add(entry.event_id)
            case Activated(event_id):
                shown.add(event_id)
            case Rewarded(event_id, _, value) | Expired(event_id, _, value) if value is not None:
                earned[event_id] = earned.get(event_id, 0) + value
    expected = [earned[event_id] for event_id in earned if event_id in shown]
    assert learned(loop) == pytest.approx((len(expected), sum(expected)))
    assert {e for e, s in loop.events.items() if s.earned is not None} == shown & earned.keys()
