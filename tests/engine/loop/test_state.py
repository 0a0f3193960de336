"""State of a loop: learners trained on its log and settings."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from engine import EpsilonGreedy, Hypothesis, LearningLoop, LoopSettings, Uniform
from engine.arrays import Array
from engine.learners.bayesian.imitation_prior import PRIOR_WEIGHT, gaps
from engine.learners.bayesian.learner import BayesianLearner
from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded
from engine.loop.settings import LearnerName, LearningMode
from engine.loop.state import LoopState
from engine.store.snapshot_codec import dump
from tests.clock import ManualClock
from tests.engine.comparable import imitation_head, learned_bits, reward_head
from tests.engine.contribution_means import added_by_groups
from tests.engine.loop.apprentices import apprenticed, led_by, loop_of
from tests.engine.loop.loops import HYPOTHESIS, IDS, learned, loop_with_past
from tests.engine.requests import CONTEXTS, DRINKS, Json, one_of, request_of
from tests.oracles import DenseOracle, Row, by_fields, naive_row, naive_unit

# -- settings -------------------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "changes",
    [
        {"crosses": 1},
        {"crosses": 0},
        {"hypotheses": (HYPOTHESIS,)},
        {"may_change": False},
        {"crosses": 2, "hypotheses": (HYPOTHESIS, Hypothesis(memory=0.9)), "default_reward": 0.5},
    ],
    ids=str,
)
def test_a_loop_that_retrains_equals_a_fresh_one_given_the_same_rewards(
    changes: dict[str, Any], clock: ManualClock
) -> None:
    loop = loop_with_past(clock)
    loop.configure(**changes)
    fresh = LearningLoop(LoopSettings(**changes), seed=1, clock=clock)
    assert_learns_the_same(loop, fresh)


def test_a_loop_that_retrains_on_sums_equals_a_fresh_one_given_the_same_rewards(
    clock: ManualClock,
) -> None:
    loop = loop_with_past(clock, reward_aggregation="sum")
    loop.reward("rewarded", 0.25)
    loop.reward("rewarded", 1)
    loop.configure(crosses=2)
    settings = LoopSettings(reward_aggregation="sum", crosses=2)
    assert_learns_the_same(loop, LearningLoop(settings, seed=1, clock=clock))


def assert_learns_the_same(loop: LearningLoop, fresh: LearningLoop) -> None:
    """Assert equal beliefs after a new loop received all rewards of the first."""
    for state in loop.events.values():
        if state.earned is None:
            continue
        request = state.ranked.request.to_json()
        answer = fresh.rank(
            request["actions"],  # type: ignore[arg-type]
            request["contextFeatures"],  # type: ignore[arg-type]
            [name for name in IDS if name != state.ranked.action_id],
        )
        for value in state.rewards:
            fresh.reward(answer.event_id, value)
    assert learned(fresh) == pytest.approx(learned(loop))
    for context in CONTEXTS:
        one, other = loop.belief(DRINKS, context), fresh.belief(DRINKS, context)
        np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(one.covariances, other.covariances, rtol=0, atol=1e-12)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "settings",
    [LoopSettings(crosses=n, hypotheses=(HYPOTHESIS,), may_change=False) for n in range(4)],
    ids=lambda s: f"crosses {s.crosses}",
)
@pytest.mark.parametrize("late", [False, True], ids=["from the start", "changed later"])
def test_a_loop_believes_what_follows_from_its_settings_and_its_rewards(
    settings: LoopSettings, late: bool, clock: ManualClock
) -> None:
    """Compared with a dense solve from the request, the action shown and the reward."""
    names = ("crosses", "hypotheses", "may_change")
    chosen = {name: getattr(settings, name) for name in names}
    loop = loop_with_past(clock) if late else loop_with_past(clock, **chosen)
    loop.configure(**chosen)
    rows, rewards = [], []
    for state in loop.events.values():
        if state.activated and state.rewards:
            request: Json = state.ranked.request.to_json()
            action = request["actions"][state.ranked.chosen]
            rows.append(naive_row(request["contextFeatures"], action, settings.crosses))
            rewards.append(sum(state.rewards))
    oracle = DenseOracle.of(HYPOTHESIS, rows, rewards)
    assert len(rows) == 13
    for context in CONTEXTS:
        offered = [naive_row(context, action, settings.crosses) for action in DRINKS]
        mean, covariance = oracle.moments(offered)
        belief = loop.belief(DRINKS, context)
        np.testing.assert_allclose(belief.mean, mean, rtol=0, atol=1e-12)
        covariance *= oracle.unit
        np.testing.assert_allclose(belief.covariances[0], covariance, rtol=0, atol=1e-12)


def test_a_retrained_loop_goes_on_learning(clock: ManualClock) -> None:
    loop = loop_with_past(clock, reward_aggregation="sum")
    count, total = learned(loop)
    loop.reward("open", 0.5)
    loop.configure(crosses=1)
    loop.reward("open", 0.25)
    loop.activate("deferred")
    loop.reward("deferred", 1)
    assert learned(loop) == pytest.approx((count + 2, total + 1.75))


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "changes",
    [
        {"policy": Uniform()},
        {"default_reward": 1.0},
        {"reward_aggregation": "sum"},
        {"reward_wait_time": timedelta(days=1)},
        {"max_events": 50},
        {"crosses": 4},
        {},
    ],
    ids=str,
)
def test_settings_that_do_not_change_what_is_learned_leave_the_model_alone(
    changes: dict[str, Any], clock: ManualClock
) -> None:
    loop = loop_with_past(clock)
    before = learned_bits(reward_head(loop))
    loop.configure(**changes)
    assert learned_bits(reward_head(loop)) == before
    last = loop.log[len(loop.log) - 1]
    assert (last == Configured(clock.now, loop.settings)) is bool(changes.keys() - {"crosses"})
    for name, value in changes.items():
        assert getattr(loop.settings, name) == value


@pytest.mark.parametrize("most", range(5))
def test_crosses_hold_every_hypothesis_to_what_is_allowed(most: int, clock: ManualClock) -> None:
    loop = loop_with_past(clock, crosses=most)
    assert reward_head(loop).evidence.hypotheses == loop.settings.compared
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    groups = added_by_groups(loop.contributions(ranked))
    assert max(group.order for group in groups) == min(most, 2)


TEA: Json = {"id": "tea", "features": [{"drink": {"roast": "none", "milk": True}}]}


# -- the two heads --------------------------------------------------------------------


def classic_or_not(learner: LearnerName) -> dict[str, Any]:
    return {"learner": learner, "policy": EpsilonGreedy(), "learning_rate": 0.3}


@pytest.mark.parametrize("learner", ["bayesian", "classic"])
def test_unshown_actions_are_not_imitated(learner: LearnerName, clock: ManualClock) -> None:
    loop = loop_of(clock=clock, learning_mode="apprentice", **classic_or_not(learner))
    loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, 1.0)
    before = learned_bits(loop.learner)
    loop.rank(led_by(1), CONTEXTS[1], event_id="later", defer_activation=True)
    loop.reward("later", 1.0)
    assert learned_bits(loop.learner) == before
    clock.advance(minutes=11)
    loop.configure(max_events=9)
    assert not loop.events["later"].open
    assert learned_bits(loop.learner) == before


@pytest.mark.parametrize("learner", ["bayesian", "classic"])
def test_an_event_is_imitated_when_it_is_activated_and_once(
    learner: LearnerName, clock: ManualClock
) -> None:
    deferred, plain = (
        loop_of(clock=clock, learning_mode="apprentice", **classic_or_not(learner))
        for _ in range(2)
    )
    sure: dict[str, Any] = {"context_features": CONTEXTS[1], "event_id": "a"}
    deferred.rank(**one_of("mocha"), **sure, defer_activation=True)
    plain.rank(**one_of("mocha"), **sure)
    assert learned_bits(deferred.learner) != learned_bits(plain.learner)
    for _ in range(2):
        deferred.activate("a")
        assert learned_bits(deferred.learner) == learned_bits(plain.learner)


@pytest.mark.parametrize("mode", ["online", "logging_only"])
def test_only_an_apprentice_imitates(mode: LearningMode) -> None:
    loop = apprenticed(learning_mode=mode)
    assert imitation_head(loop).learned == 0
    assert reward_head(loop).learned == 24


@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_the_reward_head_learns_what_the_shown_action_earned(exploration: float) -> None:
    """The same as for an online loop without an alternative."""
    loop = apprenticed(apprentice_exploration=exploration)
    online = loop_of()
    shown = set()
    for state in loop.events.values():
        shown.add(state.ranked.action_id)
        context, _ = objects_of(state.ranked)
        answer = online.rank(**one_of(state.ranked.action_id), context_features=context)
        assert state.earned is not None
        online.reward(answer.event_id, state.earned)
    assert shown == ({"latte", "mocha", "brew"} if exploration else {"latte", "mocha"})
    assert reward_head(loop).learned == reward_head(online).learned
    for context in CONTEXTS:
        one, other = (known.belief(DRINKS, context) for known in (loop, online))
        for name in ("weights", "means", "covariances"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_imitation_head_learns_of_each_allowed_action_whether_it_was_the_baselines() -> None:
    loop = loop_of(learning_mode="apprentice", crosses=2)
    exclusions = [(), ("latte",), ("brew",)]
    for i in range(6):  # With so few visitors, the head is certain of no action.
        loop.rank(led_by(i % 3), CONTEXTS[i % 4], exclusions[i % 3])
    by_hand = BayesianLearner((Hypothesis(crosses=2),), may_change=False)
    for state in loop.events.values():
        request = state.ranked.request
        first = next(a for a in request.actions if a.id not in request.excluded)
        for i, action in enumerate(request.actions):
            if action.id not in request.excluded:
                choice = float(action is first)
                by_hand.learn_reward(request.context, request.actions, i, choice)
    assert by_hand.learned == 2 * (3 + 2 + 2)
    assert learned_bits(imitation_head(loop)) == learned_bits(by_hand)
    assert reward_head(loop).learned == 0


def test_rewards_do_not_touch_the_imitation_head() -> None:
    loop = loop_of(learning_mode="apprentice")
    event_id = loop.rank(DRINKS, CONTEXTS[0]).event_id
    before = learned_bits(imitation_head(loop))
    loop.reward(event_id, 1.0)
    assert learned_bits(imitation_head(loop)) == before
    assert reward_head(loop).learned == 1


def test_the_classic_learner_learns_no_reward_in_apprentice_mode() -> None:
    loop = loop_of(learning_mode="apprentice", **classic_or_not("classic"))
    for i in range(12):
        before = learned_bits(loop.learner)
        event_id = loop.rank(DRINKS, CONTEXTS[i % 4]).event_id
        imitated = learned_bits(loop.learner)
        assert imitated != before
        loop.reward(event_id, 1.0)
        assert learned_bits(loop.learner) == imitated


def test_the_classic_learner_learns_rewards_in_other_modes_after_an_apprenticeship() -> None:
    loop = apprenticed(**classic_or_not("classic"))
    for mode in ("online", "logging_only"):
        loop.configure(learning_mode=mode)
        before = learned_bits(loop.learner)
        event_id = loop.rank(DRINKS, CONTEXTS[0]).event_id
        assert learned_bits(loop.learner) == before
        loop.reward(event_id, -1.0)
        assert learned_bits(loop.learner) != before


# -- going online: the imitated action is believed somewhat better ---------------------


CROSSES = 2


REWARDED = Hypothesis(CROSSES, "id", noise_sd=0.3, prior_sd=0.7)
"""The hypothesis of the reward head here, without default values."""


def objects_of(ranked: Ranked) -> tuple[Any, list[Json]]:
    """Context and actions of a request, as JSON."""
    sent: Json = ranked.request.to_json()
    return sent["contextFeatures"], sent["actions"]


def rewarded_rows(loop: LearningLoop) -> tuple[list[Row], list[float]]:
    rows: list[Row] = []
    rewards: list[float] = []
    for state in loop.events.values():
        context, actions = objects_of(state.ranked)
        if state.earned is not None:
            shown = next(a for a in actions if a["id"] == state.ranked.action_id)
            rows.append(naive_row(context, shown, CROSSES))
            rewards.append(state.earned)
    return rows, rewards


def leaning(loop: LearningLoop, context: list[Json], offered: list[Json]) -> tuple[Array, float]:
    """Adjustment of the means of actions after a switch, and its value for a whole gap.

    A separate imitation head watches the same events; the expectation before each reward is solved
    densely.
    """
    head = BayesianLearner((REWARDED,), may_change=False, crosses=CROSSES)
    assert head.imitation is not None
    rows: list[Row] = []
    rewards: list[float] = []
    known = surprise = 0.0
    for state in loop.events.values():
        if state.ranked.mode == "apprentice" and state.activated:
            head.watch(state.ranked.impression)
        if state.earned is None:
            continue
        sent, actions = objects_of(state.ranked)
        ids = [action["id"] for action in actions]
        at = ids.index(state.ranked.action_id)
        gap = float(gaps(head.imitation.belief(request_of(sent, *actions)).mean)[at])
        row = naive_row(sent, actions[at], CROSSES)
        (expected,), _ = DenseOracle.of(REWARDED, rows, rewards).moments([row])
        known, surprise = known + gap**2, surprise + gap * (state.earned - float(expected))
        rows.append(row)
        rewards.append(state.earned)
    behind = 0.5 - (0.5 + sum(rewards)) / (1 + len(rewards))
    prior = math.sqrt(naive_unit(rewards) / 4) + max(behind, 0.0)
    lean = (surprise - PRIOR_WEIGHT * prior) / (PRIOR_WEIGHT + known)
    return lean * gaps(head.imitation.belief(request_of(context, *offered)).mean), lean


def switched(online_events: int, rewarded: bool = True) -> LearningLoop:
    """Apprentice with exclusions and without rewards in the last context, then online."""
    loop = loop_of(
        learning_mode="apprentice",
        apprentice_exploration=0.3,
        crosses=CROSSES,
        hypotheses=(replace(REWARDED, crosses=3),),
        may_change=False,
    )
    for i in range(20):
        excluded = ["brew"] if i % 5 == 0 else []
        answer = loop.rank(led_by(int(i % 2 == 0)), CONTEXTS[i % 4], excluded)
        if rewarded and i % 4 != 3:
            loop.reward(answer.event_id, [1.0, 0.0, -0.5][i % 3])
    loop.rank(led_by(2), CONTEXTS[0], defer_activation=True)
    loop.configure(learning_mode="online")
    for i in range(online_events):
        loop.reward(loop.rank(led_by(i % 3), CONTEXTS[i % 3]).event_id, float(i % 2))
    return loop


NEW_CONTEXT: list[Json] = [{"user": {"name": "Alice"}}, {"weather": "foggy"}]


@pytest.mark.no_cover
@pytest.mark.parametrize("context", [*CONTEXTS, NEW_CONTEXT], ids=str)
@pytest.mark.parametrize(
    ("online_events", "rewarded"), [(0, False), (0, True), (15, True)], ids=str
)
def test_after_the_switch_others_are_believed_to_fall_short_of_what_was_imitated(
    online_events: int, rewarded: bool, context: list[Json]
) -> None:
    """Solved densely over all columns; tea and fog were never seen, and the last context of
    `CONTEXTS` was imitated without a reward.
    """
    loop = switched(online_events, rewarded)
    offered = [naive_row(context, drink, CROSSES) for drink in [*DRINKS, TEA]]
    rows, rewards = rewarded_rows(loop)
    oracle = DenseOracle.of(REWARDED, rows, rewards)
    mean, covariance = oracle.moments(offered)
    added, _ = leaning(loop, context, [*DRINKS, TEA])
    belief = loop.belief([*DRINKS, TEA], context)
    np.testing.assert_allclose(belief.mean, mean + added, rtol=0, atol=1e-9)
    covariance *= oracle.unit
    np.testing.assert_allclose(belief.covariances[0], covariance, rtol=0, atol=1e-9)
    assert np.abs(added).max() > 1e-3


def test_a_second_apprenticeship_moves_the_belief_of_what_was_rewarded_before() -> None:
    """Beliefs were looked at between the two as well."""
    loop = switched(15)
    rows, rewards = rewarded_rows(loop)
    offered = [naive_row(CONTEXTS[1], drink, CROSSES) for drink in DRINKS]
    mean, _ = DenseOracle.of(REWARDED, rows, rewards).moments(offered)
    before = loop.belief(DRINKS, CONTEXTS[1]).mean
    loop.configure(learning_mode="apprentice")
    for _ in range(12):
        loop.rank(led_by(2), CONTEXTS[1])
    loop.configure(learning_mode="online")
    added, _ = leaning(loop, CONTEXTS[1], DRINKS)
    after = loop.belief(DRINKS, CONTEXTS[1]).mean
    np.testing.assert_allclose(after, mean + added, rtol=0, atol=1e-9)
    assert after[2] - after[0] > before[2] - before[0] + 1e-3


def test_the_imitated_action_is_preferred_before_any_reward() -> None:
    loop = switched(0, rewarded=False)
    rainy, sunny = (loop.belief(DRINKS, CONTEXTS[i]).mean for i in (0, 1))
    assert (int(rainy.argmax()), int(sunny.argmax())) == (1, 0)
    assert 0 < rainy.max() - rainy.min() <= 0.5


def test_rewards_of_other_actions_reduce_the_imitation_prior() -> None:
    """Brew is never the baseline's choice, but earns as much."""
    loop = switched(0)
    _, before = leaning(loop, CONTEXTS[0], DRINKS)
    for _ in range(10):
        loop.reward(loop.rank(**one_of("brew"), context_features=CONTEXTS[0]).event_id, 1.0)
    _, after = leaning(loop, CONTEXTS[0], DRINKS)
    assert before < after


