"""Settings of the retired service that a loop in Python does not need.

The update frequency delays decisions, retraining follows an edit where it is switched on, the
retention erases old events of applications, and policies are optimised at intervals.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.errors import check_number, refuse

CODE = "InvalidServiceConfiguration"
MAX_NAME, MAX_DAYS = 256, 36_500
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Settings of the service alone; durations are in seconds.

    ``InvalidServiceConfiguration``, ``InvalidLogRetentionDays`` or ``InvalidModelRetrainDays`` for
    invalid values.

    Attributes:
        update_frequency: time between two updates of the served model, from 1 second to 2 days; 0
            to decide by the latest model.
        log_retention_days: days that events of applications are kept; -1 for no end.
        model_retrain_days: days of the log that a restarted model learns again; 0 for all.
        is_auto_optimization_enabled: whether policies are optimised at intervals.
        auto_optimization_frequency: time between two optimisations; up to 100 years.
        auto_optimization_start: time of the first one in ISO 8601; empty for none.
        is_inference_explainability_enabled: whether answers of Rank explain the best action.
        log_mirror_enabled: always False, as nothing is copied to other machines.
        policy_name: name of the learning policy.
        restarts_model: whether an edit of reward settings or exploration begins a new model on the
            latest log, as in the service; no part of its JSON.
        model_export_frequency: update frequency in old logs, which had no effect and has none.
    """

    update_frequency: float = 0.0
    log_retention_days: int = 90
    model_retrain_days: int = 0
    is_auto_optimization_enabled: bool = False
    auto_optimization_frequency: float = 28 * _DAY
    auto_optimization_start: str = ""
    is_inference_explainability_enabled: bool = False
    log_mirror_enabled: bool = False
    policy_name: str = "default"
    restarts_model: bool = False
    model_export_frequency: float | None = None

    def __post_init__(self) -> None:
        if self.update_frequency != 0 and not 1 <= self.update_frequency <= 2 * _DAY:
            allowed = "0, or from 1 second to 2 days"
            refuse(CODE, "modelExportFrequency", self.update_frequency, allowed)
        days = self.log_retention_days
        if days != -1:
            check_number("InvalidLogRetentionDays", "logRetentionDays", days, 1, MAX_DAYS, True)
        most = MAX_DAYS if days == -1 else days
        retrain = self.model_retrain_days
        check_retrain_days(retrain, most)
        frequency = self.auto_optimization_frequency
        check_number(CODE, "autoOptimizationFrequency", frequency, 1, MAX_DAYS * _DAY)
        start = self.auto_optimization_start
        if start and not _is_time(start):
            allowed = "a time in ISO 8601 with its time zone"
            refuse(CODE, "autoOptimizationStartDate", start, allowed)
        if self.log_mirror_enabled:
            refuse("InvalidSasUri", "logMirrorEnabled", True, "false: logs stay on this server")
        if not 1 <= len(self.policy_name) <= MAX_NAME:
            allowed = f"1 to {MAX_NAME} characters long"
            refuse("InvalidPolicyConfiguration", "name", self.policy_name, allowed)

    def check_wait(self, wait: timedelta) -> None:
        """Refuse a retention shorter than a reward wait time and a day, in whole days."""
        least = 1 + -(-wait // timedelta(days=1))
        if -1 < self.log_retention_days < least:
            allowed = f"-1, or at least {least}: the reward wait time and a day"
            refuse("InvalidLogRetentionDays", "logRetentionDays", self.log_retention_days, allowed)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False


def check_retrain_days(days: object, most: int = MAX_DAYS) -> None:
    """Refuse days of the log to learn again other than a whole number up to a bound."""
    check_number("InvalidModelRetrainDays", "modelRetrainDays", days, 0, most, True)
