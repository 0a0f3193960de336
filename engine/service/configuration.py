"""Service configuration and learning policy, from and to the loop's settings."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.errors import refuse
from engine.loop.clock import iso
from engine.loop.entries import Configured, ServiceConfigured
from engine.loop.settings import LONGEST_WAIT, REWARD_SETTINGS, SHORTEST_WAIT, LoopSettings
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.thompson import Thompson
from engine.service.call_types import Reply, Request
from engine.service.json_bodies import (
    MODE_NAMES,
    MODES,
    PolicyBody,
    ServiceConfiguration,
    in_utc,
    iso_duration,
    parse_as,
)
from engine.store import learning_policies
from engine.store.learning_policies import policy, replace_policy, restore_policy
from engine.store.stored_loop import StoredLoop

_CODE = "InvalidServiceConfiguration"
_CODES = {
    "rewardWaitTime": "InvalidRewardWaitTime", "logRetentionDays": "InvalidLogRetentionDays",
    "modelRetrainDays": "InvalidModelRetrainDays", "logMirrorSasUri": "InvalidSasUri",
}  # fmt: skip
"""Codes of faults in some fields."""


# -- the configuration ----------------------------------------------------------------


def get_configuration(request: Request) -> Reply:
    """Return all settings under the service's names."""
    return Reply(200, configuration(request.stored))


def put_configuration(request: Request) -> Reply:
    """Change all settings or none; a PUT is whole, but optional parts may be left out."""
    return Reply(200, change_configuration(request.stored, request.call.body))


def change_configuration(
    stored: StoredLoop, body: bytes, restarts_model: bool | None = None
) -> dict[str, object]:
    """Change all settings of a loop or none; return them as they are then.

    Args:
        body: a `ServiceConfiguration` in JSON.
        restarts_model: see `ServiceSettings`; None leaves it unchanged.
    """
    wanted = parse_as(body, ServiceConfiguration, _CODE, _CODES)
    with stored.lock:
        stored.together(lambda: _apply(stored, wanted, restarts_model))
        return configuration(stored)


def _apply(stored: StoredLoop, wanted: ServiceConfiguration, restarts_model: bool | None) -> None:
    settings, service = stored.loop.settings, stored.loop.state.service
    wait = wanted.reward_wait_time
    if not SHORTEST_WAIT <= wait <= LONGEST_WAIT:
        allowed, name = "from 5 seconds to 2 days", "Reward wait time"
        refuse("InvalidRewardWaitTime", "rewardWaitTime", iso_duration(wait), allowed, name)
    changes: dict[str, Any] = {
        "reward_wait_time": wait,
        "default_reward": wanted.default_reward,
        "reward_aggregation": wanted.reward_aggregation,
    }
    if wanted.exploration_percentage != exploration(settings):
        changes["policy"] = EpsilonGreedy(wanted.exploration_percentage)
    if wanted.learning_mode is not None:
        changes["learning_mode"] = MODES[wanted.learning_mode]
    if wanted.log_mirror_sas_uri:
        refuse("InvalidSasUri", "logMirrorSasUri", "an address", "left out: logs stay here")
    start, frequency = wanted.auto_optimization_start_date, wanted.auto_optimization_frequency
    given: dict[str, Any] = {
        "update_frequency": wanted.model_export_frequency.total_seconds(),
        "log_retention_days": wanted.log_retention_days,
        "model_retrain_days": wanted.model_retrain_days,
        "is_auto_optimization_enabled": wanted.is_auto_optimization_enabled,
        "auto_optimization_frequency": frequency and frequency.total_seconds(),
        "auto_optimization_start": start and iso(in_utc(start)),
        "is_inference_explainability_enabled": wanted.is_inference_explainability_enabled,
        "log_mirror_enabled": wanted.log_mirror_enabled,
        "restarts_model": restarts_model,
    }
    service = replace(service, **{name: v for name, v in given.items() if v is not None})
    stored.configure(**changes)
    stored.configure_service(service)
    if service.restarts_model and _restarting(stored.loop.settings) != _restarting(settings):
        stored.reset_model(service.model_retrain_days)


def _restarting(settings: LoopSettings) -> tuple[object, ...]:
    """Settings whose edit restarted the model of the service."""
    return exploration(settings), *(getattr(settings, name) for name in REWARD_SETTINGS)


def configuration(stored: StoredLoop) -> dict[str, object]:
    """All settings of a loop under the service's names."""
    with stored.lock:
        settings, service = stored.loop.settings, stored.loop.state.service
        edits = (Configured, ServiceConfigured)
        edited = next(e.time for e in reversed(stored.loop.log) if isinstance(e, edits))
    told: dict[str, object] = {
        "rewardWaitTime": iso_duration(settings.reward_wait_time),
        "defaultReward": settings.default_reward,
        "rewardAggregation": settings.reward_aggregation,
        "explorationPercentage": exploration(settings),
        "modelExportFrequency": iso_duration(timedelta(seconds=service.update_frequency)),
        "logRetentionDays": service.log_retention_days,
        "modelRetrainDays": service.model_retrain_days,
        "learningMode": MODE_NAMES[settings.learning_mode],
        "isAutoOptimizationEnabled": service.is_auto_optimization_enabled,
        "autoOptimizationFrequency": iso_duration(
            timedelta(seconds=service.auto_optimization_frequency)
        ),
        "isInferenceExplainabilityEnabled": service.is_inference_explainability_enabled,
        "logMirrorEnabled": service.log_mirror_enabled,
        "lastConfigurationEditDate": iso(edited),
    }
    if service.auto_optimization_start:
        told["autoOptimizationStartDate"] = service.auto_optimization_start
    return told


def exploration(settings: LoopSettings) -> float:
    """Share of decisions that a policy draws at random: its epsilon, or the floor of Thompson."""
    policy = settings.policy
    if isinstance(policy, EpsilonGreedy):
        return policy.epsilon
    return policy.floor if isinstance(policy, Thompson) else 0.0


# -- the learning policy --------------------------------------------------------------


def get_policy(request: Request) -> Reply:
    """Return the learning policy."""
    return Reply(200, policy(request.stored))


def put_policy(request: Request) -> Reply:
    """Replace the learning policy: the service's own learner, or settings of this engine."""
    return Reply(200, change_policy(request.stored, request.call.body))


def change_policy(stored: StoredLoop, body: bytes) -> dict[str, str]:
    """Replace the learning policy of a loop by a `PolicyBody` in JSON; return the new one."""
    wanted = parse_as(body, PolicyBody, learning_policies.CODE)
    with stored.lock:
        replace_policy(stored, wanted.name, wanted.arguments)
        return policy(stored)


def reset_policy(request: Request) -> Reply:
    """Return to the default policy of this engine."""
    return Reply(200, restore_policy(request.stored))
