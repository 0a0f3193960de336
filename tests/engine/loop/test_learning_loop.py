"""The learning loop: Rank, Activate, Reward and their companions, call by call."""

import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import chain, combinations
from threading import Barrier
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    EpsilonGreedy,
    EventLog,
    Hypothesis,
    LearningLoop,
    LoopSettings,
    PersonalizerError,
    RankResponse,
    Thompson,
    Uniform,
)
from engine.learners.bayesian.model import RewardModel
from engine.loop.clock import utc_now
from engine.loop.entries import Activated, Configured, Expired, Ranked, Rewarded, Undone
from engine.loop.state import LoopState
from tests.engine.bad_requests import BAD_REQUESTS, BadRequest
from tests.engine.helpers import (
    CONTEXTS,
    DRINKS,
    DenseOracle,
    Json,
    ManualClock,
    assert_one_sentence,
    decision_of,
    head_bits,
    naive_row,
    next_answers,
    one_of,
    posterior_bits,
    refusal,
    request_of,
    reward_count,
    reward_head,
    state_of,
)

T = TypeVar("T")
IDS = [drink["id"] for drink in DRINKS]
KNOWN = Hypothesis(3, "id", noise_sd=0.5, prior_sd=0.6)
"""A hypothesis with none of the defaults."""


