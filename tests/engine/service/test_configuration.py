"""Service configuration and learning policy over the wire."""

import json
from datetime import timedelta
from typing import Any

import pytest

from engine import EpsilonGreedy, LoopSettings, Thompson
from engine.loop.entries import ModelReset
from engine.service.configuration import change_configuration
from engine.store import StoredLoop
from engine.store.learning_policies import arguments
from tests.engine.comparable import learned_bits
from tests.engine.service.calling import CONFIGURATION, Application

SERVICE = "/configurations/service"


def put(application: Application, **parts: Any) -> Any:
    answer = application.call("PUT", SERVICE, CONFIGURATION | parts)
    assert answer.status == 200, answer.content
    return json.loads(answer.body)


def test_what_is_put_is_got_and_in_force(application: Application) -> None:
    parts = {
        "rewardWaitTime": "PT1H30M", "defaultReward": 0.25, "rewardAggregation": "sum",
        "explorationPercentage": 0.3, "modelExportFrequency": "PT15S", "logRetentionDays": -1,
        "modelRetrainDays": 2, "isAutoOptimizationEnabled": True, "learningMode": "Online",
        "autoOptimizationFrequency": "P7D", "autoOptimizationStartDate": "2026-01-01T00:00:00Z",
        "logMirrorEnabled": False, "isInferenceExplainabilityEnabled": True,
    }  # fmt: skip
    told = put(application, **parts)
    assert {name: told[name] for name in parts} == parts
    got = json.loads(application.call("GET", SERVICE).body)
    assert got == told
    settings = application.stored.loop.settings
    assert settings.reward_wait_time == timedelta(minutes=90)
    assert (settings.default_reward, settings.reward_aggregation) == (0.25, "sum")
    assert settings.policy == EpsilonGreedy(0.3)
    length = len(application.stored.loop.log)
    assert put(application, **got) == got
    assert len(application.stored.loop.log) == length


def test_the_policy_stays_while_its_exploration_does(application: Application) -> None:
    got = json.loads(application.call("GET", SERVICE).body)
    put(application, **got)
    assert isinstance(application.stored.loop.settings.policy, Thompson)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "wait too short": ({"rewardWaitTime": "PT1S"}, "InvalidRewardWaitTime"),
    "wait no duration": ({"rewardWaitTime": "10 minutes"}, "InvalidRewardWaitTime"),
    "a default of 2": ({"defaultReward": 2}, "InvalidServiceConfiguration"),
    "aggregation": ({"rewardAggregation": "median"}, "InvalidServiceConfiguration"),
    "exploration": ({"explorationPercentage": 20}, "InvalidServiceConfiguration"),
    "updates": ({"modelExportFrequency": "P9D"}, "InvalidServiceConfiguration"),
    "retention": ({"logRetentionDays": 1}, "InvalidLogRetentionDays"),
    "retraining": ({"modelRetrainDays": 91}, "InvalidModelRetrainDays"),
    "mirror": ({"logMirrorSasUri": "https://x"}, "InvalidSasUri"),
    "mode": ({"learningMode": "online"}, "InvalidServiceConfiguration"),
    "mode and reward": (
        {"learningMode": "Apprentice", "defaultReward": 0.5},
        "InvalidLearningModeServiceConfiguration",
    ),
}


@pytest.mark.parametrize(("parts", "code"), BAD.values(), ids=BAD)
def test_a_bad_configuration_changes_nothing(
    application: Application, parts: dict[str, Any], code: str
) -> None:
    before = application.call("GET", SERVICE).content
    body = CONFIGURATION | {"explorationPercentage": 0.7} | parts
    assert application.code("PUT", SERVICE, body) == (400, code)
    assert application.call("GET", SERVICE).content == before
    assert len(application.stored.loop.log) == 1


def test_a_configuration_has_all_required_parts(application: Application) -> None:
    for name in [*CONFIGURATION][:6]:
        parts = {key: value for key, value in CONFIGURATION.items() if key != name}
        assert application.code("PUT", SERVICE, parts)[0] == 400


def test_a_learning_policy_is_imported_exported_and_reset(application: Application) -> None:
    own = json.loads(application.call("GET", "/configurations/policy").body)
    classic = arguments(LoopSettings.classic())
    assert classic == "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"
    told = application.call("PUT", "/configurations/policy", {"name": "vw", "arguments": classic})
    assert told.content == {"name": "vw", "arguments": classic}
    settings = application.stored.loop.settings
    assert settings == LoopSettings.classic()
    back = application.call("PUT", "/configurations/policy", own)
    assert back.content == own
    assert application.stored.loop.settings.learner == "bayesian"
    application.call("PUT", "/configurations/policy", {"name": "vw", "arguments": classic})
    reset = application.call("DELETE", "/configurations/policy")
    assert (reset.status, reset.content) == (200, own)
    assert application.stored.loop.settings == LoopSettings()


