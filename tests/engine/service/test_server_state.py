"""State of a server between calls."""

from datetime import timedelta

import pytest

from engine.service import server_state
from engine.service.call_types import Call
from engine.service.server_state import RewardedCalls, ServedLoops
from engine.store import Store, StoredLoop
from tests.engine.service.calling import Application


def test_expired_waits_of_served_loops_end_in_slices(application: Application) -> None:
    for _ in range(5):
        application.rank()
    served = application.server.served
    assert served.end_waits(2) == 0
    application.clock.advance(minutes=11)
    length = len(application.stored.loop.log)
    assert [served.end_waits(2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(application.stored.loop.log) == length + 5


def test_the_loop_called_longest_ago_gives_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_state, "MAX_KEPT", 2)
    served = ServedLoops()
    loops = [StoredLoop.create(store, owner="me") for _ in range(3)]
    for loop in (loops[0], loops[1], loops[0], loops[2]):
        served.keep(loop)
    assert [*served._loops] == [loops[0].id, loops[2].id]


def test_waits_of_a_deleted_loop_disturb_nobody(application: Application, store: Store) -> None:
    application.rank()
    application.clock.advance(minutes=11)
    store.delete(application.stored.id, "me")
    assert application.server.served.end_waits(2) == 0


def test_a_repeated_reward_is_known_for_some_minutes(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, stored = [0.0], application.stored
    rewarded = RewardedCalls(lambda: now[0])

    def call(client_id: str, body: bytes = b"1") -> Call:
        return Call("POST", "/events/e/reward", {}, {"x-ms-client-request-id": client_id}, body)

    assert not rewarded.is_retry(stored, call("a"))
    rewarded.note(stored, call("a"))
    assert rewarded.is_retry(stored, call("a"))
    assert not rewarded.is_retry(stored, call("a", b"2"))
    now[0] = timedelta(minutes=6).total_seconds()
    assert not rewarded.is_retry(stored, call("a"))
    monkeypatch.setattr(server_state, "_MAX_KNOWN", 1)
    rewarded.note(stored, call("b"))
    assert len(rewarded._known) == 1