def taught(clock: ManualClock, seed: int = 7, **settings: Any) -> LearningLoop:
    """A loop that learned a few rewards, with two events that still wait.

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
    """How many rewards the model has learned, and the sum of what events earned."""
    earned = [state.earned for state in loop.events.values() if state.earned is not None]
    return reward_count(loop), sum(earned)


# -- the answer to Rank ---------------------------------------------------------------


def test_an_answer_names_the_event_the_action_to_show_and_every_actions_probability(
    loop: LearningLoop,
) -> None:
    answer = loop.rank(DRINKS, CONTEXTS[0])
    assert isinstance(answer, RankResponse)
    assert answer.event_id in loop.events
    assert sorted(action.id for action in answer.ranking) == sorted(IDS)
    assert answer.reward_action_id in IDS
    assert sum(action.probability for action in answer.ranking) == pytest.approx(1, abs=1e-12)
    probabilities = [action.probability for action in answer.ranking]
    assert probabilities == sorted(probabilities, reverse=True)


def test_the_action_to_show_may_not_be_the_first_of_the_ranking(loop: LearningLoop) -> None:
    answers = [loop.rank(DRINKS, CONTEXTS[0]) for _ in range(50)]
    firsts = {answer.reward_action_id == answer.ranking[0].id for answer in answers}
    assert firsts == {True, False}


@pytest.mark.parametrize("excluded", [c for n in (1, 2) for c in combinations(IDS, n)])
def test_excluded_actions_keep_their_place_with_probability_0_and_are_never_shown(
    excluded: tuple[str, ...], clock: ManualClock
) -> None:
    loop = taught(clock, policy=Thompson(draws=64, floor=0.5))
    for _ in range(60):
        answer = loop.rank(DRINKS, CONTEXTS[0], excluded)
        for name in excluded:
            place = answer.ranking[IDS.index(name)]
            assert (place.id, place.probability) == (name, 0)
        assert answer.reward_action_id not in excluded
        shown = [a.probability for a in answer.ranking if a.id not in excluded]
        assert sum(shown) == pytest.approx(1, abs=1e-12)
        assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    ("excluded", "baseline"), [([], 0), (["mocha"], 0), (["latte"], 1), (["latte", "mocha"], 2)]
)
def test_the_first_action_that_is_not_excluded_is_the_baseline(
    excluded: list[str], baseline: int, loop: LearningLoop
) -> None:
    """A floor of 1 leaves all to chance, and half of chance belongs to the baseline."""
    loop.configure(policy=Thompson(floor=1.0))
    size = len(DRINKS) - len(excluded)
    probabilities = loop.preview(DRINKS, excluded_actions=excluded).probabilities
    assert probabilities[baseline] == pytest.approx(0.5 + 0.5 / size)


def test_an_excluded_id_that_is_not_offered_changes_nothing(clock: ManualClock) -> None:
    answers = [
        LearningLoop(seed=1, clock=clock).rank(DRINKS, excluded_actions=excluded).to_json()
        for excluded in ([], ["tea"])
    ]
    assert answers[0] == answers[1]


def test_the_place_of_an_action_in_the_request_does_not_move_its_score(clock: ManualClock) -> None:
    loop = taught(clock)
    forth, back = loop.belief(DRINKS, CONTEXTS[1]), loop.belief(DRINKS[::-1], CONTEXTS[1])
    np.testing.assert_allclose(forth.mean, back.mean[::-1], rtol=0, atol=1e-14)
    np.testing.assert_allclose(forth.sd, back.sd[::-1], rtol=0, atol=1e-14)


def test_a_belief_is_what_a_preview_shows(clock: ManualClock) -> None:
    loop = taught(clock)
    belief, preview = loop.belief(DRINKS, CONTEXTS[1]), loop.preview(DRINKS, CONTEXTS[1])
    assert tuple(belief.mean) == preview.means
    assert tuple(belief.sd) == preview.sds


def test_names_that_start_with_an_underscore_are_ignored(clock: ManualClock) -> None:
    secret: list[Json] = [*CONTEXTS[0], {"_tracking": "x", "user": {"_secret": 1}}]
    drinks = [{**d, "features": [*d["features"], {"_price": 9}]} for d in DRINKS]
    loop = taught(clock)
    plain = loop.preview(DRINKS, CONTEXTS[0])
    assert decision_of(loop.preview(drinks, secret)) == decision_of(plain)


def test_a_null_among_other_features_is_the_string_null(clock: ManualClock) -> None:
    loop = taught(clock)
    answers = [loop.preview(DRINKS, [{"referrer": v, "x": 1}]) for v in (None, "null", "other")]
    assert decision_of(answers[0]) == decision_of(answers[1])
    loop.reward(loop.rank(**one_of("latte"), context_features=[{"referrer": None}]).event_id, 1)
    means = [loop.belief(DRINKS, [{"referrer": v}]).mean[0] for v in (None, "null", "other")]
    assert means[0] == means[1] > means[2]


def test_actions_may_come_and_go_and_ids_alone_allow_learning(loop: LearningLoop) -> None:
    same = [{"k": 1}]
    early = [{"id": "a", "features": same}, {"id": "b", "features": same}]
    for _ in range(20):
        for name, reward in (("a", 0.0), ("b", 1.0)):
            other = "b" if name == "a" else "a"
            loop.reward(loop.rank(early, excluded_actions=[other]).event_id, reward)
    late = [{"id": "new", "features": [{"k": 2}]}, *early]
    belief = loop.belief(late)
    assert belief.mean[1] < belief.mean[0] < belief.mean[2]
    assert belief.sd[0] > belief.sd[1]


# -- refusals: nothing half-applied ---------------------------------------------------

bad_requests = pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS)


@bad_requests
@pytest.mark.parametrize("verb", ["rank", "preview"])
def test_a_refused_request_changes_nothing(verb: str, bad: BadRequest, clock: ManualClock) -> None:
    loop = taught(clock)
    before, history = state_of(loop), loop.log.history
    error = refusal(lambda: getattr(loop, verb)(**bad.request))
    assert error.code == bad.code
    assert state_of(loop) == before
    assert loop.log.history == history


REFUSED_CALLS: dict[str, tuple[Callable[[LearningLoop], object], str, str, str, str]] = {
    "reward too high": (
        lambda loop: loop.reward("open", 1.5),
        "InvalidRewardRequest",
        "value",
        "1.5",
        "a number from -1 to 1",
    ),
    "reward NaN": (
        lambda loop: loop.reward("open", float("nan")),
        "InvalidRewardRequest",
        "value",
        "nan",
        "a number from -1 to 1",
    ),
    "reward true": (
        lambda loop: loop.reward("open", True),
        "InvalidRewardRequest",
        "value",
        "True",
        "a number from -1 to 1",
    ),
    "reward of an unknown event": (
        lambda loop: loop.reward("nobody", 1),
        "ResourceNotFound",
        "eventId",
        "'nobody'",
        "an event that this loop has ranked",
    ),
    "reward of no id at all": (
        lambda loop: loop.reward([], 1),  # type: ignore[arg-type]
        "ResourceNotFound",
        "eventId",
        "[]",
        "an event that this loop has ranked",
    ),
    "second reward where the earliest counts": (
        lambda loop: loop.reward("rewarded", 1),
        "InvalidRewardRequest",
        "eventId",
        "'rewarded'",
        'an event without a reward, as the "earliest" reward counts',
    ),
    "activation of an unknown event": (
        lambda loop: loop.activate("nobody"),
        "InvalidEventIdToActivate",
        "eventId",
        "'nobody'",
        "an event that this loop has ranked",
    ),
    "activation of a number": (
        lambda loop: loop.activate(7),  # type: ignore[arg-type]
        "InvalidEventIdToActivate",
        "eventId",
        "7",
        "an event that this loop has ranked",
    ),
    "expiry of an unknown event": (
        lambda loop: loop.expire("nobody"),
        "ResourceNotFound",
        "eventId",
        "'nobody'",
        "an event that this loop has ranked",
    ),
    "expiry of a rewarded event": (
        lambda loop: loop.expire("rewarded"),
        "InvalidRewardRequest",
        "eventId",
        "'rewarded'",
        "an event that still waits for its reward",
    ),
    "an unknown setting": (
        lambda loop: loop.configure(default_reward=1.0, exploration=0.2),
        "InvalidServiceConfiguration",
        "the setting",
        "'exploration'",
        "one of reward_wait_time, default_reward",
    ),
    "an event id used for another request": (
        lambda loop: loop.rank(DRINKS, CONTEXTS[3], event_id="open"),
        "InvalidRankRequest",
        "eventId",
        "'open'",
        "a new id, as it was used for another request",
    ),
    "undoing nothing": (
        lambda loop: loop.undo(0),
        "BadRequest",
        "entries",
        "0",
        "a whole number from 1 to",
    ),
    "undoing the first entry": (
        lambda loop: loop.undo(len(loop.log)),
        "BadRequest",
        "entries",
        "29",
        "a whole number from 1 to 28",
    ),
    "undoing true": (
        lambda loop: loop.undo(True),
        "BadRequest",
        "entries",
        "True",
        "a whole number",
    ),
    "undoing half an entry": (
        lambda loop: loop.undo(1.5),  # type: ignore[arg-type]
        "BadRequest",
        "entries",
        "1.5",
        "a whole number",
    ),
}


@pytest.mark.parametrize(
    ("call", "code", "target", "value", "allowed"), REFUSED_CALLS.values(), ids=REFUSED_CALLS
)
def test_a_refused_call_says_why_and_changes_nothing(
    call: Callable[[LearningLoop], object],
    code: str,
    target: str,
    value: str,
    allowed: str,
    clock: ManualClock,
) -> None:
    loop = taught(clock)
    before, history = state_of(loop), loop.log.history
    error = refusal(lambda: call(loop))
    assert (error.code, error.target) == (code, target)
    assert_one_sentence(error, value, allowed)
    assert state_of(loop) == before
    assert loop.log.history == history


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
    loop, twin = (taught(clock, reward_aggregation=aggregation) for _ in range(2))
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


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "7"])
def test_a_seed_is_a_whole_number_from_0_up(seed: Any) -> None:
    error = refusal(lambda: LearningLoop(seed=seed))
    assert (error.code, error.target) == ("InvalidServiceConfiguration", "seed")
    assert_one_sentence(error, repr(seed), "a whole number from 0 up")


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
    assert posterior_bits(first) == posterior_bits(second)
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
    loop = taught(clock)
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


def test_many_waits_end_in_the_order_of_their_rank_calls(
    clock: ManualClock, loop: LearningLoop
) -> None:
    for i in range(5):
        loop.rank(DRINKS, event_id=f"e{i}", defer_activation=i == 2)
        clock.advance(minutes=1)
    loop.reward("e1", 1)
    clock.advance(minutes=8, microseconds=1)  # 13 minutes: e0 to e3 are over
    loop.rank(DRINKS)
    ended = [(e.event_id, e.default_reward) for e in loop.log if isinstance(e, Expired)]
    assert ended == [("e0", 0), ("e2", None), ("e3", 0)]


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


def test_the_real_clock_knows_its_time_zone() -> None:
    assert utc_now().utcoffset() == timedelta(0)


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


def test_sum_equals_learning_the_sum_at_once(clock: ManualClock) -> None:
    """Under one hypothesis: by what a hypothesis is weighed, the first reward has been."""
    parts, whole = (taught(clock, reward_aggregation="sum", hypotheses=(KNOWN,)) for _ in range(2))
    for value in (0.75, 0.5, 0.5):
        parts.reward("open", value)
    ranked = whole.events["open"].ranked
    whole.model.learn(ranked.request.context, ranked.request.actions[ranked.chosen], 1.75)
    for context in CONTEXTS:
        one, other = parts.belief(DRINKS, context), whole.belief(DRINKS, context)
        np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(one.covariances, other.covariances, rtol=0, atol=1e-12)


def test_a_later_part_of_a_sum_does_not_reach_learners_that_began_after_its_lesson(
    clock: ManualClock,
) -> None:
    """The challenger that began since has not learned the event; the first bank has."""
    loop = taught(clock, reward_aggregation="sum")
    first = next(iter(loop.events.values()))
    banks = reward_head(loop).evidence.banks
    assert first.lesson == 1
    assert banks[0].born < first.lesson <= banks[-1].born
    centres = [[x and x.centre for x in bank.learners] for bank in banks]
    loop.reward(first.ranked.event_id, 0.25)
    after = [[x and x.centre for x in bank.learners] for bank in banks]
    assert after[0] != centres[0]
    assert after[-1] == centres[-1]


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
    loop = taught(clock)
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


# -- event ids ------------------------------------------------------------------------


def test_event_ids_are_unique_and_depend_on_the_seed_and_their_number_alone(
    clock: ManualClock,
) -> None:
    loop, other = LearningLoop(seed=3, clock=clock), LearningLoop(seed=3, clock=clock)
    ids = [loop.rank(DRINKS, CONTEXTS[i % 4]).event_id for i in range(200)]
    assert len(set(ids)) == 200
    other.configure(policy=Uniform())
    assert [other.rank(DRINKS[:2]).event_id for _ in range(200)] == ids
    assert LearningLoop(seed=4, clock=clock).rank(DRINKS).event_id not in ids


def test_an_id_that_the_caller_took_is_never_given_to_another_event(clock: ManualClock) -> None:
    loop = LearningLoop(seed=3, clock=clock)
    _, second = loop.rank(DRINKS).event_id, loop.rank(DRINKS).event_id
    taken = LearningLoop(seed=3, clock=clock)
    taken.rank(DRINKS, event_id=second)
    given_ids = [taken.rank(DRINKS).event_id for _ in range(3)]
    assert len({second, *given_ids}) == 4


@pytest.mark.parametrize("given_id", ["mine", None])
def test_the_same_id_with_the_same_request_gives_the_same_answer_and_logs_nothing(
    given_id: str | None, clock: ManualClock
) -> None:
    loop = taught(clock)
    answer = loop.rank(DRINKS, CONTEXTS[0], ["mocha"], given_id)
    loop.reward(answer.event_id, 1)
    for _ in range(5):
        loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, 1)
    before = state_of(loop)
    assert loop.rank(DRINKS, CONTEXTS[0], ["mocha"], answer.event_id) == answer
    assert state_of(loop) == before


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"context_features": CONTEXTS[1]}, id="another context"),
        pytest.param({"context_features": []}, id="no context"),
        pytest.param({"actions": DRINKS[:2]}, id="fewer actions"),
        pytest.param({"actions": DRINKS[::-1]}, id="another order of actions"),
        pytest.param({"excluded_actions": ["latte"]}, id="another exclusion"),
        pytest.param({"defer_activation": True}, id="deferred"),
        pytest.param({"context_features": [{"member": True}]}, id="true for the number 1"),
    ],
)
def test_the_same_id_with_another_request_is_refused(
    other: dict[str, Any], clock: ManualClock
) -> None:
    loop = taught(clock)
    request: Json = {"actions": DRINKS, "context_features": [{"member": 1}], "event_id": "mine"}
    loop.rank(**request)
    before = state_of(loop)
    error = refusal(lambda: loop.rank(**(request | other)))
    assert (error.code, error.target) == ("InvalidRankRequest", "eventId")
    assert state_of(loop) == before


def test_a_recorded_answer_can_be_read_again(clock: ManualClock) -> None:
    loop = taught(clock)
    answer = loop.rank(DRINKS, CONTEXTS[0], ["mocha"], "mine")
    before = state_of(loop)
    assert loop.answer("mine") == answer
    assert refusal(lambda: loop.answer("nobody")).code == "ResourceNotFound"
    assert state_of(loop) == before


# -- previews -------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", [None, "mine"])
@pytest.mark.parametrize("excluded", [[], ["latte"]])
def test_a_preview_changes_nothing_and_equals_the_next_answer(
    event_id: str | None, excluded: list[str], clock: ManualClock
) -> None:
    loop = taught(clock)
    before = state_of(loop)
    preview = loop.preview(DRINKS, CONTEXTS[2], excluded, event_id, True)
    assert state_of(loop) == before
    answer = loop.rank(DRINKS, CONTEXTS[2], excluded, event_id, True)
    assert loop.events[answer.event_id].ranked == preview
    assert (answer.event_id, answer.reward_action_id) == (preview.event_id, preview.action_id)


# -- determinism ----------------------------------------------------------------------


def test_same_seed_log_request_and_event_id_give_the_same_answer_to_the_bit(
    clock: ManualClock,
) -> None:
    assert state_of(taught(clock)) == state_of(taught(clock))


def test_previews_and_beliefs_on_the_way_make_no_difference(clock: ManualClock) -> None:
    plain, peeking = (LearningLoop(seed=5, clock=clock) for _ in range(2))
    many = [{"id": f"m{i}", "features": [{"new": f"{i}"}]} for i in range(30)]
    for i in range(20):
        peeking.preview(many, [{"never": "seen", "again": i}], ["m3"], "other")
        peeking.belief(DRINKS, CONTEXTS[i % 4])
        one, other = (loop.rank(DRINKS, CONTEXTS[i % 4]) for loop in (plain, peeking))
        assert one == other
        for loop in (plain, peeking):
            loop.reward(one.event_id, float(i % 2))
    assert state_of(plain) == state_of(peeking)


def test_another_seed_or_another_event_id_draws_anew(clock: ManualClock) -> None:
    def drawn(seed: int, event_id: str) -> object:
        return LearningLoop(seed=seed, clock=clock).preview(DRINKS, event_id=event_id).draw

    assert len({drawn(seed, name) for seed in (1, 2) for name in ("a", "b")}) == 4


def test_what_is_left_to_chance_depends_on_the_seed_as_well(clock: ManualClock) -> None:
    def shown(seed: int) -> list[str]:
        loop = LearningLoop(LoopSettings(policy=Uniform()), seed=seed, clock=clock)
        return [loop.rank(DRINKS, event_id=f"e{i}").reward_action_id for i in range(30)]

    assert shown(1) == shown(1)
    assert shown(1) != shown(2)


# -- settings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"crosses": 1},
        {"crosses": 0},
        {"hypotheses": (KNOWN,)},
        {"may_change": False},
        {"crosses": 2, "hypotheses": (KNOWN, Hypothesis(memory=0.9)), "default_reward": 0.5},
    ],
    ids=str,
)
def test_a_loop_that_retrains_equals_a_fresh_one_given_the_same_rewards(
    changes: dict[str, Any], clock: ManualClock
) -> None:
    loop = taught(clock)
    loop.configure(**changes)
    fresh = LearningLoop(LoopSettings(**changes), seed=1, clock=clock)
    assert_taught_alike(loop, fresh)


def test_a_loop_that_retrains_on_sums_equals_a_fresh_one_given_the_same_rewards(
    clock: ManualClock,
) -> None:
    """Under one hypothesis: how it is weighed, the fresh loop knows from first rewards alone."""
    loop = taught(clock, reward_aggregation="sum")
    loop.reward("rewarded", 0.25)
    loop.reward("rewarded", 1)
    known: dict[str, Any] = {"hypotheses": (KNOWN,), "may_change": False}
    loop.configure(**known)
    settings = LoopSettings(reward_aggregation="sum", **known)
    assert_taught_alike(loop, LearningLoop(settings, seed=1, clock=clock))


def assert_taught_alike(loop: LearningLoop, fresh: LearningLoop) -> None:
    """Beliefs are the same once a fresh loop was given all rewards of the first."""
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


@pytest.mark.parametrize(
    "settings",
    [LoopSettings(crosses=n, hypotheses=(KNOWN,), may_change=False) for n in range(4)],
    ids=lambda s: f"crosses {s.crosses}",
)
@pytest.mark.parametrize("late", [False, True], ids=["from the start", "changed later"])
def test_a_loop_believes_what_follows_from_its_settings_and_its_rewards(
    settings: LoopSettings, late: bool, clock: ManualClock
) -> None:
    """All weights solved at once, naively, from the request, the action shown, the reward."""
    names = ("crosses", "hypotheses", "may_change")
    chosen = {name: getattr(settings, name) for name in names}
    loop = taught(clock) if late else taught(clock, **chosen)
    loop.configure(**chosen)
    rows, rewards = [], []
    for state in loop.events.values():
        if state.activated and state.rewards:
            request: Json = state.ranked.request.to_json()
            action = request["actions"][state.ranked.chosen]
            rows.append(naive_row(request["contextFeatures"], action, settings.crosses))
            rewards.append(sum(state.rewards))
    oracle = DenseOracle.of(KNOWN, rows, rewards)
    assert len(rows) == 13
    for context in CONTEXTS:
        offered = [naive_row(context, action, settings.crosses) for action in DRINKS]
        mean, covariance = oracle.moments(offered)
        belief = loop.belief(DRINKS, context)
        np.testing.assert_allclose(belief.mean, mean, rtol=0, atol=1e-12)
        np.testing.assert_allclose(belief.covariances[0], covariance, rtol=0, atol=1e-12)


def test_a_retrained_loop_goes_on_learning(clock: ManualClock) -> None:
    loop = taught(clock, reward_aggregation="sum")
    count, total = learned(loop)
    loop.reward("open", 0.5)
    loop.configure(crosses=1)
    loop.reward("open", 0.25)
    loop.activate("deferred")
    loop.reward("deferred", 1)
    assert learned(loop) == pytest.approx((count + 2, total + 1.75))


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": Uniform()},
        {"default_reward": 1.0},
        {"reward_aggregation": "sum"},
        {"reward_wait_time": timedelta(days=1)},
        {"max_events": 50},
        {"crosses": 3},
        {},
    ],
    ids=str,
)
def test_settings_that_do_not_change_what_is_learned_leave_the_model_alone(
    changes: dict[str, Any], clock: ManualClock
) -> None:
    loop = taught(clock)
    before = posterior_bits(loop)
    loop.configure(**changes)
    assert posterior_bits(loop) == before
    last = loop.log[len(loop.log) - 1]
    assert (last == Configured(clock.now, loop.settings)) is bool(changes.keys() - {"crosses"})
    for name, value in changes.items():
        assert getattr(loop.settings, name) == value


def test_a_new_policy_decides_from_the_next_call_on(clock: ManualClock) -> None:
    loop = taught(clock)
    loop.configure(policy=EpsilonGreedy(0.3))
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    expected = [0.1] * 3
    expected[ranked.best] += 0.7
    assert ranked.probabilities == pytest.approx(expected)


def test_the_first_entry_of_the_log_is_the_settings(clock: ManualClock) -> None:
    settings = LoopSettings(crosses=1)
    loop = LearningLoop(settings, clock=clock)
    assert list(loop.log) == [Configured(clock.now, settings)]
    assert loop.settings is settings
    assert LearningLoop(clock=clock).settings == LoopSettings()


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_crosses_hold_every_hypothesis_to_what_is_allowed(most: int, clock: ManualClock) -> None:
    loop = taught(clock, crosses=most)
    assert tuple(reward_head(loop).weights) == loop.settings.compared
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    assert max(len(column.context) for column in loop.contributions(ranked)) == min(most, 2)


def test_the_hypothesis_that_was_drawn_from_is_told(clock: ManualClock) -> None:
    """As often as it is believed; none where chance decided."""
    loop = taught(clock, policy=Thompson(draws=64, floor=0.2), may_change=False)
    weights = list(reward_head(loop).weights.values())
    told = [loop.preview(DRINKS, CONTEXTS[0], event_id=f"e{i}") for i in range(1_500)]
    assert all((r.hypothesis is None) == (r.draw is None) for r in told)
    drawn = [r.hypothesis for r in told if r.hypothesis is not None]
    found = np.bincount(drawn, minlength=len(weights)) / len(drawn)
    assert found == pytest.approx(weights, abs=1 / 64 + 4 * 0.5 / len(drawn) ** 0.5)


@pytest.mark.parametrize("mode", ["online", "apprentice"])
def test_a_replay_gives_the_same_bits_whatever_was_asked_in_between(
    mode: str, clock: ManualClock
) -> None:
    """A loop that was asked all the time, one that never was, and the log folded anew."""
    asked, quiet = (LearningLoop(seed=7, clock=clock) for _ in range(2))
    for loop in (asked, quiet):
        loop.configure(learning_mode=mode)
        for i in range(60):
            if i == 40:
                loop.configure(learning_mode="online")
            if loop is asked:
                ranked = loop.preview(DRINKS, CONTEXTS[(i + 1) % 4])
                loop.contributions(ranked)
                loop.probabilities(ranked.request)
                loop.belief_online(request_of(CONTEXTS[i % 3], *DRINKS))
            loop.reward(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id, float(i % 3 == 0))
    assert state_of(asked) == state_of(quiet)
    folded = LoopState(asked.log)
    assert isinstance(folded.model, RewardModel)
    assert isinstance(folded.imitation, RewardModel)
    assert asked.imitation is not None
    assert head_bits(folded.model) == posterior_bits(asked)
    assert head_bits(folded.imitation) == head_bits(asked.imitation)


# -- a full loop ----------------------------------------------------------------------


def test_a_full_loop_refuses_new_events_and_serves_the_old_ones(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(max_events=3), clock=clock)
    answers = [loop.rank(DRINKS, event_id=f"e{i}") for i in range(3)]
    before = state_of(loop)
    error = refusal(lambda: loop.rank(DRINKS))
    assert error.code == "OperationNotAllowed"
    assert_one_sentence(error, "4", "at most 3, the loop's max_events")
    assert state_of(loop) == before
    assert loop.rank(DRINKS, event_id="e1") == answers[1]
    loop.reward("e2", 1)
    assert learned(loop) == (1, 1)


@pytest.mark.parametrize("room", ["configure", "undo"])
def test_a_full_loop_takes_events_again_when_there_is_room(room: str, clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(max_events=1), clock=clock)
    loop.rank(DRINKS)
    if room == "configure":
        loop.configure(max_events=2)
    else:
        loop.undo()
    loop.rank(DRINKS)
    assert refusal(lambda: loop.rank(DRINKS)).code == "OperationNotAllowed"


# -- undo and replay ------------------------------------------------------------------

Operation = tuple[str, Any]
SMALL = LoopSettings(policy=Thompson(draws=64))

changes_of_settings = st.sampled_from(
    [
        {"crosses": 1},
        {"crosses": 3, "hypotheses": (Hypothesis(), Hypothesis(memory=0.9))},
        {"may_change": False},
        {"reward_aggregation": "sum"},
        {"reward_aggregation": "earliest"},
        {"default_reward": 0.5},
        {"policy": EpsilonGreedy(0.5)},
        {"policy": Thompson(draws=128)},
        {"reward_wait_time": timedelta(minutes=1)},
    ]
)
some_event = st.integers(0, 5)  # counted from the latest
ranks = st.tuples(
    st.just("rank"),
    st.tuples(
        st.sampled_from(["mine", None, None, None]),
        st.sampled_from(CONTEXTS),
        st.sampled_from([[], ["latte"], ["mocha", "brew"]]),
        st.sampled_from([False, False, True]),
    ),
)
reward_calls = st.tuples(st.just("reward"), st.tuples(some_event, st.sampled_from([-1, 0, 0.3, 1])))
operations = st.one_of(
    *[ranks] * 4,
    *[reward_calls] * 8,
    st.tuples(st.just("activate"), some_event),
    st.tuples(st.just("expire"), some_event),
    st.tuples(st.just("configure"), changes_of_settings),
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 1, 59, 61, 200, 601])),
)
programs = st.lists(operations, min_size=12, max_size=40)


def perform(loop: LearningLoop, clock: ManualClock, operation: Operation) -> None:
    """One operation; what the loop refuses is refused."""
    verb, argument = operation

    def event(number: int) -> str:
        return list(loop.events)[-1 - number % len(loop.events)]

    with suppress(PersonalizerError):
        match verb:
            case "rank":
                event_id, context, excluded, defer = argument
                loop.rank(DRINKS, context, excluded, event_id, defer)
            case "reward":
                loop.reward(event(argument[0]), argument[1])
            case "activate":
                loop.activate(event(argument))
            case "expire":
                loop.expire(event(argument))
            case "configure":
                loop.configure(**argument)
            case "wait":
                clock.advance(seconds=argument)


def performed(program: list[Operation]) -> tuple[LearningLoop, ManualClock]:
    """A loop of three events, with its clock, after all operations of a program."""
    clock = ManualClock()
    loop = LearningLoop(SMALL, seed=3, clock=clock)
    for context in CONTEXTS[:3]:
        loop.rank(DRINKS, context, defer_activation=context is CONTEXTS[2])
    for operation in program:
        perform(loop, clock, operation)
    return loop, clock


@given(programs, programs)
def test_undo_brings_every_number_back_to_the_bit(
    before: list[Operation], after: list[Operation]
) -> None:
    loop, clock = performed(before)
    state, length = state_of(loop), len(loop.log)
    for operation in after:
        perform(loop, clock, operation)
    if added := len(loop.log) - length:
        history = loop.log.history
        loop.undo(added)
        assert loop.log.history == (*history, Undone(clock.now, added))
    assert state_of(loop) == state


@pytest.mark.no_cover
@given(programs, programs, programs, st.booleans())
def test_a_loop_that_took_things_back_goes_on_as_one_that_never_did_them(
    before: list[Operation], taken_back: list[Operation], after: list[Operation], one_by_one: bool
) -> None:
    (loop, clock), (twin, twin_clock) = performed(before), performed(before)
    length = len(loop.log)
    for operation in taken_back:
        perform(loop, clock, operation)
    if added := len(loop.log) - length:
        for entries in [1] * added if one_by_one else [added]:
            loop.undo(entries)
    twin_clock.now = clock.now
    for operation in after:
        perform(loop, clock, operation)
        perform(twin, twin_clock, operation)
    assert state_of(twin) == state_of(loop)


def replayed(loop: LearningLoop) -> tuple[LearningLoop, ManualClock]:
    """A second loop, with its clock, called as the first one's log says, entry by entry."""
    clock = ManualClock()
    entries = list(loop.log)
    first = entries[0]
    assert isinstance(first, Configured)
    clock.now = first.time
    twin = LearningLoop(first.settings, seed=loop.seed, clock=clock)
    for position, entry in enumerate(entries[1:], start=1):
        clock.now = entry.time
        if len(twin.log) > position:
            continue  # the clock has brought it already
        match entry:
            case Configured(_, settings):
                twin.configure(
                    **{name: getattr(settings, name) for name in settings.__dataclass_fields__}
                )
            case Ranked(event_id, _, request):
                body: Json = request.to_json()
                twin.rank(
                    body["actions"],
                    body["contextFeatures"],
                    body["excludedActions"],
                    event_id,
                    body["deferActivation"],
                )
            case Activated(event_id):
                twin.activate(event_id)
            case Rewarded(event_id, _, value):
                twin.reward(event_id, value)
            case Expired(event_id):
                with suppress(PersonalizerError):  # the clock may have ended the wait
                    twin.expire(event_id)
    return twin, clock


