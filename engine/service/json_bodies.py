"""Names, durations, enumerations, shapes and errors of the service's JSON.

The same structs check requests and describe them in the OpenAPI document.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.errors import PersonalizerError, refuse, refuse_missing
from engine.loop.settings import LearningMode
from engine.protocol.json_faults import REFUSED, JsonFault, first_fault
from engine.protocol.multi_slot import MAX_SLOTS
from engine.protocol.request import MAX_ACTIONS, MAX_ID_LENGTH, MAX_REWARD, MIN_REWARD

T = TypeVar("T")

MODES: Mapping[str, LearningMode] = {
    "Online": "online", "Apprentice": "apprentice", "LoggingOnly": "logging_only",
}  # fmt: skip
MODE_NAMES = {mode: name for name, mode in MODES.items()}
Status = Literal[
    "Succeeded", "Running", "Failed", "NotSubmitted", "Timeout", "Canceled",
    "OptimalPolicyApplied", "OnlinePolicyRetained",
]  # fmt: skip
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_LENGTH, description="1 to 256 characters")]
Duration = Annotated[timedelta, Meta(description="a duration in ISO 8601, such as PT10M")]
Time = Annotated[datetime, Meta(description="a time in ISO 8601")]

STATUSES: Mapping[str, int] = {
    "Unauthorized": 401,
    "InvalidApiAccess": 403, "OperationNotAllowed": 403,
    "NotFound": 404, "ResourceNotFound": 404, "EvaluationNotFound": 404,
    "FeatureImportanceNotFound": 404, "LogsPropertiesNotFound": 404,
    "LearningSettingsNotFound": 404,
    "MethodNotAllowed": 405, "EntityTooLarge": 413, "TooManyRequests": 429,
    "InternalServerError": 500, "StorageUnavailable": 503,
}  # fmt: skip
"""HTTP status by error code; 400 for all other codes."""


# -- events ---------------------------------------------------------------------------


class ActionBody(Struct, rename="camel"):
    """An action offered to Rank."""

    id: Id
    features: list[dict[str, Any]]


class RankBody(Struct, rename="camel"):
    """Request of Rank."""

    actions: Annotated[list[ActionBody], Meta(min_length=1, max_length=MAX_ACTIONS)]
    context_features: list[dict[str, Any]] | None = None
    excluded_actions: list[Id] | None = None
    event_id: Id | None = None
    defer_activation: bool | None = None


class RankedBody(Struct, rename="camel"):
    """An action of a response of Rank."""

    id: str
    probability: float


class FeatureScore(Struct):
    """Contribution of a feature to an expected reward."""

    name: str
    score: float


class ActionExplanation(Struct):
    """Scores of the features of an action."""

    id: str
    features: list[FeatureScore]


class RankAnswer(Struct, rename="camel"):
    """Response of Rank; explained if the configuration says so."""

    ranking: list[RankedBody]
    event_id: str
    reward_action_id: str
    inference_explanation: list[ActionExplanation] | UnsetType = UNSET


Reward = Annotated[float, Meta(ge=MIN_REWARD, le=MAX_REWARD)]


class RewardBody(Struct):
    """Request of Reward."""

    value: Reward


class SlotBody(Struct, rename="camel"):
    """A slot to be filled by a multi-slot Rank."""

    id: Id
    baseline_action: Id
    features: list[dict[str, Any]] | None = None
    excluded_actions: list[Id] | None = None


class MultiSlotRankBody(Struct, rename="camel"):
    """Request of a multi-slot Rank."""

    actions: Annotated[list[ActionBody], Meta(min_length=1, max_length=MAX_ACTIONS)]
    slots: Annotated[list[SlotBody], Meta(min_length=1, max_length=MAX_SLOTS)]
    context_features: list[dict[str, Any]] | None = None
    event_id: Id | None = None
    defer_activation: bool | None = None


class FilledSlotBody(Struct, rename="camel"):
    """A slot of a response of a multi-slot Rank."""

    id: str
    reward_action_id: str


class MultiSlotRankAnswer(Struct, rename="camel"):
    """Response of a multi-slot Rank."""

    event_id: str
    slots: list[FilledSlotBody]


class SlotRewardBody(Struct, rename="camel"):
    """Reward of one slot."""

    slot_id: Id
    value: Reward


class MultiSlotRewardBody(Struct):
    """Request of a multi-slot Reward."""

    reward: list[SlotRewardBody]


# -- settings -------------------------------------------------------------------------


class ServiceConfiguration(Struct, rename="camel", omit_defaults=True):
    """Configuration of the service; omitted parts stay unchanged."""

    reward_wait_time: Duration
    default_reward: Reward
    reward_aggregation: Literal["earliest", "sum"]
    exploration_percentage: Annotated[float, Meta(ge=0, le=1)]
    model_export_frequency: Duration
    log_retention_days: int
    model_retrain_days: int | None = None
    learning_mode: Literal["Online", "Apprentice", "LoggingOnly"] | None = None
    is_auto_optimization_enabled: bool | None = None
    auto_optimization_frequency: Duration | None = None
    auto_optimization_start_date: Time | None = None
    is_inference_explainability_enabled: bool | None = None
    log_mirror_enabled: bool | None = None
    log_mirror_sas_uri: str | None = None
    last_configuration_edit_date: Time | None = None


class PolicyBody(Struct):
    """A learning policy."""

    name: Id
    arguments: Annotated[
        str, Meta(min_length=1, max_length=1_024, description="1 to 1,024 characters")
    ]


class PolicyReference(Struct, rename="camel"):
    """A policy of an evaluation."""

    evaluation_id: Id
    policy_name: Id


# -- model and log --------------------------------------------------------------------


class ModelProperties(Struct, rename="camel"):
    """Times of the model."""

    creation_time: Time
    last_modified_time: Time


class DateRange(Struct):
    """First and last time of the log."""

    from_: Annotated[datetime, Meta()] = msgspec.field(name="from")
    to: Time


class LogProperties(Struct, rename="camel"):
    """Extent of the log."""

    date_range: DateRange


class ServiceState(Struct, rename="camel"):
    """Status of the service."""

    service: str
    api_status: str
    api_status_message: str


# -- jobs -----------------------------------------------------------------------------


class JobBody(Struct, rename="camel"):
    """A job to run on the events of a time window."""

    name: Id
    start_time: Time
    end_time: Time


class EvaluationBody(JobBody):
    """An offline evaluation to run."""

    policies: list[PolicyBody] | None = None
    enable_policy_optimization: bool | None = None
    enable_offline_experimentation: bool | None = None


class JobAnswer(JobBody):
    """A job and its state."""

    id: str
    status: Status
    creation_time: Time


class EvaluationAnswer(JobAnswer):
    """An offline evaluation."""

    evaluation_type: Literal["Manual", "Auto"]
    content: dict[str, Any] | None = None
    optimal_policy: str | None = None


class ImportanceAnswer(JobAnswer):
    """A measurement of feature importances."""

    feature_scores: list[dict[str, Any]] | None = None


# -- errors ---------------------------------------------------------------------------


class ErrorBody(Struct, rename="camel"):
    """An error of the service."""

    code: str
    message: str
    target: str
    details: list[dict[str, Any]]
    inner_error: dict[str, Any] | None


class ErrorAnswer(Struct):
    """Envelope of an error."""

    error: ErrorBody


def error_json(error: PersonalizerError) -> dict[str, object]:
    """The error in the service's envelope."""
    body = {"code": error.code, "message": error.message, "target": error.target}
    return {"error": {**body, "details": [], "innerError": None}}


