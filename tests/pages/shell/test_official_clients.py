"""The two official Python clients against a running app, unchanged but for the endpoint."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from azure.ai.personalizer import PersonalizerAdministrationClient, PersonalizerClient
from azure.cognitiveservices.personalizer import PersonalizerClient as OldClient
from azure.cognitiveservices.personalizer import models
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from msrest.authentication import CognitiveServicesCredentials
from msrest.exceptions import HttpOperationError

from engine.loop.entries import Dangling
from engine.store import Store, StoredLoop
from engine.store.database import FILE
from tests.browser.app import running

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

ACTIONS: list[dict[str, Any]] = [
    {"id": "tea", "features": [{"hot": True}, {"tags": ["leaf", "hot"]}]},
    {"id": "cola", "features": [{"hot": False}]},
]
RANK = {"actions": ACTIONS, "contextFeatures": [{"weather": "rainy"}]}
VW = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"
PATIENCE = 60.0


@dataclass
class Running:
    """A running app with one loop, and clients with its key."""

    address: str
    store: Store
    loop: str
    key: str

    @property
    def client(self) -> Any:
        return PersonalizerClient(self.address, AzureKeyCredential(self.key))

    @property
    def admin(self) -> Any:
        return PersonalizerAdministrationClient(self.address, AzureKeyCredential(self.key))

    @property
    def old(self) -> Any:
        make: Any = OldClient
        return make(self.address, CognitiveServicesCredentials(self.key))

    @property
    def stored(self) -> StoredLoop:
        """The loop as it is in the database now."""
        return StoredLoop.open(self.store, self.loop)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    data: Path = tmp_path_factory.mktemp("data")
    limits = {"PLAYGROUND_API_BODY_BYTES": "100000", "PLAYGROUND_API_BURST": "120",
              "PLAYGROUND_API_PER_SECOND": "5"}  # fmt: skip
    with running(data=data, environment=limits) as server:
        store = Store.open(f"sqlite:///{data}/{FILE}")
        yield server.address, store
        store.close()


@pytest.fixture
def service(app: tuple[str, Store]) -> Running:
    """A new loop without a world in the running app."""
    address, store = app
    stored = StoredLoop.create(store, owner="me")
    stored.save()
    return Running(address, store, stored.id, store.rotate_key(stored.id, "me", 1))


def code_of(call: Callable[[], object]) -> str:
    """Code of the error with which the newer client fails."""
    with pytest.raises(HttpResponseError) as caught:
        call()
    assert caught.value.error is not None
    assert caught.value.error.message
    return str(caught.value.error.code)


def test_rank_reward_and_activate(service: Running) -> None:
    client = service.client
    answer = client.rank(RANK)
    assert {one["id"] for one in answer["ranking"]} == {"tea", "cola"}
    client.reward(answer["eventId"], {"value": 1.0})
    deferred = client.rank({**RANK, "eventId": "e 1/2 ü", "deferActivation": True})
    assert client.rank({**RANK, "eventId": "e 1/2 ü"}) == deferred
    client.activate("e 1/2 ü")
    client.reward("e 1/2 ü", {"value": 0.5})
    client.reward("e 1/2 ü", {"value": 0.5})
    client.reward("nobody", {"value": 1})
    client.activate("nobody")
    stored = service.stored
    assert [event.earned for event in stored.loop.events.values()] == [1.0, 0.5]
    reasons = [entry.reason for entry in stored.loop.log if isinstance(entry, Dangling)]
    assert reasons == ["second", "unknown", "unknown"]


def test_several_slots_are_ranked_activated_and_rewarded(service: Running) -> None:
    client = service.client
    slots = [
        {"id": "hero", "features": [{"size": "large"}], "baselineAction": "cola"},
        {"id": "side", "excludedActions": [], "baselineAction": "tea"},
    ]
    page = {**RANK, "slots": slots, "eventId": "e 1/2", "deferActivation": True}
    answer = client.rank_multi_slot(page)
    assert {one["rewardActionId"] for one in answer["slots"]} == {"tea", "cola"}
    assert client.rank_multi_slot(page) == answer
    client.activate_multi_slot("e 1/2")
    client.reward_multi_slot("e 1/2", {"reward": [{"slotId": "side", "value": 1.0}]})
    client.reward_multi_slot(
        "e 1/2", {"reward": [{"slotId": "hero", "value": 0.5}, {"slotId": "side", "value": 1.0}]}
    )
    client.reward_multi_slot("nobody", {"reward": [{"slotId": "side", "value": 1.0}]})
    client.activate_multi_slot("nobody")
    stored = service.stored
    assert [event.earned for event in stored.loop.events.values()] == [0.5, 1.0]
    reasons = [entry.reason for entry in stored.loop.log if isinstance(entry, Dangling)]
    assert reasons == ["second", "unknown", "unknown"]


def test_the_older_client_ranks_rewards_and_activates(service: Running) -> None:
    actions = [models.RankableAction(**action) for action in ACTIONS]
    request = models.RankRequest(
        actions=actions, context_features=[{"weather": "rainy"}], defer_activation=True
    )
    answer = service.old.rank(request)
    assert sum(one.probability for one in answer.ranking) == pytest.approx(1)
    service.old.events.activate(answer.event_id)
    service.old.events.reward(answer.event_id, value=1.0)
    service.old.events.reward("a/b", value=1.0)
    assert service.stored.loop.events[answer.event_id].earned == 1
    with pytest.raises(models.ErrorResponseException) as caught:
        service.old.rank(models.RankRequest(actions=[]))
    error: Any = caught.value.error
    assert error.error.code == "InvalidRankRequest"
    with pytest.raises(HttpOperationError) as refused:
        service.old.events.reward(answer.event_id, value=7.0)
    assert "InvalidRewardRequest" in refused.value.response.text


def test_configuration_and_policy(service: Running) -> None:
    admin = service.admin
    config: Any = admin.get_service_configuration()
    assert config["rewardWaitTime"] == "PT10M"
    changed = {**config, "rewardWaitTime": "PT4H", "explorationPercentage": 0.3}
    assert admin.update_service_configuration(changed)["rewardWaitTime"] == "PT4H"
    assert service.stored.loop.settings.reward_wait_time == timedelta(hours=4)
    policy = admin.get_policy()
    assert admin.update_policy({"name": "vw", "arguments": VW}) == {"name": "vw", "arguments": VW}
    assert service.stored.loop.settings.learner == "classic"
    assert admin.reset_policy()["name"] == policy["name"] == "default"
    bad = {**config, "rewardWaitTime": "PT1S"}
    assert code_of(lambda: admin.update_service_configuration(bad)) == "InvalidRewardWaitTime"
    unknown = {"name": "x", "arguments": "--cb_explore_adf -d file"}
    assert code_of(lambda: admin.update_policy(unknown)) == "InvalidPolicyConfiguration"


def test_model_and_log(service: Running) -> None:
    client, admin = service.client, service.admin
    with pytest.raises(ResourceNotFoundError):
        admin.get_log_properties()
    client.reward(client.rank(RANK)["eventId"], {"value": 1.0})
    signed = b"".join(admin.export_model(signed=True))
    plain = b"".join(admin.export_model())
    assert len(plain) < len(signed)
    admin.reset_model()
    admin.import_model(io.BytesIO(signed))
    refused = code_of(lambda: admin.import_model(io.BytesIO(plain)))
    assert refused == "InvalidModelImportFormat"
    assert admin.get_model_properties()["creationTime"]
    assert admin.get_log_properties()["dateRange"]["from"]
    admin.delete_logs()
    assert code_of(admin.get_log_properties) == "LogsPropertiesNotFound"
    assert client.rank(RANK)["ranking"]


def finished(job: Callable[[], Any]) -> Any:
    """A job once it does not run any more."""
    until = monotonic() + PATIENCE
    while (told := job())["status"] == "Running" and monotonic() < until:
        sleep(0.2)
    return told


def test_evaluations_and_feature_importances(service: Running) -> None:
    client, admin = service.client, service.admin
    for number in range(40):
        weather = [{"weather": "rainy" if number % 2 else "sunny"}]
        answer = client.rank({**RANK, "contextFeatures": weather})
        client.reward(answer["eventId"], {"value": float(answer["rewardActionId"] == "tea")})
    window = {"start_time": datetime.now(UTC) - timedelta(days=1),
              "end_time": datetime.now(UTC) + timedelta(days=1)}  # fmt: skip
    job = {"name": "mine", "startTime": window["start_time"].isoformat(),
           "endTime": window["end_time"].isoformat()}  # fmt: skip
    evaluation = {**job, "policies": [{"name": "vw", "arguments": VW}]}
    admin.create_evaluation("e 1/2", evaluation)
    assert (
        code_of(lambda: admin.create_evaluation("e 1/2", evaluation)) == "EvaluationAlreadyExists"
    )
    told = finished(lambda: admin.get_evaluation("e 1/2", **window))
    assert told["status"] == "Succeeded"
    assert {one["name"] for one in told["content"]["value"]} >= {"Online", "Baseline1", "vw"}
    assert [one["id"] for one in admin.list_evaluations()] == ["e 1/2"]
    admin.apply_from_evaluation({"evaluationId": "e 1/2", "policyName": "vw"})
    assert service.stored.loop.settings.learner == "classic"
    admin.delete_evaluation("e 1/2")
    assert code_of(lambda: admin.delete_evaluation("e 1/2")) == "EvaluationNotFound"
    admin.create_feature_importance("f", job)
    told = finished(lambda: admin.get_feature_importance("f"))
    assert told["status"] == "Succeeded"
    assert {one["featureName"] for one in told["featureScores"]} >= {"weather", "hot"}
    assert [one["id"] for one in admin.list_feature_importances()] == ["f"]
    admin.delete_feature_importance("f")


def test_every_class_of_errors(service: Running) -> None:
    client, admin = service.client, service.admin
    assert code_of(lambda: client.rank({"actions": []})) == "InvalidRankRequest"
    assert code_of(lambda: client.reward("e", {"value": 2})) == "InvalidRewardRequest"
    assert code_of(lambda: client.activate("x" * 300)) == "InvalidEventIdToActivate"
    assert code_of(lambda: client.rank_multi_slot(RANK)) == "InvalidRankRequest"
    bad = {"reward": [{"slotId": "s", "value": 2}]}
    assert code_of(lambda: client.reward_multi_slot("e", bad)) == "InvalidRewardRequest"
    assert code_of(lambda: client.activate_multi_slot("x" * 300)) == "InvalidEventIdToActivate"
    large = {**RANK, "contextFeatures": [{"text": "x" * 100_000}]}
    with pytest.raises(HttpResponseError) as caught:
        client.rank(large)
    assert caught.value.status_code == 413
    with pytest.raises(ResourceNotFoundError):
        admin.get_evaluation("none", start_time=datetime.now(UTC), end_time=datetime.now(UTC))
    stranger: Any = PersonalizerClient(service.address, AzureKeyCredential("0" * 32))
    with pytest.raises(ClientAuthenticationError):
        stranger.rank(RANK)


def test_too_many_calls_are_a_429(service: Running) -> None:
    credential = AzureKeyCredential(service.key)
    client: Any = PersonalizerClient(service.address, credential, retry_total=0)

    def activate_often() -> None:
        for _ in range(1_000):
            client.activate("e")

    with pytest.raises(HttpResponseError) as caught:
        activate_often()
    assert caught.value.status_code == 429
    assert caught.value.error is not None
    assert caught.value.error.code == "TooManyRequests"