@given(programs)
def test_a_second_loop_called_as_the_log_says_is_the_same_loop_to_the_bit(
    program: list[Operation],
) -> None:
    loop, _ = performed(program)
    twin, _ = replayed(loop)
    assert state_of(twin) == state_of(loop)


@given(programs)
def test_what_each_event_earned_is_a_fold_over_the_log(program: list[Operation]) -> None:
    """Folded naively from the entries: shown, rewarded, and so learned."""
    loop, _ = performed(program)
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


def test_an_id_that_was_taken_back_is_free_again(loop: LearningLoop) -> None:
    first = loop.rank(DRINKS, CONTEXTS[0], event_id="e")
    loop.undo()
    assert "e" not in loop.events
    assert refusal(lambda: loop.reward("e", 1)).code == "ResourceNotFound"
    loop.rank(DRINKS, CONTEXTS[1], event_id="e")
    loop.undo()
    assert loop.rank(DRINKS, CONTEXTS[0], event_id="e") == first


def test_a_loop_without_events_has_nothing_to_undo(loop: LearningLoop) -> None:
    assert refusal(loop.undo).code == "BadRequest"


# -- contributions --------------------------------------------------------------------------


def test_the_contributions_to_a_ranking_are_those_of_its_context_and_shown_action(
    clock: ManualClock,
) -> None:
    loop = taught(clock)
    ranked = loop.preview(DRINKS, CONTEXTS[0])
    request = request_of(CONTEXTS[0], DRINKS[ranked.chosen])
    assert loop.contributions(ranked) == loop.model.contributions(
        request.context, request.actions[0]
    )
    assert any(loop.contributions(ranked).values())


