"""Matching performance, against hand computations and against simulated imitation."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, Thompson, Uniform
from engine.evaluation.apprentice_agreement import (
    LATEST,
    NEAR_CHANCE,
    RECENT_EVENTS,
    Matching,
    MatchingRecord,
)
from engine.learners.belief import Belief
from engine.loop.entries import Ranked, Rewarded
from engine.loop.settings import LearningMode
from engine.policies.base import Normals, Policy
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS, Json, request_of

POLICIES: list[Policy] = [
    EpsilonGreedy(0.2),
    EpsilonGreedy(0.0),
    EpsilonGreedy(1.0),
    Thompson(draws=64, floor=0.3),
    Thompson(draws=64, floor=1.0),
    Thompson(draws=64, floor=0.5, width=0.0),
    Greedy(),
    Uniform(),
]
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)


# -- the ceiling ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "highest"), [(2, 0.9), (4, 0.85), (5, 0.84), (10, 0.82), (50, 0.804)]
)
def test_the_services_exploration_has_the_known_ceilings(actions: int, highest: float) -> None:
    assert EpsilonGreedy(0.2).best_match(actions) == pytest.approx(highest)


@every_policy
def test_one_action_alone_is_always_matched(policy: Policy) -> None:
    assert policy.best_match(1) == pytest.approx(1)


@pytest.mark.combinations
@pytest.mark.no_cover
@every_policy
@pytest.mark.parametrize("actions", [2, 4, 10])
def test_perfect_imitation_reaches_the_ceiling_and_no_more(policy: Policy, actions: int) -> None:
    """A belief that is certain of the baseline: 2,000 choices, within 4 standard errors."""
    highest = policy.best_match(actions)
    mean = np.eye(actions)[0]
    scores, normals = Belief.of_one(mean, 1e-10 * np.eye(actions)), Normals(0)
    decisions = [
        policy.decide(scores, normals, np.random.default_rng([actions, i])) for i in range(2_000)
    ]
    assert decisions[0].probabilities[0] == pytest.approx(highest)
    rate = np.mean([decision.chosen == 0 for decision in decisions])
    assert abs(rate - highest) <= 4 * math.sqrt(highest * (1 - highest) / 2_000) + 1e-12


@every_policy
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=10))
def test_no_belief_matches_the_baseline_more_often_than_the_ceiling(
    policy: Policy, means: list[float]
) -> None:
    scores = Belief.of_one(np.array(means), 0.01 * np.eye(len(means)))
    decision = policy.decide(scores, Normals(0), np.random.default_rng(0))
    assert decision.probabilities[0] <= policy.best_match(len(means)) + 1e-12


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", [EpsilonGreedy(0.2), Thompson(draws=256)], ids=repr)
def test_an_apprentice_of_a_constant_rule_climbs_to_the_ceiling(policy: Policy) -> None:
    """After 100 events of 4 actions; the match rate of 400 more within 4 standard errors."""
    items: list[Json] = [{"id": name, "features": [{"kind": "letter"}]} for name in "abcd"]
    loop = LearningLoop(
        LoopSettings(learning_mode="apprentice", policy=policy), seed=1, clock=ManualClock()
    )
    for i in range(500):
        loop.reward(loop.rank(items, CONTEXTS[i % 4]).event_id, 1.0)
    record = followed(loop)
    late = record.performance(400)
    highest = policy.best_match(4)
    assert late.highest_match_rate == pytest.approx(highest)
    assert highest - 0.01 <= late.expected_agreement <= highest + 1e-12
    error = math.sqrt(highest * (1 - highest) / 400)
    assert abs(late.match_rate - highest) <= 4 * error


# -- a log written out ----------------------------------------------------------------

RAINY, SUNNY = [{"weather": "rainy"}], [{"weather": "sunny"}, {"late": True}]
EXPLORING = EpsilonGreedy(0.2)
"""Ceilings: .8 + .2 / 3 = 13/15 of three drinks, .9 of two."""


class Written:
    """A loop whose rankings are written by a test."""

    def __init__(self, **settings: Any) -> None:
        self.clock = ManualClock()
        chosen: Json = {
            "learning_mode": "apprentice",
            "policy": EXPLORING,
            "reward_aggregation": "sum",
        }
        self.loop = LearningLoop(LoopSettings(**chosen | settings), clock=self.clock)

    def rank(
        self,
        event_id: str,
        context: object,
        chosen: int,
        probabilities: tuple[float, ...],
        **request: Any,
    ) -> None:
        """Write an entry in which the policy chose an action with these probabilities."""
        parsed = request_of(context, *DRINKS)
        for name, value in request.items():
            object.__setattr__(parsed, name, value)
        mode = self.loop.settings.learning_mode
        shown = chosen if mode == "online" else parsed.allowed[0]
        entry = Ranked(
            event_id=event_id,
            time=self.clock(),
            request=parsed,
            probabilities=probabilities,
            errors=(0.0,) * 3,
            means=(0.5,) * 3,
            sds=(0.1,) * 3,
            hypothesis=None,
            draw=None,
            chosen=chosen,
            cause="best",
            mode=mode,
            shown=shown,
            propensity=1.0,
        )
        self.loop.log.append(entry)
        self.loop = LearningLoop.resume(self.loop.log, seed=0, clock=self.clock)


def followed(loop: LearningLoop) -> MatchingRecord:
    record = MatchingRecord()
    record.follow(loop)
    return record


def eventful() -> Written:
    """Four answered events, a deferred event, an undone event and a waiting event.

    ====== ======= ======== ====== ============== ======== =======
    event  weather baseline chosen p(baseline)    reward   matches
    ====== ======= ======== ====== ============== ======== =======
    one    rainy   latte    latte  .8             1        yes
    two    sunny   latte    mocha  .2             .5 - 1   no
    three  rainy   mocha    mocha  .9 (latte out) -.25     yes
    six    sunny   latte    brew   .3             0        no
    ====== ======= ======== ====== ============== ======== =======
    """
    written = Written()
    written.rank("one", RAINY, 0, (0.8, 0.1, 0.1))
    written.rank("two", SUNNY, 1, (0.2, 0.7, 0.1))
    written.loop.reward("one", 1.0)
    written.loop.reward("two", 0.5)
    written.rank("three", RAINY, 1, (0.0, 0.9, 0.1), excluded=("latte",))
    written.rank("never shown", SUNNY, 0, (0.8, 0.1, 0.1), defer_activation=True)
    written.loop.reward("never shown", 1.0)
    written.rank("still waits", RAINY, 0, (0.8, 0.1, 0.1))
    written.loop.reward("three", -0.25)
    written.loop.reward("two", -1.0)
    written.rank("six", SUNNY, 2, (0.3, 0.3, 0.4))
    written.loop.expire("six")
    written.rank("taken back", RAINY, 0, (0.6, 0.2, 0.2))
    written.loop.reward("taken back", 0.75)
    written.loop.undo(2)
    return written


def assert_matching(actual: Matching, expected: Matching) -> None:
    for name in ("events", "matched", "agreement", "ceiling", "reward", "imitated"):
        assert getattr(actual, name) == pytest.approx(getattr(expected, name)), name


def test_performance_equals_a_computation_by_hand() -> None:
    result = followed(eventful().loop).performance()
    assert_matching(
        result,
        Matching(
            events=4,
            matched=2,
            agreement=0.8 + 0.2 + 0.9 + 0.3,
            ceiling=3 * 13 / 15 + 0.9,
            reward=1 - 0.5 - 0.25 + 0,
            imitated=1 - 0.25,
        ),
    )
    assert result.match_rate == pytest.approx(0.5)
    assert result.expected_agreement == pytest.approx(0.55)
    assert result.highest_match_rate == pytest.approx(0.875)
    assert result.baseline_average_reward == pytest.approx(0.0625)
    assert result.apprentice_average_reward == pytest.approx(0.1875)
    assert result.reward_achievement_ratio == pytest.approx(3.0)


def test_the_latest_events_are_those_answered_last() -> None:
    record = followed(eventful().loop)
    assert len(record) == 4
    assert_matching(record.performance(2), Matching(2, 1, 0.9 + 0.3, 0.9 + 13 / 15, -0.25, -0.25))
    assert_matching(record.performance(1), Matching(1, 0, 0.3, 13 / 15, 0.0, 0.0))
    assert record.performance(99) == record.performance()


def test_slices_are_of_each_column_of_the_context() -> None:
    slices = followed(eventful().loop).slices()
    assert set(slices) == {"weather=rainy", "weather=sunny", "late=true"}
    rainy = Matching(2, 2, 0.8 + 0.9, 13 / 15 + 0.9, 0.75, 0.75)
    sunny = Matching(2, 0, 0.2 + 0.3, 26 / 15, -0.5, 0.0)
    assert_matching(slices["weather=rainy"], rainy)
    assert_matching(slices["weather=sunny"], sunny)
    assert slices["late=true"] == slices["weather=sunny"]
    assert list(followed(eventful().loop).slices(1)) == ["weather=sunny", "late=true"]


def test_curves_are_what_a_hand_computation_gives() -> None:
    rows = list(followed(eventful().loop).rows())
    expected: dict[str, list[float]] = {
        "visitor": [1, 2, 3, 6],
        "match": [1, 1 / 2, 2 / 3, 2 / 4],
        "recent": [1, 1 / 2, 2 / 3, 2 / 4],
        "agreement": [0.8, 1 / 2, 1.9 / 3, 2.2 / 4],
        "ceiling": [13 / 15, 13 / 15, 0.9, 13 / 15],
        "ratio": [1, 1 / 0.5, 0.75 / 0.25, 0.75 / 0.25],
    }
    for name, values in expected.items():
        assert [row[name] for row in rows] == pytest.approx(values), name


def test_an_undo_takes_back_a_second_reward_as_well() -> None:
    written = Written()
    record = MatchingRecord()
    written.rank("a", RAINY, 0, (0.8, 0.1, 0.1))
    rewards = []
    for value in (1.0, -0.5):
        written.loop.reward("a", value)
        record.follow(written.loop)
        rewards.append(record.performance().reward)
    for _ in range(2):
        written.loop.undo()
        record.follow(written.loop)
        rewards.append(record.performance().reward)
    assert rewards == [1.0, 0.5, 1.0, 0.0]


def test_ratios_without_a_divisor_are_not_numbers() -> None:
    nothing = Matching()
    assert math.isnan(nothing.match_rate)
    assert math.isnan(nothing.expected_agreement)
    assert math.isnan(nothing.reward_achievement_ratio)
    assert math.isnan(Matching(events=2, matched=1).reward_achievement_ratio)
    written = Written()
    assert list(followed(written.loop).rows()) == []
    written.rank("a", RAINY, 0, (0.8, 0.1, 0.1))
    written.loop.reward("a", 0.0)
    (row,) = followed(written.loop).rows()
    assert math.isnan(row["ratio"])
    assert row["match"] == 1


def test_the_ceiling_is_that_of_the_policy_with_which_an_event_was_ranked() -> None:
    written = Written()
    for event_id, policy in (("a", EXPLORING), ("b", Uniform()), ("c", Greedy())):
        written.loop.configure(policy=policy)
        written.rank(event_id, RAINY, 0, (1.0, 0.0, 0.0))
    for event_id in "cab":
        written.loop.reward(event_id, 1.0)
    record = followed(written.loop)
    assert record.performance().ceiling == pytest.approx(13 / 15 + 1 / 3 + 1)
    assert [row["ceiling"] for row in record.rows()] == pytest.approx([13 / 15, 1 / 3, 1])


# -- segments -------------------------------------------------------------------------


def test_there_is_a_segment_for_every_period_of_a_mode_empty_ones_included() -> None:
    written = Written(learning_mode="online")

    def visit(name: str, chosen: int, reward: float | None) -> None:
        written.rank(name, RAINY, chosen, (0.6, 0.2, 0.2))
        if reward is not None:
            written.loop.reward(name, reward)

    def switch(*modes: LearningMode) -> None:
        for mode in modes:
            written.loop.configure(learning_mode=mode)

    switch("apprentice")
    visit("a", 0, 1.0)
    visit("answered later", 1, None)
    switch("logging_only")
    visit("logged", 0, 0.25)
    switch("online")
    visit("b", 0, 0.5)
    visit("c", 2, 0.25)
    written.loop.configure(max_events=50)
    written.loop.reward("answered later", 0.125)
    switch("apprentice", "online")
    record = followed(written.loop)
    third = 13 / 15
    expected: dict[tuple[int, LearningMode], Matching] = {
        (0, "online"): Matching(),
        (0, "apprentice"): Matching(2, 1, 1.2, 2 * third, 1.125, 1.0),
        (2, "logging_only"): Matching(1, 1, 0.6, third, 0.25, 0.25),
        (3, "online"): Matching(2, 1, 1.2, 2 * third, 0.75, 0.5),
        (5, "apprentice"): Matching(),
        (5, "online"): Matching(),
    }
    segments = record.segments()
    assert record.switches == list(expected)
    for actual, performance in zip(segments, expected.values(), strict=True):
        assert_matching(actual, performance)
    assert record.performance() == segments[1]


def test_an_undone_switch_leaves_no_segment() -> None:
    written = Written()
    written.rank("a", RAINY, 0, (0.8, 0.1, 0.1))
    record = followed(written.loop)
    written.loop.configure(learning_mode="online")
    record.follow(written.loop)
    assert record.switches == [(0, "apprentice"), (1, "online")]
    written.loop.undo()
    record.follow(written.loop)
    assert record.switches == [(0, "apprentice")]


# -- curves over many events ----------------------------------------------------------

EVENTS = LATEST + 150
"""Enough events to fill both windows."""


@pytest.fixture(scope="module")
def long() -> LearningLoop:
    """An apprentice of two actions without features, rewarded now and then."""
    settings = LoopSettings(learning_mode="apprentice", policy=EpsilonGreedy(0.4))
    loop = LearningLoop(settings, seed=4, clock=ManualClock())
    items: list[Json] = [{"id": name, "features": [{"kind": "letter"}]} for name in "ab"]
    rng = np.random.default_rng(4)
    for _ in range(EVENTS):
        first, second = rng.permutation(2)
        answer = loop.rank([items[first], items[second]])
        loop.reward(answer.event_id, float(rng.integers(3)) / 2)
    return loop


def curves(loop: LearningLoop) -> list[dict[str, float]]:
    """All rows computed from the definitions: a pass over the events for each."""
    answered = [(s.ranked, s.earned or 0.0) for s in loop.events.values()]
    rows = []
    for size in range(1, len(answered) + 1):
        so_far = answered[:size]
        recent, latest = so_far[-RECENT_EVENTS:], so_far[-LATEST:]
        earned = sum(reward for _, reward in latest)
        imitated = sum(reward for ranked, reward in latest if ranked.chosen == ranked.baseline)
        rows.append(
            {
                "visitor": float(size),
                "match": np.mean([r.chosen == r.baseline for r, _ in so_far]).item(),
                "recent": np.mean([r.chosen == r.baseline for r, _ in recent]).item(),
                "agreement": np.mean([r.probabilities[r.baseline] for r, _ in recent]).item(),
                "ceiling": 0.8,
                "ratio": imitated / earned if earned else math.nan,
            }
        )
    return rows


def assert_rows(actual: Sequence[Mapping[str, float]], expected: Sequence[Any]) -> None:
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-9, nan_ok=True)


def test_windows_are_of_the_last_100_and_the_latest_1000_events() -> None:
    assert (RECENT_EVENTS, LATEST) == (100, 1_000)


@pytest.mark.slow
def test_curves_over_many_events_are_what_their_definitions_give(long: LearningLoop) -> None:
    actual, expected = list(followed(long).rows(points=EVENTS)), curves(long)
    at = [0, 1, 5, 99, 100, 101, 500, LATEST - 1, LATEST, LATEST + 1, EVENTS - 1]
    assert_rows([actual[i] for i in at], [expected[i] for i in at])


@pytest.mark.no_cover
def test_the_ratio_of_the_latest_1000_is_their_performance(long: LearningLoop) -> None:
    record = followed(long)
    *_, last = record.rows()
    assert last["ratio"] == pytest.approx(record.performance(LATEST).reward_achievement_ratio)
    assert last["ratio"] != pytest.approx(record.performance().reward_achievement_ratio)
    assert last["recent"] == pytest.approx(record.performance(RECENT_EVENTS).match_rate)
    assert last["match"] == pytest.approx(record.performance().match_rate)


@pytest.mark.parametrize("points", [2, 7, 300, EVENTS, EVENTS + 1])
def test_curves_are_thinned_with_the_first_and_the_last_event_kept(
    points: int, long: LearningLoop
) -> None:
    record = followed(long)
    thinned, whole = list(record.rows(points)), list(record.rows(EVENTS))
    assert len(thinned) == min(points, EVENTS)
    assert (thinned[0], thinned[-1]) == (whole[0], whole[-1])
    visitors = [row["visitor"] for row in thinned]
    assert visitors == sorted(set(visitors))
    assert thinned == [whole[int(visitor) - 1] for visitor in visitors]
    gaps = np.diff(visitors)
    assert gaps.max() - gaps.min() <= 1


# -- progressive validation -----------------------------------------------------------


def test_agreement_is_predicted_before_the_event_is_learned() -> None:
    settings = LoopSettings(learning_mode="apprentice", policy=Thompson(draws=256))
    loop = LearningLoop(settings, seed=2, clock=ManualClock())
    record = MatchingRecord()
    before, after = [], []
    for i in range(12):
        request = request_of(CONTEXTS[i % 4], *DRINKS)
        before.append(loop.probabilities([request])[0][0])
        loop.reward(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id, 1.0)
        after.append(loop.probabilities([request])[0][0])
        record.follow(loop)
        assert record.performance(1).agreement == before[-1]
    assert record.performance().expected_agreement == pytest.approx(np.mean(before))
    assert np.mean(after) > np.mean(before) + 0.01


# -- a record is a fold ---------------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("visit"), st.integers(0, 7)),
        st.tuples(st.just("wait"), st.integers(0, 7)),
        st.tuples(st.just("defer"), st.integers(0, 7)),
        st.tuples(st.just("reward"), st.integers(0, 7)),
        st.tuples(st.just("activate"), st.integers(0, 7)),
        st.tuples(st.just("mode"), st.sampled_from(["online", "apprentice", "logging_only"])),
        st.tuples(st.just("undo"), st.integers(1, 4)),
        st.tuples(st.just("learn anew"), st.integers(0, 3)),
    ),
    max_size=20,
)


def go(loop: LearningLoop, clock: ManualClock, verb: str, value: Any) -> None:
    match verb:
        case "visit" | "defer":
            answer = loop.rank(DRINKS, CONTEXTS[value % 4], defer_activation=verb == "defer")
            if value > 2:
                loop.reward(answer.event_id, value / 10)
        case "wait":
            clock.now += timedelta(minutes=value)
        case "mode":
            loop.configure(learning_mode=value)
        case "learn anew":
            loop.configure(crosses=value)
        case "undo":
            if len(loop.log) > value:
                loop.undo(value)
        case _:
            within = (s for s in loop.events.values() if s.open and clock.now == s.ranked.time)
            for state in list(within)[-1:]:
                event_id = state.ranked.event_id
                if verb == "activate":
                    loop.activate(event_id)
                else:
                    loop.reward(event_id, value / 10)


@given(steps)
def test_a_record_that_follows_step_by_step_is_one_that_reads_the_log_at_once(
    program: list[tuple[str, Any]],
) -> None:
    clock = ManualClock()
    settings = LoopSettings(
        learning_mode="apprentice", policy=EpsilonGreedy(), reward_aggregation="sum"
    )
    loop = LearningLoop(settings, seed=3, clock=clock)
    record = followed(loop)
    for verb, value in program:
        go(loop, clock, verb, value)
        record.follow(loop)
    at_once = followed(loop)
    assert record.switches == at_once.switches
    assert len(record) == len(at_once)
    assert_matching(record.performance(), at_once.performance())
    for one, other in zip(record.segments(), at_once.segments(), strict=True):
        assert_matching(one, other)
    slices, others = record.slices(), at_once.slices()
    assert set(slices) == set(others)
    for column, performance in slices.items():
        assert_matching(performance, others[column])


def test_the_latest_events_are_the_same_however_often_a_record_followed() -> None:
    """A deferred event counts from its activation, even if its reward came first."""
    written = Written()
    step_by_step = MatchingRecord()
    written.rank("deferred", RAINY, 0, (0.8, 0.1, 0.1), defer_activation=True)
    written.loop.reward("deferred", 1.0)
    step_by_step.follow(written.loop)
    written.rank("plain", SUNNY, 1, (0.2, 0.7, 0.1))
    written.loop.reward("plain", 0.5)
    step_by_step.follow(written.loop)
    written.loop.activate("deferred")
    step_by_step.follow(written.loop)
    assert isinstance(written.loop.log[2], Rewarded)
    at_once = followed(written.loop)
    assert at_once.performance(1) == step_by_step.performance(1)


# -- no better than chance ----------------------------------------------------------------


@pytest.mark.parametrize("actions", [2, 4, 50])
def test_chance_is_within_two_standard_errors_of_a_uniform_choice(actions: int) -> None:
    fair, events = 1 / actions, 10_000
    error = (fair * (1 - fair) / events) ** 0.5
    inside, outside = fair + NEAR_CHANCE + 1.9 * error, fair + NEAR_CHANCE + 2.2 * error
    assert Matching(events, round(events * fair)).is_chance(actions)
    assert Matching(events, int(events * inside)).is_chance(actions)
    assert not Matching(events, round(events * outside)).is_chance(actions)
    assert Matching().is_chance(actions)