def test_as_an_apprentice_the_reward_head_believes_what_rewards_alone_say() -> None:
    loop = switched(0)
    loop.configure(learning_mode="apprentice")
    rows, rewards = rewarded_rows(loop)
    oracle = DenseOracle.of(REWARDED, rows, rewards)
    offered = [naive_row(CONTEXTS[1], drink, CROSSES) for drink in DRINKS]
    mean, _ = oracle.moments(offered)
    np.testing.assert_allclose(loop.belief(DRINKS, CONTEXTS[1]).mean, mean, rtol=0, atol=1e-9)
    online = loop.learner.belief(request_of(CONTEXTS[1], *DRINKS)).mean
    loop.configure(learning_mode="online")
    assert loop.belief(DRINKS, CONTEXTS[1]).mean.tolist() == online.tolist()


@pytest.mark.no_cover
@pytest.mark.parametrize("context", [*CONTEXTS, NEW_CONTEXT], ids=str)
def test_contributions_after_a_switch_are_those_of_the_rewards(context: list[Json]) -> None:
    """Group by group, and in sum the mean of the shown action less the centre and the lean."""
    loop = switched(15)
    drinks = [TEA, *DRINKS]
    ranked = loop.preview(drinks, context)
    actual = added_by_groups(loop.contributions(ranked))
    row = naive_row(context, drinks[ranked.shown], CROSSES)
    oracle = DenseOracle.of(REWARDED, *rewarded_rows(loop))
    added, _ = leaning(loop, context, drinks)
    mean = ranked.means[ranked.shown] - added[ranked.shown]
    assert sum(actual.values()) == pytest.approx(mean - oracle.centre, abs=1e-9)
    at = oracle.weights(row)
    expected = by_fields(context, {column: at[column] * value for column, value in row.items()})
    assert {group: actual.get(group, 0.0) for group in expected} == pytest.approx(
        expected, abs=1e-9
    )