def test_loops_share_nothing(clock: ManualClock) -> None:
    quiet, busy = (LearningLoop(seed=7, clock=clock) for _ in range(2))
    before = state_of(quiet)
    for i in range(10):
        busy.reward(busy.rank(DRINKS, CONTEXTS[i % 4]).event_id, 1)
    assert state_of(quiet) == before


# -- threads --------------------------------------------------------------------------

THREADS = 8
QUICK: Json = {"policy": Uniform(), "hypotheses": (Hypothesis(),), "may_change": False}


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads are interrupted every 10 microseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[int], T]) -> list[T]:
    """What a piece of work gives in each of several threads that begin at once."""
    together = Barrier(THREADS)

    def begin(number: int) -> T:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def folded(loop: LearningLoop, clock: ManualClock) -> LearningLoop:
    """A loop made from another one's history alone."""
    log = EventLog()
    for entry in loop.log.history:
        log.append(entry)
    return LearningLoop.resume(log, seed=loop.seed, clock=clock)


@pytest.mark.usefixtures("impatient")
def test_threads_that_rank_at_once_get_ids_and_answers_of_their_own(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(**QUICK), clock=clock)

    def work(number: int) -> list[str]:
        return [loop.rank(DRINKS, CONTEXTS[number % 4]).event_id for _ in range(500)]

    ids = list(chain.from_iterable(in_threads(work)))
    assert len(set(ids)) == len(ids) == THREADS * 500
    assert set(loop.events) == set(ids)
    assert state_of(loop) == state_of(folded(loop, clock))


@pytest.mark.usefixtures("impatient")
def test_threads_may_do_anything_at_once(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(**QUICK), clock=clock)

    def work(number: int) -> list[str]:
        given = []
        for i in range(500):
            with suppress(PersonalizerError):  # others may have taken back what it is about
                given.append(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id)
                loop.reward(given[-1], i % 2)
                loop.answer(given[-1])
            if i == 3 * number:  # early, as it learns all anew that is left
                loop.undo_event()
            elif i == 3 * number + 1:
                loop.configure(default_reward=number / 10, crosses=number % 4)
            elif i % 25 == 0:
                ranked = loop.preview(DRINKS, CONTEXTS[number % 4])
                assert math.fsum(ranked.probabilities) == pytest.approx(1)
                assert loop.belief(DRINKS).mean.shape == (3,)
                loop.contributions(ranked)
                entries = list(loop.log)
                assert isinstance(entries[0], Configured)
                assert loop.log.mark.counting <= loop.log.position
        return given

    ids = list(chain.from_iterable(in_threads(work)))
    assert set(loop.events) <= set(ids)
    assert state_of(loop) == state_of(folded(loop, clock))
