"""Sentences about a call, and its JSON."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import LearningLoop, LoopSettings
from engine.loop.event import EventState
from engine.worlds import WORLDS
from pages.parts.connect import wording
from pages.parts.connect.call_list import readable
from pages.parts.connect.simulated_calls import CallCounts
from pages.parts.text.format import bare
from pages.parts.work.recent_calls import RecentCall
from tests.clock import ManualClock

ACTIONS = [{"id": "tea", "features": [{"hot": True}]}, {"id": "cola", "features": [{"hot": False}]}]


def call(operation: str = "Rank", code: str = "", dangling: str = "") -> RecentCall:
    time = datetime(2026, 9, 1, 12, 30, 5, tzinfo=UTC)
    status = 400 if code else 201
    return RecentCall(
        1, time, 0.0012, operation, "POST /v1.0/rank", b"", b"", status, code, "e", dangling
    )


def event(
    *, waits: bool = False, deferred: bool = False, reward: float | None = None
) -> EventState:
    """An event in some state; without a reward, its wait is over unless it ``waits``."""
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(default_reward=0.25), clock=clock)
    loop.rank(ACTIONS, event_id="e", defer_activation=deferred)
    if reward is not None:
        loop.reward("e", reward)
    elif not waits:
        clock.advance(minutes=11)
        loop.rank(ACTIONS)
    return loop.events["e"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (event(waits=True), "waiting for a reward"),
        (event(waits=True, deferred=True), "waiting for Activate"),
        (event(deferred=True), "not learned: never activated"),
        (event(), "no reward in time: learned 0.25"),
        (event(reward=0.5), "reward 0.5, learned"),
        (None, "undone"),
    ],
)
def test_a_rank_tells_what_became_of_its_event(state: EventState | None, words: str) -> None:
    assert words in wording.outcome_of(call(), state)


def test_other_calls_tell_whether_they_count() -> None:
    learned = event(reward=1.0)
    assert "[learned]" in wording.outcome_of(call("Reward"), learned)
    deferred = event(waits=True, deferred=True)
    assert "counts once activated" in wording.outcome_of(call("Reward"), deferred)
    for reason in ("unknown", "late", "second"):
        said = wording.outcome_of(call("Reward", dangling=reason), learned)
        assert "not learned" in said
    assert "counted once" in wording.outcome_of(call("Reward", dangling="repeated"), learned)
    refused = wording.outcome_of(call("Reward", code="InvalidRewardRequest"), learned)
    assert "400 InvalidRewardRequest" in bare(refused)
    assert "done" in wording.outcome_of(call("GetPolicy"), None)


def test_the_line_of_a_call() -> None:
    state = event(reward=1.0)
    line = bare(wording.line_of(call(), state, UTC))
    action = state.ranked.action_id
    assert line == f"12:30:05\u2002Rank {action} reward 1, learned 1.2\u00a0ms"
    assert wording.name_of(call("GetServiceConfiguration")) == "Get service configuration"
    assert wording.name_of(call("")) == "Unknown address"


def test_numbers_in_sentences() -> None:
    assert wording.came(1, 1) == "1 call since this server started."
    assert wording.came(1_200, 12).endswith("These are the latest 12.")
    stopped = CallCounts(3, [0.002, 0.004], "timed out")
    assert bare(wording.sent(stopped)) == (
        "3 sent, 2 answered, median 3.0\u00a0ms. Stopped: timed out"
    )
    made = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=3)
    assert wording.key_set(made.timestamp(), UTC) == "Set on 1 September 2026"
    assert "Coffee" in wording.takes(WORLDS["coffee"])
    assert wording.takes(None) == wording.ANY_ACTIONS


def test_json_has_an_action_per_line_and_other_text_is_kept() -> None:
    body = b'{"eventId":"e","actions":[{"id":"a"},{"id":"b"}]}'
    assert readable(body) == (
        '{\n  "eventId": "e",\n  "actions": [\n    {"id": "a"},\n    {"id": "b"}\n  ]\n}'
    )
    assert readable(b"[1, 2]") == "[1, 2]"
    assert readable(b'{"cut o') == '{"cut o'
    assert readable(b"\xff") == "\ufffd"