# -- reading and writing --------------------------------------------------------------


def parse_json(body: bytes, code: str) -> Any:
    """Parse a body; refused with a code if it is not JSON, or nested too deeply."""
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise PersonalizerError(code, "The body is nested too deeply.", "body") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise PersonalizerError(code, f"The body is not JSON: {error}.", "body") from None


def parse_as(body: bytes, kind: type[T], code: str, codes: Mapping[str, str] | None = None) -> T:
    """Parse a body as a struct; refused with a code, or with that of the field at fault."""
    value = parse_json(body, code)
    try:
        return msgspec.convert(value, kind)
    except REFUSED:
        _refuse(first_fault(value, kind), code, codes or {})


def _refuse(fault: JsonFault, code: str, codes: Mapping[str, str]) -> NoReturn:
    code, target = codes.get(fault.place, code), fault.place or "body"
    if fault.value is UNSET:
        refuse_missing(code, target, fault.allowed)
    refuse(code, target, fault.value, fault.allowed, fault.subject or None)


def in_utc(time: datetime) -> datetime:
    """A time in UTC, also if a client sent no zone; at most the first or last time there is."""
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return (datetime.min if time.year == 1 else datetime.max).replace(tzinfo=UTC)


def parameter(query: Mapping[str, str], name: str) -> str | None:
    """A parameter of a call by its name in any case; None without one."""
    return next((text for key, text in query.items() if key.lower() == name.lower()), None)


def time_in(query: Mapping[str, str], name: str, code: str = "BadRequest") -> datetime | None:
    """A time among the parameters of a call; None without one."""
    text = parameter(query, name)
    try:
        return None if text is None else in_utc(datetime.fromisoformat(text))
    except ValueError:
        refuse(code, name, text, "a time in ISO 8601")


def whole_in(query: Mapping[str, str], name: str, code: str = "BadRequest") -> int | None:
    """A whole number among the parameters of a call; None without one."""
    text = parameter(query, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        refuse(code, name, text, "a whole number from 0 up")
    return int(text)


def iso_duration(span: timedelta) -> str:
    """A duration in ISO 8601 as the service wrote it, such as PT10M or P1DT12H."""
    minutes, seconds = divmod(span.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    time = "".join(f"{number:g}{unit}" for number, unit in parts if number)
    date = f"{days}D" if days else ""
    return f"P{date}{'T' if time else ''}{time}" if date or time else "PT0S"
