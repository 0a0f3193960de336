"""Jobs with an id: offline evaluations and feature importances, by event times.

A call stores a job and returns its steps, which the server does in the background.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from engine.errors import PersonalizerError, refuse
from engine.evaluation import field_importance
from engine.evaluation.binned_evaluation import estimates, evaluating
from engine.evaluation.estimators import Interval
from engine.evaluation.log_jobs import LogJob, jobs_of, rewarded_events
from engine.loop.clock import iso
from engine.pausable_steps import Steps
from engine.protocol.features import namespace_of
from engine.protocol.request import MAX_ID_LENGTH
from engine.service.call_types import Reply, Request
from engine.service.json_bodies import (
    EvaluationBody,
    JobBody,
    PolicyBody,
    PolicyReference,
    in_utc,
    parameter,
    parse_as,
    time_in,
    whole_in,
)
from engine.store.application_jobs import Body, JobKind
from engine.store.learning_policies import changes_of_arguments, replace_policy

_CONTRACT, _DATES = "InvalidEvaluationContract", "InvalidDateTimesInEvaluationContract"
MAX_POLICIES = 10
_INTERNAL = ("results", "policies", "settings")
"""Parts of a job's body that no client sees."""
_SUMMARY = ("id", "name", "status", "startTime", "endTime", "creationTime", "evaluationType")
"""Parts of a job in a list."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of jobs, with the codes for a missing job and for a second job of one id."""

    key: JobKind
    missing: str
    second: str

    def job(self, request: Request, name: str | None = None) -> LogJob:
        """Job of a request's id, or of a name."""
        name = request.id if name is None else name
        return LogJob(request.library.store, request.stored, self.key, name)

    def read(self, request: Request, name: str | None = None) -> Body:
        """Body of a job; refused without such a job."""
        job = self.job(request, name)
        body = job.read()
        if body is None:
            self._refuse_missing(job)
        return body

    def _refuse_missing(self, job: LogJob) -> NoReturn:
        raise PersonalizerError(self.missing, f"There is no job {job.id[:80]!r}.", "id")

    def start(self, job: LogJob, body: JobBody, compute: Callable[[], Steps[Body]],
              **parts: Any) -> Reply:  # fmt: skip
        """Store a new job; reply with its body, and its steps to be done."""
        if not 1 <= len(job.id) <= MAX_ID_LENGTH:
            refuse("BadRequest", "id", job.id, f"a string of 1 to {MAX_ID_LENGTH} characters")
        created = job.create(body.name, *_window(body), **parts)
        if created is None:
            raise PersonalizerError(self.second, f"There is a job {job.id[:80]!r} already.", "id")
        return Reply(200, _visible(created), work=job.running(created, compute))

    def list(self, request: Request) -> list[Body]:
        """Summaries of the jobs of a loop, the latest first."""
        query = request.call.query
        jobs = jobs_of(request.library.store, request.stored, self.key)
        skip, top = whole_in(query, "skip") or 0, whole_in(query, "top")
        listed = jobs[skip : None if top is None else skip + top]
        return [{name: job[name] for name in _SUMMARY if name in job} for job in listed]

    def delete(self, request: Request) -> Reply:
        """Delete a job; refused without such a job."""
        job = self.job(request)
        if not job.delete():
            self._refuse_missing(job)
        return Reply(204)


_EVALUATION = _Kind("evaluation", "EvaluationNotFound", "EvaluationAlreadyExists")
_IMPORTANCE = _Kind("importance", "FeatureImportanceNotFound", "FeatureImportanceAlreadyExists")


def _visible(job: Body) -> dict[str, Any]:
    return {name: part for name, part in job.items() if name not in _INTERNAL}


def _window(body: JobBody) -> tuple[datetime, datetime]:
    start, end = in_utc(body.start_time), in_utc(body.end_time)
    if start >= end:
        raise PersonalizerError(_DATES, "startTime is not before endTime.", "startTime")
    return start, end


# -- evaluations ----------------------------------------------------------------------


def create_evaluation(request: Request) -> Reply:
    """Start an offline evaluation."""
    body = parse_as(request.call.body, EvaluationBody, _CONTRACT)
    stored = request.stored
    events = rewarded_events(stored, *_window(body))
    policies = _arguments(body.policies or [])
    if not events:
        raise PersonalizerError(
            "NoLogsExistInDateRange", "No rewarded event was ranked in this time.", "startTime"
        )
    is_optimised = body.enable_policy_optimization or body.enable_offline_experimentation

    def compute() -> Steps[Body]:
        loop = stored.loop
        return evaluating(events, loop.settings, loop.seed, policies, bool(is_optimised))

    job = _EVALUATION.job(request, request.id or secrets.token_hex(8))
    reply = _EVALUATION.start(job, body, compute, evaluationType="Manual")
    return replace(reply, status=201) if _is_old(request) else reply


