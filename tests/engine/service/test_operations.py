"""Authentication, limits, routing and the envelope of errors."""

import pytest

from engine import LoopSettings
from engine.errors import StoreError
from engine.service import operations
from engine.service.call_types import Call, Operation, Reply
from engine.service.limits import CallLimits
from engine.service.operations import OPERATIONS, answered, routed
from engine.store import Store
from tests.engine.service.calling import RANK, Application


@pytest.mark.parametrize(
    "prefix", ["", "/v1.0", "/v1.1-preview.1", "/v1.1-preview.3", "/v1.1-preview"]
)
def test_each_version_of_the_service_has_the_same_rank(
    application: Application, prefix: str
) -> None:
    assert application.call("POST", f"{prefix}/rank", RANK).status == 201


@pytest.mark.parametrize(
    ("path", "name", "event_id"),
    [
        ("/events/a/b/reward", "Reward", "a/b"),
        ("/events/a/reward/reward", "Reward", "a/reward"),
        ("/v1.0/events/x y\n/activate", "Activate", "x y\n"),
        ("/v1.0/multislot/events/1/reward", "MultiSlotReward", "1"),
        ("/rank/", "Rank", ""),
    ],
)  # fmt: skip
def test_ids_may_hold_slashes(path: str, name: str, event_id: str) -> None:
    _, operation, found = routed(Call("POST", path))
    assert (operation.name, found) == (name, event_id)


def test_other_addresses_and_methods_are_refused_in_the_services_shape(
    application: Application,
) -> None:
    for path in ("/nothing", "", "/", "/v3/rank", "/v1.0", "/events//reward", "/logs/interactions"):
        assert application.code("POST", path) == (404, "ResourceNotFound")
    assert application.code("GET", "/rank") == (405, "MethodNotAllowed")
    assert application.code("PATCH", "/v1.0/model") == (405, "MethodNotAllowed")


def test_a_key_or_a_bearer_token_opens_its_loop_and_nothing_else_does(
    application: Application, store: Store
) -> None:
    def status(headers: dict[str, str]) -> int:
        return answered(application.server, Call("GET", "/status", {}, headers)).status

    name = "ocp-apim-subscription-key"
    assert status({name: application.key}) == 200
    assert status({"authorization": f"Bearer {application.key}"}) == 200
    for wrong in ("", "x", application.key[:-1], application.key.upper(), "é", "\ud800"):
        assert status({name: wrong}) == 401
        assert status({"authorization": f"Basic {wrong}"}) == 401
    store.rotate_key(application.stored.id, "me", 1)
    assert application.code("GET", "/status") == (401, "Unauthorized")


def test_too_many_calls_and_too_long_bodies_are_refused(store: Store) -> None:
    application = Application.of(store, CallLimits(burst=3, body_bytes=500, model_bytes=600))
    assert application.code("POST", "/rank", b" " * 501) == (413, "EntityTooLarge")
    assert application.code("PUT", "/model", b" " * 600) == (400, "InvalidModelImportFormat")
    assert application.call("GET", "/status").status == 200
    assert application.code("GET", "/status") == (429, "TooManyRequests")


def test_an_error_of_the_server_says_nothing_of_it(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Reply:
        raise RuntimeError("secret")

    broken_one = Operation("Broken", "GET", "/broken", broken, 200)
    monkeypatch.setattr(operations, "OPERATIONS", (broken_one,))
    answer = application.call("GET", "/broken")
    assert (answer.status, answer.code) == (500, "InternalServerError")
    assert b"secret" not in answer.body


def test_a_database_that_does_not_answer_is_a_503(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("Not saved.")

    monkeypatch.setattr(type(application.server.library.store), "append", fails)
    assert application.code("POST", "/rank", RANK) == (503, "StorageUnavailable")
    assert len(application.stored.loop.events) == 0


def test_a_full_loop_refuses(store: Store) -> None:
    application = Application.of(store, settings=LoopSettings(max_events=1))
    application.rank()
    assert application.code("POST", "/rank", RANK) == (403, "OperationNotAllowed")


def test_operations_have_different_names_and_addresses() -> None:
    assert len({one.name for one in OPERATIONS}) == len(OPERATIONS)
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)
