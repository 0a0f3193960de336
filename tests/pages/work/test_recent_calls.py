"""Recent calls of applications: bounded in number and bytes."""

from typing import Any

from engine.service.call_types import Call, Reply
from pages.parts.work.recent_calls import MAX_BYTES, MAX_CALLS, MAX_LOOPS, MAX_TEXT, RecentCalls


def noted(calls: RecentCalls, loop: str = "l", body: bytes = b"{}", **parts: Any) -> None:
    given: dict[str, Any] = {"status": 201, "content": {}, "operation": "Rank", "loop": loop}
    reply = Reply(**given | parts)
    calls.note(Call("POST", "/v1.0/rank", body=body), reply, 0.001)


def test_the_latest_calls_come_first() -> None:
    calls = RecentCalls()
    for value in range(3):
        noted(calls, body=b"%d" % value)
    assert [call.request for call in calls.latest("l", 2)] == [b"2", b"1"]
    assert calls.total("l") == 3
    assert (calls.latest("other", 2), calls.total("other")) == ([], 0)


def test_number_and_bytes_are_bounded() -> None:
    calls = RecentCalls()
    for _ in range(MAX_CALLS + 5):
        noted(calls)
    assert len(calls.latest("l", 10**6)) == MAX_CALLS
    assert calls.total("l") == MAX_CALLS + 5
    for _ in range(MAX_CALLS):
        noted(calls, body=b"x" * (1 << 20))
    kept = calls.latest("l", 10**6)
    assert {len(call.request) for call in kept} == {MAX_TEXT}
    assert 0.9 * MAX_BYTES < sum(call.size for call in kept) <= MAX_BYTES
    for number in range(MAX_LOOPS):
        noted(calls, loop=f"l{number}")
    assert calls.total("l") == 0
    assert calls.total("l0") == 1


def test_calls_without_a_key_and_model_files_are_not_kept() -> None:
    calls = RecentCalls()
    noted(calls, loop="")
    noted(calls, loop="l", body=b"PK", content=b"PK", operation="PutModel")
    assert calls.total("") == 0
    (model,) = calls.latest("l", 1)
    assert (model.request, model.answer) == (b"", b"")


def test_the_event_is_that_of_the_answer_or_of_the_address() -> None:
    calls = RecentCalls()
    noted(calls, content={"eventId": "e"})
    reply = Reply(204, operation="Reward", loop="l")
    calls.note(Call("POST", "/v1.0/events/a/b/reward"), reply, 0.001)
    calls.note(Call("GET", "/status"), reply, 0.001)
    assert [call.event_id for call in calls.latest("l", 3)] == ["", "a/b", "e"]
