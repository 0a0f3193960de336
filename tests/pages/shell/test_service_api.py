"""The service's operations as HTTP routes."""

import logging
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from engine import LoopSettings
from engine.errors import StoreError
from engine.loop.service_only_settings import ServiceSettings
from engine.pausable_steps import Steps, finish
from engine.service.limits import CallLimits, RateLimit
from engine.service.server_state import Server
from engine.store import LoopLibrary, Store, StoredLoop
from pages.parts.shell import service_api as door
from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.shell.operations.middleware import all_middleware
from pages.parts.work.recent_calls import recent_calls
from tests.clock import ManualClock

RANK = {"actions": [{"id": "a", "features": [{"n": 1}]}, {"id": "b", "features": [{"n": 2}]}]}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LoopLibrary]:
    """A library in an empty database."""
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    yield LoopLibrary(store)
    store.close()


@pytest.fixture
def key(library: LoopLibrary) -> str:
    """The key of a new loop."""
    stored = StoredLoop.create(library.store, owner="me")
    stored.save()
    return library.store.rotate_key(stored.id, "me", 1)


def client(
    library: LoopLibrary,
    monkeypatch: pytest.MonkeyPatch,
    operations: Operations | None = None,
    limits: CallLimits | None = None,
) -> TestClient:
    operations = operations or Operations()
    monkeypatch.setattr(door.ApplicationCalls.__init__, "__defaults__", (lambda: library,))
    monkeypatch.setattr(door, "maintain", lambda server, start: None)
    calls = door.application_middleware(operations, limits or CallLimits())
    middleware = all_middleware(operations, *calls)
    return TestClient(Starlette(routes=door.application_routes(operations), middleware=middleware))


