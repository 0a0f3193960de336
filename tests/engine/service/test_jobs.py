"""Evaluations and feature importances as jobs with an id."""

import json
from typing import Any

import msgspec
import pytest

from engine.evaluation.automatic_optimisation import AutomaticOptimisation
from engine.pausable_steps import finish
from engine.service.json_bodies import EvaluationAnswer
from tests.engine.service.calling import CONFIGURATION, Application

WINDOW = {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}
VW = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"


@pytest.fixture
def served(application: Application) -> Application:
    """An application with 60 rewarded events over two hours."""
    for number in range(60):
        weather = "rainy" if number % 2 else "sunny"
        event = application.rank(contextFeatures=[{"weather": weather}])
        hot = event["rewardActionId"] == "tea"
        application.reward(event["eventId"], float(hot == (weather == "rainy")))
        application.clock.advance(minutes=2)
    return application


def created(application: Application, name: str = "e", **parts: Any) -> Any:
    body = {"name": "mine", **WINDOW, "policies": [], **parts}
    answer = application.call("PUT", f"/evaluations/{name}", body, None)
    assert answer.status == 200, answer.content
    return json.loads(application.call("GET", f"/evaluations/{name}").body)


def test_an_evaluation_estimates_each_policy(served: Application) -> None:
    told = created(served, policies=[{"name": "vw", "arguments": VW}])
    assert (told["status"], told["name"], told["id"]) == ("Succeeded", "mine", "e")
    values = {one["name"]: one for one in told["content"]["value"]}
    sources = [one["policySource"] for one in told["content"]["value"]]
    assert [*values] == ["Online", "Baseline1", "BaselineRand", "vw"]
    assert sources == ["Online", "Baseline", "Random", "Custom"]
    events = served.stored.loop.events.values()
    mean = sum(event.earned or 0.0 for event in events) / 60
    assert values["Online"]["summary"]["expectedReward"] == pytest.approx(mean)
    low, high = values["vw"]["summary"]["confidenceInterval"]
    assert low < values["vw"]["summary"]["expectedReward"] < high
    series = values["Online"]["timeseries"]["data"]
    assert len(series) == 24
    assert series[-1]["expectedReward"] == pytest.approx(mean)


def test_rolling_windows_are_those_of_consecutive_hours(served: Application) -> None:
    created(served)
    query = {"intervalInMinutes": "60", "window": "Rolling"}
    told = served.call("GET", "/evaluations/e", None, None, **query).content
    series = told["content"]["value"][0]["timeseries"]["data"]
    events = [*served.stored.loop.events.values()]
    means = [sum(e.earned or 0.0 for e in part) / 30 for part in (events[:30], events[30:])]
    assert [one["expectedReward"] for one in series] == pytest.approx(means)
    half = served.call("GET", "/evaluations/e", startTime="2026-01-01T01:00:00Z").content
    assert half["content"]["value"][0]["summary"]["expectedReward"] == pytest.approx(means[1])
    for wrong in ({"window": "Rolling"}, {"intervalInMinutes": "7"}, {"startTime": "then"}):
        assert served.code("GET", "/evaluations/e", **wrong) == (400, "BadRequest")
    refused = served.code("GET", "/evaluations/e", startTime="2027-01-01")
    assert refused == (400, "InvalidDateTimesInEvaluationContract")


def test_an_optimisation_tries_settings_that_can_be_applied(served: Application) -> None:
    told = created(served, enablePolicyOptimization=True)
    names = [one["name"] for one in told["content"]["value"]]
    assert "crosses 1" in names
    body = {"evaluationId": "e", "policyName": "crosses 1"}
    assert served.call("POST", "/configurations/applyFromEvaluation", body).status == 204
    assert served.stored.loop.settings.crosses == 1
    assert served.call("GET", "/configurations/policy").content["name"] == "crosses 1"
    for wrong, code in (
        ({**body, "policyName": "x"}, "LearningSettingsNotFound"),
        ({**body, "evaluationId": "x"}, "EvaluationNotFound"),
    ):
        refused = served.code("POST", "/configurations/applyFromEvaluation", wrong)
        assert refused == (404, code)


def test_automatic_optimisations_are_listed_as_evaluations(served: Application) -> None:
    on = CONFIGURATION | {"isAutoOptimizationEnabled": True}
    assert served.call("PUT", "/configurations/service", on).status == 200
    served.clock.advance(days=15)
    for work in AutomaticOptimisation(served.server.library.store).started([served.stored]):
        finish(work)
    (run,) = served.call("GET", "/evaluations").content["value"]
    told = served.call("GET", f"/evaluations/{run['id']}").content
    answer = msgspec.convert(told, EvaluationAnswer)
    assert answer.evaluation_type == run["evaluationType"] == "Auto"
    assert answer.status in {"OptimalPolicyApplied", "OnlinePolicyRetained"}
    assert answer.content
    assert answer.content["value"][0]["summary"]["expectedReward"] is not None


