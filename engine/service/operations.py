"""All operations of the service, and the answer to any call: authentication, limits and routing."""

import logging
import re
from dataclasses import replace
from functools import cache

from engine.errors import PersonalizerError
from engine.service import configuration, events, jobs, learning_metrics, model_and_log
from engine.service.call_types import Call, Operation, Reply, Request, refused
from engine.service.events import CLIENT_ID
from engine.service.json_bodies import (
    EvaluationAnswer,
    EvaluationBody,
    ImportanceAnswer,
    JobBody,
    LogProperties,
    ModelProperties,
    MultiSlotRankAnswer,
    MultiSlotRankBody,
    MultiSlotRewardBody,
    PolicyBody,
    PolicyReference,
    RankAnswer,
    RankBody,
    RewardBody,
    ServiceConfiguration,
    ServiceState,
)
from engine.service.limits import CallLimits
from engine.service.server_state import Server
from engine.store.stored_loop import StoredLoop

_log = logging.getLogger(__name__)

DEFAULT_VERSION, OLD_VERSION = "2022-09-01-preview", "v1.0"
_VERSIONED = re.compile(r"/(v1\.[01](?:-preview(?:\.\d+)?)?)(/.*)", re.DOTALL)
_NEWER = ("2022",)
_OLDER = ("v1",)

OPERATIONS: tuple[Operation, ...] = (
    Operation("Rank", "POST", "/rank", events.rank, 201, RankBody, RankAnswer),
    Operation("Reward", "POST", "/events/{id}/reward", events.reward, 204, RewardBody),
    Operation("Activate", "POST", "/events/{id}/activate", events.activate, 204),
    Operation(
        "MultiSlotRank", "POST", "/multislot/rank",
        events.rank_multi_slot, 201, MultiSlotRankBody, MultiSlotRankAnswer,
    ),
    Operation(
        "MultiSlotReward", "POST", "/multislot/events/{id}/reward",
        events.reward_multi_slot, 204, MultiSlotRewardBody,
    ),
    Operation(
        "MultiSlotActivate", "POST", "/multislot/events/{id}/activate",
        events.activate_multi_slot, 204,
    ),
    Operation(
        "GetServiceConfiguration", "GET", "/configurations/service",
        configuration.get_configuration, 200, None, ServiceConfiguration,
    ),
    Operation(
        "PutServiceConfiguration", "PUT", "/configurations/service",
        configuration.put_configuration, 200, ServiceConfiguration, ServiceConfiguration,
    ),
    Operation(
        "GetPolicy", "GET", "/configurations/policy",
        configuration.get_policy, 200, None, PolicyBody,
    ),
    Operation(
        "PutPolicy", "PUT", "/configurations/policy",
        configuration.put_policy, 200, PolicyBody, PolicyBody,
    ),
    Operation(
        "ResetPolicy", "DELETE", "/configurations/policy",
        configuration.reset_policy, 200, None, PolicyBody,
    ),
    Operation(
        "ApplyFromEvaluation", "POST", "/configurations/applyFromEvaluation",
        jobs.apply_evaluation, 204, PolicyReference,
    ),
    Operation("GetModel", "GET", "/model", model_and_log.get_model, 200, None, bytes,
              query=("signed",)),
    Operation("PutModel", "PUT", "/model", model_and_log.put_model, 204, bytes),
    Operation("ResetModel", "DELETE", "/model", model_and_log.reset_model, 204),
    Operation(
        "GetModelProperties", "GET", "/model/properties",
        model_and_log.model_properties, 200, None, ModelProperties,
    ),
    Operation(
        "GetLogProperties", "GET", "/logs/properties",
        model_and_log.log_properties, 200, None, LogProperties,
    ),
    Operation("DeleteLog", "DELETE", "/logs", model_and_log.delete_log, 204),
    Operation("GetStatus", "GET", "/status", model_and_log.status, 200, None, ServiceState),
    Operation(
        "ListEvaluations", "GET", "/evaluations", jobs.list_evaluations, 200,
        query=("filter", "top", "skip"),
    ),
    Operation(
        "CreateEvaluation", "PUT", "/evaluations/{id}",
        jobs.create_evaluation, 200, EvaluationBody, EvaluationAnswer, _NEWER,
    ),
    Operation(
        "CreateEvaluationWithoutId", "POST", "/evaluations",
        jobs.create_evaluation, 201, EvaluationBody, EvaluationAnswer, _OLDER,
    ),
    Operation(
        "GetEvaluation", "GET", "/evaluations/{id}",
        jobs.get_evaluation, 200, None, EvaluationAnswer,
        query=("startTime", "endTime", "intervalInMinutes", "window"),
    ),
    Operation("DeleteEvaluation", "DELETE", "/evaluations/{id}", jobs.delete_evaluation, 204),
    Operation(
        "ListFeatureImportances", "GET", "/featureImportances", jobs.list_importances, 200,
        query=("top", "skip"),
    ),
    Operation(
        "CreateFeatureImportance", "PUT", "/featureImportances/{id}",
        jobs.create_importance, 200, JobBody, ImportanceAnswer,
    ),
    Operation(
        "GetFeatureImportance", "GET", "/featureImportances/{id}",
        jobs.get_importance, 200, None, ImportanceAnswer,
    ),
    Operation(
        "DeleteFeatureImportance", "DELETE", "/featureImportances/{id}",
        jobs.delete_importance, 204,
    ),
    Operation(
        "GetLearningMetrics", "GET", "/metrics/learning", learning_metrics.learning_metrics, 200,
        query=("startDate", "endDate", "aggregationInterval", "aggregationEventCount",
               "numberOfRecentEvents"),
    ),
)  # fmt: skip


