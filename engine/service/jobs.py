"""Jobs with an id: offline evaluations and feature importances, by event times.

A call stores a job and returns its steps, which the server does in the background.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.errors import PersonalizerError, refuse
from engine.evaluation import field_importance
from engine.loop.event import EventState
from engine.protocol.features import namespace_of
from engine.protocol.request import MAX_ID_LENGTH
from engine.service import evaluations
from engine.service.calls import Reply, Request
from engine.service.configuration import apply_policy, changes_of_arguments
from engine.service.declarations import (
    EvaluationBody,
    JobBody,
    PolicyReference,
    in_utc,
    iso,
    parameter,
    parse_as,
    time_in,
    whole_in,
)
from engine.steps import Steps
from engine.store.application_jobs import Body, JobKind
from engine.store.stored_loop import StoredLoop

_CONTRACT, _DATES = "InvalidEvaluationContract", "InvalidDateTimesInEvaluationContract"
_IMPORTANCE = "BadRequest"
MAX_POLICIES = 10
_LONGEST = timedelta(hours=1)
"""Time after which a job that still runs was cut off, as by a restart of the server."""
_INTERNAL = ("results", "policies", "settings")
"""Parts of a job's body that no client sees."""


# -- evaluations ----------------------------------------------------------------------


def create_evaluation(request: Request) -> Reply:
    """Start an offline evaluation."""
    body = parse_as(request.call.body, EvaluationBody, _CONTRACT)
    start, end = _window(body.start_time, body.end_time)
    policies = body.policies or []
    names = [policy.name for policy in policies]
    if len(policies) > MAX_POLICIES:
        sentence = f"There are {len(policies)} policies, but {MAX_POLICIES} at most are evaluated."
        raise PersonalizerError("MaximumEvaluationCustomPoliciesExceeded", sentence, "policies")
    if len(set(names)) < len(names):
        raise PersonalizerError(
            "DuplicateCustomPolicyNames", "Two policies have the same name.", "policies"
        )
    for policy in policies:
        changes_of_arguments(policy.arguments)
    events = _events(request.stored, start, end)
    if not events:
        raise PersonalizerError(
            "NoLogsExistInDateRange", "No rewarded event was ranked in this time.", "startTime"
        )
    told = [{"name": p.name, "arguments": p.arguments} for p in policies]
    is_optimised = body.enable_policy_optimization or body.enable_offline_experimentation
    name = request.id or secrets.token_hex(8)
    stored = request.stored

    def compute() -> Steps[Body]:
        return evaluations.evaluating(stored.loop, events, told, bool(is_optimised))

    parts = {"name": body.name, "evaluationType": "Manual", "policies": told}
    job = _new(request, "evaluation", name, start, end, parts)
    work = _working(request, "evaluation", name, job, compute)
    status = 201 if request.version.startswith("v1") else 200
    return Reply(status, _visible(job), work=work)


def list_evaluations(request: Request) -> Reply:
    """Return the evaluations, latest first."""
    jobs = [_summary(job) for job in _all(request, "evaluation")]
    return Reply(200, jobs if request.version.startswith("v1") else {"value": jobs})


def get_evaluation(request: Request) -> Reply:
    """Return an evaluation with its results between two times, which may be left out."""
    query, job = request.call.query, _job(request, "evaluation", "EvaluationNotFound")
    told = _visible(job)
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
        told["content"] = evaluations.content(job["results"], start, end, minutes)
        told["optimalPolicy"] = job.get("optimalPolicy")
    return Reply(200, told)


def delete_evaluation(request: Request) -> Reply:
    """Delete an evaluation."""
    return _delete(request, "evaluation", "EvaluationNotFound")


def apply_evaluation(request: Request) -> Reply:
    """Apply a policy of an evaluation to the loop."""
    body = parse_as(request.call.body, PolicyReference, _CONTRACT)
    stored = request.stored
    job = _job(replace(request, id=body.evaluation_id), "evaluation", "EvaluationNotFound")
    found = job.get("settings", {}).get(body.policy_name)
    if found is None:
        names = ", ".join(job.get("settings", {})) or "none"
        sentence = f"The evaluation has no policy {body.policy_name[:80]!r} to apply, but {names}."
        raise PersonalizerError("LearningSettingsNotFound", sentence, "policyName")
    changes = changes_of_arguments(found)
    stored.together(lambda: apply_policy(stored, body.policy_name, changes))
    return Reply(204)


# -- feature importances --------------------------------------------------------------