def test_a_call_with_a_key_is_answered_and_counted(
    library: LoopLibrary,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = client(library, monkeypatch)
    headers = {"Ocp-Apim-Subscription-Key": key}
    with caplog.at_level(logging.DEBUG, "pages"):
        ranked = app.post("/personalizer/v1.0/rank", json=RANK, headers=headers)
        event = ranked.json()["eventId"]
        path = f"/personalizer/v1.0/events/{event}/reward"
        rewarded = app.post(path, json={"value": 1}, headers=headers)
        refused = app.post(path, json={"value": 5}, headers=headers)
    assert (ranked.status_code, rewarded.status_code, rewarded.content) == (201, 204, b"")
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (
        400, "InvalidRewardRequest",
    )  # fmt: skip
    told = [vars(record) for record in caplog.records if "called" in record.msg]
    assert [(one["msg"], one["code"]) for one in told] == [
        ("application called Rank", ""),
        ("application called Reward", ""),
        ("application called Reward", "InvalidRewardRequest"),
    ]
    assert all(one["seconds"] > 0 for one in told)


def test_calls_with_a_key_are_kept_for_the_page(
    library: LoopLibrary, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, headers = client(library, monkeypatch), {"Ocp-Apim-Subscription-Key": key}
    loop = library.store.loop_of_key(key)
    assert loop
    assert recent_calls().is_open
    event = app.post("/personalizer/v1.0/rank", json=RANK, headers=headers).json()["eventId"]
    app.post("/personalizer/v1.0/rank", json=RANK)
    app.post(f"/personalizer/v1.0/events/{event}/reward", json={"value": 1}, headers=headers)
    reward, rank = recent_calls().latest(loop, 10)
    assert (rank.operation, rank.status, rank.event_id) == ("Rank", 201, event)
    assert (reward.operation, reward.event_id, reward.request) == ("Reward", event, b'{"value":1}')
    assert key.encode() not in b"".join([rank.request, rank.answer, rank.address.encode()])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/personalizer", 404), ("GET", "/personalizer/", 404),
        ("POST", "/personalizer/v9/rank", 404), ("GET", "/personalizer/v1.0/rank", 405),
        ("PATCH", "/personalizer/v1.0/rank", 405), ("OPTIONS", "/personalizer/v1.0/rank", 405),
    ],
)  # fmt: skip
def test_every_error_has_the_services_shape(
    library: LoopLibrary,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    status: int,
) -> None:
    app = client(library, monkeypatch)
    answer = app.request(method, path, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == answer.headers["x-ms-error-code"]
    assert app.request(method, path).json()["error"]["code"] == "Unauthorized"


def test_a_longer_body_than_allowed_is_a_413(
    library: LoopLibrary, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client(library, monkeypatch, limits=CallLimits(body_bytes=100))
    headers = {"Ocp-Apim-Subscription-Key": key}
    answer = app.post("/personalizer/v1.0/rank", content=b" " * 101, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "EntityTooLarge")


def test_the_door_can_be_switched_off(
    library: LoopLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client(library, monkeypatch, Operations(api="off"))
    assert app.post("/personalizer/v1.0/rank", json=RANK).status_code == 404
    assert app.get("/openapi.json").status_code == 404
    assert not recent_calls().is_open


def test_scripts_of_other_pages_may_call_only_where_that_is_set(
    library: LoopLibrary, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = "https://shop.example.com"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "ocp-apim-subscription-key"}  # fmt: skip
    closed = client(library, monkeypatch)
    assert "access-control-allow-origin" not in closed.options("/personalizer/rank").headers
    answer = closed.options("/personalizer/rank", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    opened = client(library, monkeypatch, Operations(api_origins=(origin,)))
    assert opened.options("/personalizer/rank", headers=asked).status_code == 200
    headers = {"Ocp-Apim-Subscription-Key": key, "Origin": origin}
    answer = opened.post("/personalizer/rank", json=RANK, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == origin
    headers["Origin"] = "https://other.example.com"
    answer = opened.post("/personalizer/rank", json=RANK, headers=headers)
    assert "access-control-allow-origin" not in answer.headers


def test_the_operations_are_described(
    library: LoopLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = client(library, monkeypatch).get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "/personalizer/rank" in document["paths"]


def test_without_a_database_a_call_is_a_503() -> None:
    def fails() -> LoopLibrary:
        raise StoreError("No database.")

    app = TestClient(Starlette(routes=[Route("/x", door.ApplicationCalls(CallLimits(), fails))]))
    assert app.get("/x").status_code == 503
    assert app.get("/x").json()["error"]["code"] == "StorageUnavailable"


def test_the_routes_are_below_the_base_path(
    library: LoopLibrary, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "base_path", lambda: "/below")
    app = client(library, monkeypatch)
    answer = app.get("/below/personalizer/status", headers={"Ocp-Apim-Subscription-Key": key})
    assert answer.json()["service"] == "personalizer"


def test_waits_that_end_while_nobody_calls_are_ended_in_slices(library: LoopLibrary) -> None:
    clock = ManualClock()
    settings = LoopSettings(default_reward=0.5)
    stored = StoredLoop.create(library.store, owner="me", settings=settings, clock=clock)
    for _ in range(door.WAITS_IN_SLICE + 5):
        stored.rank(RANK["actions"])
    server = Server(library, CallLimits(), RateLimit(CallLimits()))
    server.served.keep(stored)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(minutes=11)
        if len(pauses) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        door.maintain(server, lambda work: None, pause)
    assert pauses == [door.PAUSE, door.REST, door.REST, door.PAUSE]
    assert not stored.loop.state.waiting
    assert {event.earned for event in stored.loop.events.values()} == {0.5}


def test_due_optimisations_are_started(library: LoopLibrary) -> None:
    clock = ManualClock()
    stored = StoredLoop.create(library.store, owner="me", clock=clock)
    stored.save()
    stored.configure_service(ServiceSettings(is_auto_optimization_enabled=True))
    server = Server(library, CallLimits(), RateLimit(CallLimits()))
    server.served.keep(stored)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(days=15)
        if len(pauses) == 2:
            raise KeyboardInterrupt

    started: list[Steps[None]] = []
    with pytest.raises(KeyboardInterrupt):
        door.maintain(server, started.append, pause)
    for work in started:
        finish(work)
    (run,) = library.store.jobs(stored.id, "evaluation")
    assert (run["evaluationType"], run["status"]) == ("Auto", "OnlinePolicyRetained")


def test_a_job_is_done_beside_the_calls_and_a_failed_one_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing() -> Iterator[None]:
        yield
        raise ZeroDivisionError

    door.in_slices(failing())  # type: ignore[arg-type]
    assert vars(caplog.records[-1])["code"] == "ZeroDivisionError"


def test_an_evaluation_is_computed_in_the_background(
    library: LoopLibrary, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, headers = client(library, monkeypatch), {"Ocp-Apim-Subscription-Key": key}
    event = app.post("/personalizer/rank", json=RANK, headers=headers).json()["eventId"]
    app.post(f"/personalizer/events/{event}/reward", json={"value": 1}, headers=headers)
    job = {"name": "mine", "startTime": "2000-01-01T00:00:00Z", "endTime": "2100-01-01T00:00:00Z"}
    app.put("/personalizer/evaluations/e", json=job, headers=headers)
    until = monotonic() + 30
    status = "Running"
    while status == "Running" and monotonic() < until:
        status = app.get("/personalizer/evaluations/e", headers=headers).json()["status"]
        sleep(0.05)
    assert status == "Succeeded"
