"""Service configuration and learning policy, from and to the loop's settings."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

from engine.errors import PersonalizerError, UnreadableError, refuse
from engine.loop.entries import Configured, ServiceConfigured
from engine.loop.service_settings import ServiceSettings
from engine.loop.settings import LONGEST_WAIT, REWARD_SETTINGS, SHORTEST_WAIT, LoopSettings
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.thompson import Thompson
from engine.service.calls import Reply, Request
from engine.service.declarations import (
    MODE_NAMES,
    MODES,
    PolicyBody,
    ServiceConfiguration,
    iso,
    iso_duration,
    parse_as,
    parse_json,
)
from engine.store.entry_codec import settings_from_json, settings_to_json
from engine.store.stored_loop import StoredLoop

_CODE, _POLICY = "InvalidServiceConfiguration", "InvalidPolicyConfiguration"
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
        "auto_optimization_start": start and iso(start),
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

_OWN = "--settings"
"""Argument with the settings of this engine as JSON."""
_LEARNING = ("learner", "policy", "crosses", "may_change", "learning_rate")
_CROSSES = {"-q": 1, "--quadratic": 1, "--cubic": 2}
_FIXED = {"--power_t": "0", "--cb_type": "mtr"}
"""Flags with a single possible value."""


def get_policy(request: Request) -> Reply:
    """Return the learning policy."""
    return Reply(200, policy(request.stored))


def put_policy(request: Request) -> Reply:
    """Replace the learning policy: the service's own learner, or settings of this engine."""
    return Reply(200, change_policy(request.stored, request.call.body))


def change_policy(stored: StoredLoop, body: bytes) -> dict[str, object]:
    """Replace the learning policy of a loop by a `PolicyBody` in JSON; return the new one."""
    wanted = parse_as(body, PolicyBody, _POLICY)
    changes = changes_of_arguments(wanted.arguments)
    with stored.lock:
        stored.together(lambda: apply_policy(stored, wanted.name, changes))
        return policy(stored)


def reset_policy(request: Request) -> Reply:
    """Return to the default policy of this engine."""
    return Reply(200, restore_policy(request.stored))


def restore_policy(stored: StoredLoop) -> dict[str, object]:
    """Return a loop to the default policy of this engine; return the policy."""
    default = LoopSettings()
    changes = {name: getattr(default, name) for name in (*_LEARNING, "hypotheses")}
    with stored.lock:
        stored.together(lambda: apply_policy(stored, ServiceSettings().policy_name, changes))
        return policy(stored)


def apply_policy(stored: StoredLoop, name: str, changes: dict[str, Any]) -> None:
    """Change settings of the learner, and the name of the policy."""
    stored.configure(**changes)
    stored.configure_service(replace(stored.loop.state.service, policy_name=name))


def policy(stored: StoredLoop) -> dict[str, object]:
    """Name and arguments of a loop's learning policy."""
    with stored.lock:
        name, settings = stored.loop.state.service.policy_name, stored.loop.settings
    return {"name": name, "arguments": arguments(settings)}


def arguments(settings: LoopSettings) -> str:
    """Arguments of Vowpal Wabbit for the service's learner; else settings as JSON."""
    chosen = settings.policy
    if settings.learner == "classic" and isinstance(chosen, EpsilonGreedy):
        crosses = ("", " -q ::", " -q :: --cubic :::")[min(settings.crosses, 2)]
        if settings.crosses <= 2:
            rate = f"--power_t 0 -l {settings.learning_rate:g} --cb_type mtr"
            return f"--cb_explore_adf --epsilon {chosen.epsilon:g} {rate}{crosses}"
    told = settings_to_json(settings)
    own = json.dumps({name: told[name] for name in _LEARNING}, separators=(",", ":"))
    return f"--cb_explore_adf {_OWN} {own}"


def changes_of_arguments(text: str) -> dict[str, Any]:
    """Changes of settings that arguments ask for; ``InvalidPolicyConfiguration`` for unknown
    flags and invalid values."""
    flags, _, own = text.partition(_OWN)
    try:
        changes = _own_changes(flags, own) if own else _classic_changes(text)
        LoopSettings(**changes)
    except PersonalizerError as error:
        raise PersonalizerError(_POLICY, error.message, "arguments") from None
    return changes


def _classic_changes(text: str) -> dict[str, Any]:
    found = _flags(text)
    if "--cb_explore_adf" not in found:
        _refuse(text, "arguments with --cb_explore_adf")
    rate = found.get("-l", found.get("--learning_rate", "0.5"))
    return {
        "learner": "classic",
        "policy": EpsilonGreedy(_number("--epsilon", found.get("--epsilon", "0.05"))),
        "learning_rate": _number("-l", rate),
        "crosses": max((_CROSSES.get(flag, 0) for flag in found), default=0),
    }


def _flags(text: str) -> dict[str, str]:
    """Flags by name, each known and with a valid value."""
    try:
        words = iter(shlex.split(text))
    except ValueError:
        _refuse(text, "arguments with closed quotes")
    return dict(_pairs(words))


def _pairs(words: Iterator[str]) -> Iterator[tuple[str, str]]:
    valued = {"--epsilon", "-l", "--learning_rate", *_CROSSES, *_FIXED}
    for word in words:
        flag, has_value, value = word.partition("=")
        if flag == "--cb_explore_adf" and not has_value:
            yield flag, ""
            continue
        if flag not in valued:
            known = ", ".join(sorted({"--cb_explore_adf", *valued}))
            _refuse(flag, f"one of {known}")
        value = value if has_value else next(words, "")
        if flag in _CROSSES and set(value) != {":"}:
            _refuse(f"{flag} {value}", f"{flag} of all namespaces, such as -q ::")
        if _FIXED.get(flag, value) != value:
            _refuse(f"{flag} {value}", f"{flag} {_FIXED[flag]}")
        yield flag, value


def _number(flag: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        _refuse(f"{flag} {text}", f"{flag} with a number")


def _own_changes(flags: str, own: str) -> dict[str, Any]:
    if flags.split() != ["--cb_explore_adf"]:
        _refuse(flags.strip(), f"--cb_explore_adf before {_OWN}")
    told = parse_json(own.encode(), _POLICY)
    if not isinstance(told, dict) or not told.keys() <= {*_LEARNING}:
        _refuse(own, f"an object with some of {', '.join(_LEARNING)} after {_OWN}")
    try:
        settings = settings_from_json(settings_to_json(LoopSettings()) | told)
    except UnreadableError as error:
        raise PersonalizerError(_POLICY, f"{error}.", "arguments") from None
    return {name: getattr(settings, name) for name in told}


def _refuse(value: str, allowed: str) -> NoReturn:
    refuse(_POLICY, "arguments", value, allowed)
