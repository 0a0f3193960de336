"""Model, log and status over the wire."""

from engine import LoopSettings
from engine.service.model_and_log import MAGIC
from engine.store import Store, StoredLoop
from tests.engine.comparable import learned_bits
from tests.engine.service.calling import Application


def taught(application: Application) -> Application:
    for value in (1.0, 0.0, 0.5):
        application.reward(application.rank()["eventId"], value)
    return application


def test_a_signed_model_moves_from_loop_to_loop(store: Store) -> None:
    source, target = taught(Application.of(store)), Application.of(store)
    signed = source.call("GET", "/model", signed="true").content
    assert target.call("PUT", "/model", signed).status == 204
    assert learned_bits(target.stored.loop.learner) == learned_bits(source.stored.loop.learner)
    back = StoredLoop.open(store, target.stored.id)
    assert learned_bits(back.loop.learner) == learned_bits(source.stored.loop.learner)


def test_other_files_are_no_models(application: Application, store: Store) -> None:
    plain = application.call("GET", "/model").content
    signed = application.call("GET", "/model", signed="true").content
    assert signed.endswith(plain[-100:])
    forged = signed[:-1] + bytes([signed[-1] ^ 1])
    text = store.signature(b"text")
    for body, code in (
        (plain, "Format"), (b"", "Format"), (MAGIC, "Signature"), (forged, "Signature"),
        (MAGIC + text + b"text", "Format"),
    ):  # fmt: skip
        refused = application.code("PUT", "/model", body)
        assert refused == (400, f"InvalidModelImport{code}")


def test_a_model_of_another_policy_is_refused(store: Store) -> None:
    source = Application.of(store, settings=LoopSettings.classic())
    signed = source.call("GET", "/model", signed="true").content
    refused = Application.of(store).code("PUT", "/model", signed)
    assert refused == (400, "InvalidModelImportFormat")


def test_a_reset_model_knows_nothing_and_the_log_stays(application: Application) -> None:
    new = learned_bits(application.stored.loop.learner)
    taught(application)
    assert learned_bits(application.stored.loop.learner) != new
    assert application.call("DELETE", "/model").status == 204
    assert learned_bits(application.stored.loop.learner) == new
    assert len(application.stored.loop.events) == 3


def test_properties_tell_when_the_model_and_the_log_changed(application: Application) -> None:
    assert application.code("GET", "/logs/properties") == (404, "LogsPropertiesNotFound")
    application.clock.advance(minutes=1)
    taught(application)
    properties = application.call("GET", "/model/properties").content
    assert properties == {
        "creationTime": "2026-01-01T00:00:00Z",
        "lastModifiedTime": "2026-01-01T00:01:00Z",
    }
    dates = application.call("GET", "/logs/properties").content["dateRange"]
    assert dates == {"from": "2026-01-01T00:01:00Z", "to": "2026-01-01T00:01:00Z"}


def test_a_deleted_log_leaves_the_model(application: Application) -> None:
    taught(application)
    before = learned_bits(application.stored.loop.learner)
    assert application.call("DELETE", "/logs").status == 204
    assert application.code("GET", "/logs/properties") == (404, "LogsPropertiesNotFound")
    library = application.server.library
    loop = library.open(application.stored.id)
    assert learned_bits(loop.loop.learner) == before
    assert application.rank()["ranking"]
    assert len(loop.loop.events) == 1


def test_the_status_is_that_of_the_containers(application: Application) -> None:
    told = application.call("GET", "/status").content
    assert (told["service"], told["apiStatus"]) == ("personalizer", "Valid")
