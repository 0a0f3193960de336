"""Several rewards for an event: learning is as if their sum had arrived at once."""

import weakref
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import LearningLoop, LoopSettings, Uniform
from engine.learners.base import Impression
from engine.learners.classic import ClassicLearner
from engine.loop.entries import Activated, Expired, Ranked, Rewarded
from engine.loop.provisional_rewards import MAX_FORKS, SPACING
from engine.loop.settings import learner_of
from engine.loop.state import LoopState
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import WORLDS
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.loop.programs import Operation, perform, ranks, reward_calls, some_event
from tests.engine.requests import CONTEXTS, DRINKS

COFFEE = WORLDS["coffee"]
VISITORS = 160
BLIND: dict[str, Any] = {"policy": Uniform(), "reward_aggregation": "sum"}
"""The policy ignores beliefs, so that loops can be compared."""

KINDS: dict[str, LoopSettings] = {
    "online": LoopSettings(**BLIND),
    "apprentice": LoopSettings(**BLIND, learning_mode="apprentice", apprentice_exploration=0.5),
    "classic": LoopSettings.classic(**BLIND, learning_rate=0.3),
    "classic apprentice": LoopSettings.classic(**BLIND, learning_mode="apprentice"),
}


def arrive(loop: LearningLoop, number: int) -> tuple[str, float]:
    """Rank and reward of a visitor; tastes are inverted after half of the visitors."""
    visitor = nth_visitor(COFFEE, 5, number)
    answer = loop.rank(COFFEE.actions, COFFEE.features(visitor.context))
    value = COFFEE.answer(visitor.context, answer.reward_action_id, visitor.uniform)
    return answer.event_id, value if number < VISITORS / 2 else 1 - value


@cache
def at_once(settings: LoopSettings) -> LearningLoop:
    """A loop with whole rewards, shared by all orders; read-only."""
    loop = LearningLoop(settings, seed=5, clock=ManualClock())
    for number in range(VISITORS):
        loop.reward(*arrive(loop, number))
    return loop