def test_learning_anew_teaches_both_heads_as_from_the_start() -> None:
    early, late = apprenticed(crosses=2), apprenticed(crosses=1)
    late.configure(crosses=2)
    for loop in (early, late):
        loop.configure(learning_mode="online")
    for context in CONTEXTS:
        one, other = (loop.belief(DRINKS, context) for loop in (early, late))
        np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(one.covariances, other.covariances, rtol=0, atol=1e-12)


# -- forks ----------------------------------------------------------------------------


def full_state(state: LoopState) -> tuple[object, ...]:
    """Full state to the bit, without caches."""
    events = {name: repr(event) for name, event in state.events.items()}
    learned = dump(state.learner)
    return state.settings, events, list(state.waiting), state.events.digests.tolist(), learned


@pytest.mark.parametrize(
    "settings",
    [LoopSettings(), LoopSettings(learning_mode="apprentice"), LoopSettings.classic()],
    ids=["online", "apprentice", "classic"],
)
def test_a_fork_goes_its_own_way_and_as_the_state_itself_would(
    settings: LoopSettings, clock: ManualClock
) -> None:
    loop = LearningLoop(settings, seed=7, clock=clock)
    for i in range(40):
        loop.reward(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id, float(i % 3 == 0))
    for i in range(3):
        loop.rank(DRINKS, CONTEXTS[i], event_id=f"e{i}", defer_activation=i == 1)
    state, before = loop.state, full_state(loop.state)
    entries: list[Entry] = [
        Expired("e0", clock.now, 0.25),
        Rewarded("e1", clock.now, 1.0),
        Activated("e1", clock.now),
        loop.preview(DRINKS, CONTEXTS[3], event_id="new"),
        Rewarded("new", clock.now, 0.5),
        Configured(clock.now, LoopSettings(crosses=1)),
        Expired("e2", clock.now, 0.0),
    ]
    fork = state.fork()
    assert full_state(fork) == before
    for entry in entries:
        fork.apply(entry)
    assert full_state(state) == before
    after = full_state(fork.fork())
    for entry in entries:
        state.apply(entry)
    assert full_state(state) == after
