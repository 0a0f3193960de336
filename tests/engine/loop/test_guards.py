"""Refused calls of a loop, which change no state."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from engine import LearningLoop, LoopSettings
from tests.clock import ManualClock
from tests.engine.bad_requests import BAD_REQUESTS, BadRequest
from tests.engine.comparable import state_of
from tests.engine.loop.loops import learned, loop_with_past
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import CONTEXTS, DRINKS, Json, request_of

# -- refusals: no partial changes -----------------------------------------------------


@pytest.fixture(scope="module")
def asked() -> LearningLoop:
    """A loop that must not be changed by refused calls."""
    return loop_with_past(ManualClock())


@pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_refused_request_changes_nothing(bad: BadRequest, asked: LearningLoop) -> None:
    before, history = state_of(asked), asked.log.history
    for verb in (asked.rank, asked.preview):
        assert refusal(partial(verb, **bad.request)).code == bad.code
    assert state_of(asked) == before
    assert asked.log.history == history


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
    "a setting without a name": (
        lambda loop: loop.configure(5),  # type: ignore[arg-type]
        "InvalidServiceConfiguration",
        "settings",
        "5",
        "given by name: reward_wait_time, default_reward",
    ),
    "settings as a dictionary": (
        lambda loop: loop.configure({"crosses": 1}, crosses=2),  # type: ignore[arg-type]
        "InvalidServiceConfiguration",
        "settings",
        "{'crosses': 1}",
        "given by name: reward_wait_time, default_reward",
    ),
    "probabilities of no request": (
        lambda loop: loop.probabilities([]),
        "InvalidRankRequest",
        "requests",
        "0",
        "1, as all are to offer, and exclude, the same",
    ),
    "probabilities of a number": (
        lambda loop: loop.probabilities(5),  # type: ignore[arg-type]
        "InvalidRankRequest",
        "request",
        "5",
        "a RankRequest, as parse_rank_request makes it",
    ),
    "probabilities of a dictionary": (
        lambda loop: loop.probabilities({}),  # type: ignore[arg-type]
        "InvalidRankRequest",
        "request",
        "{}",
        "a RankRequest, as parse_rank_request makes it",
    ),
    "probabilities of something else": (
        lambda loop: loop.probabilities(["latte"]),  # type: ignore[list-item]
        "InvalidRankRequest",
        "request",
        "'latte'",
        "a RankRequest, as parse_rank_request makes it",
    ),
    "probabilities of two offers": (
        lambda loop: loop.probabilities([request_of([], *DRINKS), request_of([], DRINKS[0])]),
        "InvalidRankRequest",
        "requests",
        "2",
        "1, as all are to offer, and exclude, the same",
    ),
    "probabilities online of no request": (
        lambda loop: loop.probabilities_online(None),  # type: ignore[arg-type]
        "InvalidRankRequest",
        "request",
        "None",
        "a RankRequest, as parse_rank_request makes it",
    ),
    "contributions to no ranking": (
        lambda loop: loop.contributions(loop.answer("open")),  # type: ignore[arg-type]
        "InvalidRankRequest",
        "request",
        "RankResponse(",
        "a Ranked, as preview makes it",
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
    loop = loop_with_past(clock)
    before, history = state_of(loop), loop.log.history
    error = refusal(lambda: call(loop))
    assert (error.code, error.target) == (code, target)
    assert_one_sentence(error, value, allowed)
    assert state_of(loop) == before
    assert loop.log.history == history


# -- event ids ------------------------------------------------------------------------


@pytest.mark.parametrize("given_id", ["mine", None])
def test_the_same_id_with_the_same_request_gives_the_same_answer_and_logs_nothing(
    given_id: str | None, clock: ManualClock
) -> None:
    loop = loop_with_past(clock)
    answer = loop.rank(DRINKS, CONTEXTS[0], ["mocha"], given_id)
    loop.reward(answer.event_id, 1)
    for _ in range(5):
        loop.reward(loop.rank(DRINKS, CONTEXTS[0]).event_id, 1)
    before = state_of(loop)
    assert loop.rank(DRINKS, CONTEXTS[0], ["mocha"], answer.event_id) == answer
    assert state_of(loop) == before


@pytest.mark.no_cover
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
    loop = loop_with_past(clock)
    request: Json = {"actions": DRINKS, "context_features": [{"member": 1}], "event_id": "mine"}
    loop.rank(**request)
    before = state_of(loop)
    error = refusal(lambda: loop.rank(**(request | other)))
    assert (error.code, error.target) == ("InvalidRankRequest", "eventId")
    assert state_of(loop) == before


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