def in_parts(settings: LoopSettings, order: str) -> LearningLoop:
    """First 0, then the reward: immediately, a visitor later, or in batches."""
    loop, open_events = LearningLoop(settings, seed=5, clock=ManualClock()), []
    for number in range(VISITORS):
        event_id, value = arrive(loop, number)
        loop.reward(event_id, 0)
        open_events.append((event_id, value))
        if order == "next":
            loop.reward(*open_events.pop())
        elif order == "a visitor later" and number:
            loop.reward(*open_events.pop(0))
        elif order == "backwards by 30" and number % 30 == 29:
            while open_events:
                loop.reward(*open_events.pop())
        loop.learner.belief(loop.events[event_id].ranked.request)
    while open_events:
        loop.reward(*open_events.pop(len(open_events) // 2))
    return loop


@pytest.mark.combinations
@pytest.mark.slow
@pytest.mark.parametrize("order", ["next", "a visitor later", "backwards by 30", "in the end"])
@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_0_and_then_a_reward_teach_what_the_reward_at_once_teaches(
    settings: LoopSettings, order: str
) -> None:
    """Hypotheses, changes of tastes, beliefs: equal to the last bit."""
    parts, whole = in_parts(settings, order), at_once(settings)
    assert parts.learner.weights == whole.learner.weights
    assert list(parts.learner.changes) == list(whole.learner.changes)
    assert learned_bits(parts.learner) == learned_bits(whole.learner)
    if order != "next" and settings.learner == "bayesian":
        assert whole.learner.changes


@pytest.mark.no_cover
def test_visitors_who_give_0_and_then_more_earn_what_more_at_once_earns() -> None:
    """No change of tastes is reported in a constant world."""
    earned = []
    for parts in ([0.0], []):
        loop = LearningLoop(LoopSettings(reward_aggregation="sum"), seed=5, clock=ManualClock())
        for number in range(300):
            visitor = nth_visitor(COFFEE, 5, number)
            answer = loop.rank(COFFEE.actions, COFFEE.features(visitor.context))
            value = COFFEE.answer(visitor.context, answer.reward_action_id, visitor.uniform)
            for part in (*parts, value):
                loop.reward(answer.event_id, part)
        assert not loop.learner.changes
        earned.append([state.earned for state in loop.events.values()])
    assert earned[0] == earned[1]
    assert sum(earned[0][200:]) > 90  # type: ignore[arg-type]


# -- any events in between --------------------------------------------------------------


def taught_by_hand(entries: Iterable[Any], settings: LoopSettings) -> str:
    """Digest of a learner that learned each total at the position of the event's first part."""
    ranked: dict[str, Ranked] = {}
    shown: set[str] = set()
    totals: dict[str, float] = {}
    order: list[tuple[str, bool]] = []

    def show(event_id: str) -> None:
        shown.add(event_id)
        if ranked[event_id].mode == "apprentice":
            order.append((event_id, False))

    for entry in entries:
        match entry:
            case Ranked():
                ranked[entry.event_id] = entry
                if not entry.request.defer_activation:
                    show(entry.event_id)
            case Activated():
                show(entry.event_id)
            case Rewarded(event_id, _, value) | Expired(event_id, _, float(value)):
                totals[event_id] = totals.get(event_id, 0.0) + value
        event_id = getattr(entry, "event_id", "")
        if event_id in shown and event_id in totals and (event_id, True) not in order:
            order.append((event_id, True))
    learner = learner_of(settings)
    for event_id, is_reward in order:
        if is_reward:
            learner.learn(ranked[event_id].impression, totals[event_id])
        else:
            learner.watch(ranked[event_id].impression)
    return learned_bits(learner)


readings = st.tuples(st.just("read"), st.none())
waits = st.tuples(st.just("wait"), st.sampled_from([1, 59, 200, 601]))
programs = st.lists(
    st.one_of(
        *[ranks] * 3,
        *[reward_calls] * 6,
        st.tuples(st.just("activate"), some_event),
        st.tuples(st.just("expire"), some_event),
        readings,
        waits,
    ),
    min_size=20,
    max_size=60,
)


@pytest.mark.slow
@given(programs, st.sampled_from(sorted(KINDS)))
def test_any_life_of_events_teaches_totals_at_the_place_of_their_first_part(
    program: list[Operation], kind: str
) -> None:
    clock = ManualClock()
    loop = LearningLoop(KINDS[kind], seed=3, clock=clock)
    for operation in program:
        if operation[0] == "read":
            loop.preview(DRINKS, CONTEXTS[0])
        elif operation[0] in ("rank", "wait") or loop.events:
            perform(loop, clock, operation)
    expected = taught_by_hand(loop.log, KINDS[kind])
    assert learned_bits(loop.learner) == learned_bits(LoopState(loop.log).learner) == expected


def test_parts_up_to_the_end_of_the_wait_count_from_the_first() -> None:
    """Events arrive every 100 s, and their rewards 600 s after Rank."""
    clock = ManualClock()
    loop = LearningLoop(KINDS["online"], seed=5, clock=clock)
    late: list[tuple[str, float]] = []
    for number in range(40):
        event_id, value = arrive(loop, number)
        loop.reward(event_id, 0)
        late.append((event_id, value))
        if number >= 6:
            loop.reward(*late.pop(0))
        clock.advance(seconds=100)
    assert learned_bits(loop.learner) == taught_by_hand(loop.log, loop.settings)


# -- settings that change meanwhile -----------------------------------------------------


def waiting_loop(**settings: Any) -> tuple[LearningLoop, ManualClock]:
    """A loop whose events earned .25 so far; the latest was deferred and activated first."""
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(**{"policy": Uniform()} | settings), seed=3, clock=clock)
    for i in range(20):
        loop.rank(DRINKS, CONTEXTS[i % 4], event_id=f"e{i}", defer_activation=i == 19)
    loop.activate("e19")
    for i in reversed(range(20)):
        loop.reward(f"e{i}", 0.25)
    return loop, clock


def learned_anew(loop: LearningLoop) -> str:
    """Digest of a learner trained on the whole log in the order of Rank calls."""
    learner = learner_of(loop.settings)
    for state in loop.events.values():
        if state.earned is not None:
            learner.learn(state.ranked.impression, state.earned)
    return learned_bits(learner)


def test_a_part_for_what_was_learned_before_sums_counted_learns_the_log_again() -> None:
    loop, _ = waiting_loop()
    loop.configure(reward_aggregation="sum")
    before = learned_bits(loop.learner)
    assert before != learned_anew(loop)
    loop.reward("e3", 0.5)
    assert learned_bits(loop.learner) == learned_anew(loop) != before
    loop.reward("e7", 0.5)
    assert learned_bits(loop.learner) == learned_anew(loop)
    assert learned_bits(LoopState(loop.log).learner) == learned_anew(loop)


def test_a_part_that_only_a_longer_wait_lets_in_learns_the_log_again() -> None:
    loop, clock = waiting_loop(reward_aggregation="sum")
    clock.advance(minutes=11)
    loop.rank(DRINKS, CONTEXTS[0])
    loop.configure(reward_wait_time=timedelta(hours=1))
    loop.reward("e3", 0.5)
    assert learned_bits(loop.learner) == learned_anew(loop)
    assert learned_bits(LoopState(loop.log).learner) == learned_anew(loop)


def test_sums_that_were_learned_stay_when_only_the_earliest_counts_again() -> None:
    loop, _ = waiting_loop(reward_aggregation="sum")
    loop.reward("e3", 0.5)
    before = learned_bits(loop.learner)
    loop.configure(reward_aggregation="earliest")
    assert learned_bits(loop.learner) == before
    assert loop.events["e3"].earned == 0.75


def test_parts_after_another_change_of_what_is_learned_count_too() -> None:
    loop, _ = waiting_loop(reward_aggregation="sum")
    loop.configure(crosses=1)
    loop.reward("e3", 0.5)
    assert learned_bits(loop.learner) == learned_anew(loop)


# -- taking back ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_undo_of_a_further_part_is_exact(settings: LoopSettings) -> None:
    loop = in_parts(settings, "a visitor later")
    first = next(iter(loop.events))
    before = learned_bits(loop.learner)
    loop.reward(first, 0.5)
    loop.rank(DRINKS, CONTEXTS[0], event_id="next")
    loop.reward("next", 1)
    assert learned_bits(loop.learner) != before
    loop.undo(3)
    assert learned_bits(loop.learner) == before


@pytest.mark.no_cover
def test_what_is_tried_in_a_fork_leaves_the_loop_alone() -> None:
    loop = in_parts(KINDS["online"], "a visitor later")
    first = next(iter(loop.events))
    before = learned_bits(loop.learner)
    fork = loop.state.fork()
    fork.apply(Rewarded(first, loop.events[first].ranked.time, 0.5))
    assert learned_bits(fork.learner) != before
    assert learned_bits(loop.learner) == before
    loop.reward(first, 0.5)
    assert learned_bits(loop.learner) == learned_bits(fork.learner)


# -- stored state -----------------------------------------------------------------------


def test_a_fork_has_learned_once_what_nobody_had_asked_for_yet() -> None:
    loop = LearningLoop(LoopSettings(**BLIND), seed=5, clock=ManualClock())
    for number in range(3):
        loop.reward(*arrive(loop, number))
    twin = loop.state.fork()
    assert twin.learner.learned == 3
    assert learned_bits(twin.learner) == learned_bits(loop.learner)


def test_few_forks_are_kept_and_little_is_learned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event's further part costs at most two lessons for each that came since, and a few."""
    forks: weakref.WeakSet[ClassicLearner] = weakref.WeakSet()
    lessons: list[Impression] = []
    fork, learn = ClassicLearner.fork, ClassicLearner.learn

    def counted_fork(learner: ClassicLearner) -> ClassicLearner:
        made = fork(learner)
        forks.add(made)
        return made

    def counted_learn(learner: ClassicLearner, impression: Impression, earned: float) -> None:
        lessons.append(impression)
        learn(learner, impression, earned)

    monkeypatch.setattr(ClassicLearner, "fork", counted_fork)
    monkeypatch.setattr(ClassicLearner, "learn", counted_learn)
    loop = LearningLoop(KINDS["classic"], seed=3, clock=ManualClock())
    for number in range(500):
        loop.rank(DRINKS, CONTEXTS[number % 4], event_id=f"e{number}")
        loop.reward(f"e{number}", 0)
        assert loop.learner
        assert len(forks) <= MAX_FORKS + 1
    for since in (1, 2, 5, 10, 30, 100, 250, 500):
        lessons.clear()
        loop.reward(f"e{500 - since}", 0.5)
        assert loop.learner
        assert since <= len(lessons) <= 2 * since + SPACING
        assert len(forks) <= MAX_FORKS + 1


def test_parts_that_come_before_anybody_asks_are_learned_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    totals: list[float] = []
    monkeypatch.setattr(ClassicLearner, "learn", lambda *told: totals.append(told[2]))
    loop = LearningLoop(KINDS["classic"], seed=3, clock=ManualClock())
    event_id = loop.rank(DRINKS, CONTEXTS[0]).event_id
    for part in (0, 0.5, 0.25):
        loop.reward(event_id, part)
    assert loop.learner
    assert totals == [0.75]


def test_events_without_further_rewards_are_released() -> None:
    clock = ManualClock()
    loop = LearningLoop(KINDS["classic"], seed=3, clock=clock)
    for number in range(200):
        loop.reward(loop.rank(DRINKS, CONTEXTS[number % 4]).event_id, 0.5)
        clock.advance(minutes=1)
        assert len(loop.state.state()["experiences"]["events"]) <= 11 + SPACING


def test_where_the_earliest_counts_nothing_is_kept() -> None:
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=3, clock=ManualClock())
    for number in range(20):
        loop.reward(loop.rank(DRINKS, CONTEXTS[number % 4]).event_id, 0.5)
    written = loop.state.state()["experiences"]
    assert (written["events"], written["before"]) == ([], None)