def create_importance(request: Request) -> Reply:
    """Start a measurement of feature importances."""
    body = parse_as(request.call.body, JobBody, _IMPORTANCE)
    start, end = _window(body.start_time, body.end_time)
    stored, name = request.stored, request.id
    events = _events(stored, start, end)

    def compute() -> Steps[Body]:
        found = yield from field_importance.event_importance_steps(events, stored.loop.settings)
        each = () if found is None else found.each
        scores = [
            {
                "namespace": namespace_of(one.left.name),
                "featureName": one.left.name,
                "score": one.score / 100,
            }
            for one in each
            if one.left.kind == "field"
        ]
        return {"featureScores": scores}

    job = _new(request, "importance", name, start, end, {"name": body.name})
    return Reply(200, _visible(job), work=_working(request, "importance", name, job, compute))


def list_importances(request: Request) -> Reply:
    """Return the measurements, latest first."""
    return Reply(200, {"value": [_summary(job) for job in _all(request, "importance")]})


def get_importance(request: Request) -> Reply:
    """Return a measurement with its scores, 0 to 1."""
    return Reply(200, _visible(_job(request, "importance", "FeatureImportanceNotFound")))


def delete_importance(request: Request) -> Reply:
    """Delete a measurement."""
    return _delete(request, "importance", "FeatureImportanceNotFound")


# -- all jobs -------------------------------------------------------------------------


def _new(
    request: Request, kind: JobKind, name: str, start: datetime, end: datetime, parts: Body
) -> Body:
    if not 1 <= len(name) <= MAX_ID_LENGTH:
        refuse("BadRequest", "id", name, f"a string of 1 to {MAX_ID_LENGTH} characters")
    now = iso(datetime.now(UTC))
    job = {**parts, "id": name, "startTime": iso(start), "endTime": iso(end)}
    job |= {"creationTime": now, "status": "Running"}
    if not request.library.store.add_job(request.stored.id, kind, name, job):
        code = "FeatureImportanceAlreadyExists"
        code = "EvaluationAlreadyExists" if kind == "evaluation" else code
        raise PersonalizerError(code, f"There is a job {name[:80]!r} already.", "id")
    return job


def _working(
    request: Request, kind: JobKind, name: str, job: Body, compute: Callable[[], Steps[Body]]
) -> Steps[None]:
    """Steps of a job: compute it and store the result, or the failure."""
    store, loop = request.library.store, request.stored.id
    try:
        result = yield from compute()
    except PersonalizerError:
        store.put_job(loop, kind, name, {**job, "status": "Failed"})
        return
    store.put_job(loop, kind, name, {**job, **result, "status": "Succeeded"})


def _job(request: Request, kind: JobKind, code: str) -> Body:
    job = request.library.store.job(request.stored.id, kind, request.id)
    if job is None:
        raise _missing(code, request.id)
    return _as_of_now(job)


def _missing(code: str, name: str) -> PersonalizerError:
    return PersonalizerError(code, f"There is no job {name[:80]!r}.", "id")


def _all(request: Request, kind: JobKind) -> list[Body]:
    query = request.call.query
    jobs = [*map(_as_of_now, request.library.store.jobs(request.stored.id, kind))]
    skip, top = whole_in(query, "skip") or 0, whole_in(query, "top")
    return jobs[skip : None if top is None else skip + top]


def _delete(request: Request, kind: JobKind, code: str) -> Reply:
    if not request.library.store.delete_job(request.stored.id, kind, request.id):
        raise _missing(code, request.id)
    return Reply(204)


def _as_of_now(job: Body) -> Body:
    made = datetime.fromisoformat(job["creationTime"])
    is_cut_off = job["status"] == "Running" and datetime.now(UTC) - made > _LONGEST
    return {**job, "status": "Timeout"} if is_cut_off else job


def _visible(job: Body) -> dict[str, Any]:
    return {name: part for name, part in job.items() if name not in _INTERNAL}


def _summary(job: Body) -> dict[str, Any]:
    shown = ("id", "name", "status", "startTime", "endTime", "creationTime", "evaluationType")
    return {name: job[name] for name in shown if name in job}


def _window(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    start, end = in_utc(start), in_utc(end)
    if start >= end:
        raise PersonalizerError(_DATES, "startTime is not before endTime.", "startTime")
    return start, end


def _events(stored: StoredLoop, start: datetime, end: datetime) -> list[EventState]:
    """Rewarded events ranked from ``start`` to before ``end``."""
    with stored.lock:
        events = [*stored.loop.events.values()]
    return [e for e in events if start <= e.ranked.time < end and e.earned is not None]


def _minutes(text: str) -> int:
    if text not in {"5", "60", "360", "720", "1440"}:
        refuse("BadRequest", "intervalInMinutes", text, "5, 60, 360, 720 or 1440")
    return int(text)