@pytest.mark.parametrize(
    "text",
    [
        "--epsilon 0.2", "--cb_explore_adf -d file", "--cb_explore_adf --epsilon x",
        "--cb_explore_adf --cb_type dr", "--cb_explore_adf -q ab", "--cb_explore_adf '",
        "--cb_explore_adf -l", "--cb_explore_adf --settings {", "--settings {}",
        '--cb_explore_adf --settings {"max_events":1}', "--cb_explore_adf --epsilon 7",
        '--cb_explore_adf --settings {"crosses":9}', "--cb_explore_adf --settings []",
    ],
)  # fmt: skip
def test_unknown_arguments_are_refused(application: Application, text: str) -> None:
    body = {"name": "mine", "arguments": text}
    status, code = application.code("PUT", "/configurations/policy", body)
    assert (status, code) == (400, "InvalidPolicyConfiguration")
    assert len(application.stored.loop.log) == 1


@pytest.mark.parametrize(
    ("parts", "restarts"),
    [
        ({"explorationPercentage": 0.3}, True), ({"rewardWaitTime": "PT4H"}, True),
        ({"defaultReward": 0.5}, True), ({"rewardAggregation": "sum"}, True),
        ({"modelExportFrequency": "PT15S"}, False), ({"learningMode": "Apprentice"}, False),
    ],
)  # fmt: skip
def test_an_edit_begins_a_new_model_where_that_is_switched_on(
    application: Application, parts: dict[str, Any], restarts: bool
) -> None:
    stored, own = application.stored, json.loads(application.call("GET", SERVICE).body)
    application.reward(application.rank()["eventId"], 1)
    change_configuration(stored, json.dumps(own).encode(), restarts_model=True)
    assert not any(isinstance(entry, ModelReset) for entry in stored.loop.log)
    put(application, **own | parts)
    assert any(isinstance(entry, ModelReset) for entry in stored.loop.log) is restarts
    put(application, **own | parts)
    assert sum(isinstance(entry, ModelReset) for entry in stored.loop.log) == restarts


def test_decisions_follow_the_model_of_the_last_update(application: Application) -> None:
    assert json.loads(application.call("GET", SERVICE).body)["modelExportFrequency"] == "PT0S"
    assert put(application, modelExportFrequency="PT5M")["modelExportFrequency"] == "PT5M"

    def chances() -> Any:
        return {each["id"]: each["probability"] for each in application.rank()["ranking"]}

    before = chances()
    for _ in range(30):
        answer = application.rank()
        application.reward(answer["eventId"], float(answer["rewardActionId"] == "cola"))
    assert application.stored.loop.learner.learned == 30
    assert chances() == before
    application.clock.advance(minutes=5)
    assert chances()["cola"] > before["cola"]
    put(application, modelExportFrequency="PT0S")
    assert application.stored.loop.updated is None


@pytest.mark.parametrize("frequency", ["PT0.5S", "-PT5M", "P2DT1S"])
def test_an_update_frequency_out_of_its_bounds_is_refused(
    application: Application, frequency: str
) -> None:
    body = CONFIGURATION | {"modelExportFrequency": frequency}
    answer = application.code("PUT", SERVICE, body)
    assert answer == (400, "InvalidServiceConfiguration")
    assert len(application.stored.loop.log) == 1


@pytest.mark.parametrize(("days", "learned"), [(0, 3), (1, 1), (3, 3)])
def test_a_restarted_model_learns_the_latest_log_again(
    application: Application, days: int, learned: int
) -> None:
    stored, got = application.stored, json.loads(application.call("GET", SERVICE).body)
    own = got | {"modelRetrainDays": days}
    change_configuration(stored, json.dumps(own).encode(), restarts_model=True)
    for value in (1, 0.5):
        application.reward(application.rank()["eventId"], value)
    application.clock.advance(days=2)
    application.rank(eventId="unrewarded")
    application.clock.advance(minutes=11)
    assert stored.loop.learner.learned == 2
    put(application, **own | {"defaultReward": 0.5})
    assert stored.loop.learner.learned == learned
    assert stored.loop.events["unrewarded"].earned == 0.0
    again = StoredLoop.open(application.server.library.store, stored.id, clock=application.clock)
    assert learned_bits(again.loop.learner) == learned_bits(stored.loop.learner)
    length = len(stored.loop.log)
    application.reward(application.rank()["eventId"], 1)
    stored.undo(len(stored.loop.log) - length)
    assert learned_bits(stored.loop.learner) == learned_bits(again.loop.learner)


def test_an_edit_keeps_the_model_by_default(application: Application) -> None:
    application.reward(application.rank()["eventId"], 1)
    put(application, defaultReward=0.5)
    assert not any(isinstance(entry, ModelReset) for entry in application.stored.loop.log)