def answered(server: Server, call: Call) -> Reply:
    """Reply a call; errors of any kind come in the service's shape."""
    name = loop = ""
    try:
        stored = authenticated(server, call)
        loop = stored.id
        version, operation, event_id = routed(call)
        name = operation.name
        check_size(server.limits, operation, call.body)
        answer = _handled(
            server, operation, Request(server.library, stored, call, version, event_id)
        )
    except PersonalizerError as error:
        answer = refused(error)
    except Exception as error:
        _log.exception("call failed", extra={"code": type(error).__name__})
        sentence = "The server met an error of its own; nothing is known to be wrong with the call."
        answer = refused(PersonalizerError("InternalServerError", sentence, "server"))
    return replace(answer, operation=name, loop=loop)


def _handled(server: Server, operation: Operation, request: Request) -> Reply:
    """Reply of an operation; a reward repeated by the client itself is not given twice."""
    is_reward = operation.handle in {events.reward, events.reward_multi_slot}
    if not (is_reward and request.call.headers.get(CLIENT_ID)):
        return operation.handle(request)
    if server.rewarded.is_retry(request.stored, request.call):
        return Reply(operation.status, dangling="repeated")
    reply = operation.handle(request)
    server.rewarded.note(request.stored, request.call)
    return reply


def authenticated(server: Server, call: Call) -> StoredLoop:
    """Open the loop of a call's key; ``Unauthorized`` or ``TooManyRequests``."""
    key = call.headers.get("ocp-apim-subscription-key", "").strip()
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if not key and scheme.lower() == "bearer":
        key = token.strip()
    loop = server.library.store.loop_of_key(key) if key else None
    if loop is None:
        sentence = (
            "Access denied due to a missing or invalid key. Send one of the loop's two keys in "
            "the header Ocp-Apim-Subscription-Key."
        )
        raise PersonalizerError("Unauthorized", sentence, "Ocp-Apim-Subscription-Key")
    if not server.rates.admit(loop):
        sentence = f"This key may call {server.limits.per_second} times a second."
        raise PersonalizerError("TooManyRequests", sentence, "Ocp-Apim-Subscription-Key")
    stored = server.library.open(loop)
    server.served.keep(stored)
    return stored


def check_size(limits: CallLimits, operation: Operation, body: bytes) -> None:
    """Refuse a body beyond the limit of its operation with ``EntityTooLarge``."""
    most = limits.model_bytes if operation.body is bytes else limits.body_bytes
    if len(body) > most:
        raise PersonalizerError(
            "EntityTooLarge", f"The body is longer than {most:,} bytes.", "body"
        )


def routed(call: Call) -> tuple[str, Operation, str]:
    """API version, operation and id of a call; ``ResourceNotFound`` or ``MethodNotAllowed``."""
    match = _VERSIONED.fullmatch(call.path)
    version = match[1] if match else call.query.get("api-version", DEFAULT_VERSION)
    path = (match[2] if match else call.path).encode(errors="replace").decode().rstrip("/")
    methods = []
    for operation in OPERATIONS:
        if not version.startswith(operation.versions):
            continue
        found = _pattern(operation.path).fullmatch(path)
        if found is None:
            continue
        if operation.method == call.method:
            return version, operation, found.groupdict().get("id", "")
        methods.append(operation.method)
    if methods:
        allowed = ", ".join(dict.fromkeys(methods))
        raise PersonalizerError(
            "MethodNotAllowed", f"This address takes {allowed}, not {call.method[:20]}.", "method"
        )
    raise PersonalizerError(
        "ResourceNotFound", "The service has no operation at this address.", "path"
    )


@cache
def _pattern(path: str) -> re.Pattern[str]:
    head, _, tail = path.partition("{id}")
    inner = "(?P<id>.+)" if "{id}" in path else ""
    return re.compile(f"{re.escape(head)}{inner}{re.escape(tail)}", re.DOTALL)