def test_evaluations_are_listed_and_deleted(served: Application) -> None:
    for name in ("a", "b/c"):
        created(served, name)
    listed = served.call("GET", "/evaluations").content["value"]
    assert {one["id"] for one in listed} == {"a", "b/c"}
    assert len(served.call("GET", "/evaluations", top="1", skip="1").content["value"]) == 1
    assert served.call("DELETE", "/evaluations/b/c").status == 204
    assert served.code("DELETE", "/evaluations/b/c") == (404, "EvaluationNotFound")
    assert served.code("GET", "/evaluations/b/c") == (404, "EvaluationNotFound")
    assert served.code("GET", "/evaluations", top="x") == (400, "BadRequest")


def test_the_older_version_makes_the_id_and_lists_an_array(served: Application) -> None:
    body = {"name": "old", **WINDOW, "policies": [], "enableOfflineExperimentation": False}
    answer = served.call("POST", "/v1.1-preview.3/evaluations", body)
    assert answer.status == 201
    (listed,) = served.call("GET", "/v1.1-preview.3/evaluations").content
    assert (listed["id"], listed["status"]) == (answer.content["id"], "Succeeded")


POLICY = {"name": "vw", "arguments": VW}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "dates": ({"startTime": "2027-01-01T00:00:00Z"}, "InvalidDateTimesInEvaluationContract"),
    "no time": ({"startTime": "then"}, "InvalidEvaluationContract"),
    "no log": ({"startTime": "2025-01-01T00:00:00", "endTime": "2025-02-01T00:00:00"},
               "NoLogsExistInDateRange"),
    "one name twice": ({"policies": [POLICY, POLICY]}, "DuplicateCustomPolicyNames"),
    "eleven": ({"policies": [POLICY] * 11}, "MaximumEvaluationCustomPoliciesExceeded"),
    "flags": ({"policies": [{"name": "a", "arguments": "-d"}]}, "InvalidPolicyConfiguration"),
    "no name": ({"name": ""}, "InvalidEvaluationContract"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), BAD.values(), ids=BAD)
def test_a_bad_evaluation_is_refused(
    application: Application, parts: dict[str, Any], code: str
) -> None:
    application.reward(application.rank()["eventId"], 1)
    body = {"name": "mine", **WINDOW, "policies": [], **parts}
    assert application.code("PUT", "/evaluations/e", body) == (400, code)


def test_an_id_is_used_once(served: Application) -> None:
    created(served)
    body = {"name": "mine", **WINDOW}
    assert served.code("PUT", "/evaluations/e", body) == (400, "EvaluationAlreadyExists")
    assert served.code("PUT", f"/evaluations/{'x' * 257}", body) == (400, "BadRequest")
    served.call("PUT", "/featureImportances/e", body)
    refused = served.code("PUT", "/featureImportances/e", body)
    assert refused == (400, "FeatureImportanceAlreadyExists")


def test_a_window_may_reach_beyond_all_times(served: Application) -> None:
    ends = {"startTime": "0001-01-01T00:00:00+10:00", "endTime": "9999-12-31T23:59:59-10:00"}
    told = created(served, **ends)
    assert told["startTime"] == "0001-01-01T00:00:00Z"
    assert told["content"]["value"][0]["summary"]["expectedReward"] is not None


def test_feature_importances_score_fields(served: Application) -> None:
    answer = served.call("PUT", "/featureImportances/f", {"name": "mine", **WINDOW})
    assert answer.status == 200
    told = served.call("GET", "/featureImportances/f").content
    scores = {one["featureName"]: one["score"] for one in told["featureScores"]}
    assert told["status"] == "Succeeded"
    assert {"weather", "hot"} <= scores.keys()
    assert all(0 <= score <= 1 for score in scores.values())
    (listed,) = served.call("GET", "/featureImportances").content["value"]
    assert (listed["id"], listed["name"]) == ("f", "mine")
    assert served.call("DELETE", "/featureImportances/f").status == 204
    assert served.code("GET", "/featureImportances/f") == (404, "FeatureImportanceNotFound")
    assert served.code("PUT", "/featureImportances/f", {"name": "x"}) == (400, "BadRequest")


def test_a_job_that_was_cut_off_says_so(served: Application) -> None:
    created(served)
    store, loop = served.server.library.store, served.stored.id
    job = store.job(loop, "evaluation", "e")
    assert job is not None
    store.put_job(loop, "evaluation", "e", {**job, "status": "Running"})
    assert served.call("GET", "/evaluations/e").content["status"] == "Running"
    served.clock.advance(minutes=61)
    assert served.call("GET", "/evaluations/e").content["status"] == "Timeout"