def _arguments(policies: Sequence[PolicyBody]) -> dict[str, str]:
    """Arguments of an evaluation's policies by name, checked."""
    if len(policies) > MAX_POLICIES:
        sentence = f"There are {len(policies)} policies, but {MAX_POLICIES} at most are evaluated."
        raise PersonalizerError("MaximumEvaluationCustomPoliciesExceeded", sentence, "policies")
    by_name = {policy.name: policy.arguments for policy in policies}
    if len(by_name) < len(policies):
        raise PersonalizerError(
            "DuplicateCustomPolicyNames", "Two policies have the same name.", "policies"
        )
    for text in by_name.values():
        changes_of_arguments(text)
    return by_name


def _is_old(request: Request) -> bool:
    return request.version.startswith("v1")


def list_evaluations(request: Request) -> Reply:
    """Return the evaluations, latest first."""
    jobs = _EVALUATION.list(request)
    return Reply(200, jobs if _is_old(request) else {"value": jobs})


def get_evaluation(request: Request) -> Reply:
    """Return an evaluation with its results between two times, which may be left out."""
    query, job = request.call.query, _EVALUATION.read(request)
    answer = _visible(job)
    if "results" in job:
        start = time_in(query, "startTime") or datetime.fromisoformat(job["startTime"])
        end = time_in(query, "endTime") or datetime.fromisoformat(job["endTime"])
        if start >= end:
            raise PersonalizerError(_DATES, "The start is not before the end.", "startTime")
        minutes = _minutes(parameter(query, "intervalInMinutes") or "5")
        expected = "Expanding" if minutes == 5 else "Rolling"
        if (parameter(query, "window") or expected) != expected:
            sentence = "Expanding windows have intervals of 5 minutes, rolling ones longer ones."
            raise PersonalizerError("BadRequest", sentence, "window")
        window = {"startTime": iso(start), "endTime": iso(end), "intervalInMinutes": minutes}
        value = [_of_policy(result, start, end, minutes) for result in job["results"]]
        answer["content"] = {**window, "value": value}
    return Reply(200, answer)


def _minutes(text: str) -> int:
    if text not in {"5", "60", "360", "720", "1440"}:
        refuse("BadRequest", "intervalInMinutes", text, "5, 60, 360, 720 or 1440")
    return int(text)


def _of_policy(
    result: Mapping[str, Any], start: datetime, end: datetime, minutes: int
) -> dict[str, Any]:
    whole, series = estimates(result["bins"], start, end, timedelta(minutes=minutes))
    data = [{"timeStamp": iso(at), **_estimated(interval)} for at, interval in series.items()]
    return {
        "name": result["name"],
        "arguments": result["arguments"],
        "policySource": result["source"],
        "slotId": "",
        "summary": _estimated(whole),
        "timeseries": {"data": data},
    }


def _estimated(interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {"expectedReward": None, "confidenceInterval": []}
    bounds = [interval.low, interval.high]
    return {"expectedReward": interval.estimate, "confidenceInterval": bounds}


def delete_evaluation(request: Request) -> Reply:
    """Delete an evaluation."""
    return _EVALUATION.delete(request)


def apply_evaluation(request: Request) -> Reply:
    """Apply a policy of an evaluation to the loop."""
    body = parse_as(request.call.body, PolicyReference, _CONTRACT)
    policies = _EVALUATION.read(request, body.evaluation_id).get("settings", {})
    if body.policy_name not in policies:
        names = ", ".join(policies) or "none"
        sentence = f"The evaluation has no policy {body.policy_name[:80]!r} to apply, but {names}."
        raise PersonalizerError("LearningSettingsNotFound", sentence, "policyName")
    replace_policy(request.stored, body.policy_name, policies[body.policy_name])
    return Reply(204)


# -- feature importances --------------------------------------------------------------


def create_importance(request: Request) -> Reply:
    """Start a measurement of feature importances."""
    body, stored = parse_as(request.call.body, JobBody, "BadRequest"), request.stored
    events = rewarded_events(stored, *_window(body))

    def compute() -> Steps[Body]:
        settings = stored.loop.settings
        measured = yield from field_importance.event_importance_steps(events, settings)
        scores = [
            {
                "namespace": namespace_of(each.left.name),
                "featureName": each.left.name,
                "score": each.score / 100,
            }
            for each in (measured.each if measured else ())
            if each.left.kind == "field"
        ]
        return {"featureScores": scores}

    return _IMPORTANCE.start(_IMPORTANCE.job(request), body, compute)


def list_importances(request: Request) -> Reply:
    """Return the measurements, latest first."""
    return Reply(200, {"value": _IMPORTANCE.list(request)})


def get_importance(request: Request) -> Reply:
    """Return a measurement with its scores, 0 to 1."""
    return Reply(200, _visible(_IMPORTANCE.read(request)))


def delete_importance(request: Request) -> Reply:
    """Delete a measurement."""
    return _IMPORTANCE.delete(request)
