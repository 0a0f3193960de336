"""Settings of the service alone: bounds, and the codes of refusals."""

from datetime import timedelta
from typing import Any

import pytest

from engine.loop.service_only_settings import ServiceSettings
from tests.engine.loop.loops import small_loop
from tests.engine.refusals import refusal

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "updates every half second": ({"update_frequency": 0.5}, "InvalidServiceConfiguration"),
    "updates every three days": ({"update_frequency": 259_200}, "InvalidServiceConfiguration"),
    "no retention": ({"log_retention_days": 0}, "InvalidLogRetentionDays"),
    "half a day": ({"log_retention_days": 1.5}, "InvalidLogRetentionDays"),
    "retrained on more than is kept": (
        {"log_retention_days": 7, "model_retrain_days": 8},
        "InvalidModelRetrainDays",
    ),
    "no time": ({"auto_optimization_start": "soon"}, "InvalidServiceConfiguration"),
    "no time zone": (
        {"auto_optimization_start": "2026-01-01T00:00:00"},
        "InvalidServiceConfiguration",
    ),
    "a mirror": ({"log_mirror_enabled": True}, "InvalidSasUri"),
    "no name": ({"policy_name": ""}, "InvalidPolicyConfiguration"),
}


@pytest.mark.parametrize(("settings", "code"), BAD.values(), ids=BAD)
def test_invalid_settings_are_refused_with_the_code_of_the_service(
    settings: dict[str, Any], code: str
) -> None:
    assert refusal(lambda: ServiceSettings(**settings)).code == code


@pytest.mark.parametrize(("days", "is_refused"), [(1, True), (2, False), (-1, False)])
def test_logs_are_kept_for_the_reward_wait_time_and_a_day(days: int, is_refused: bool) -> None:
    settings = ServiceSettings(log_retention_days=days)
    loop = small_loop(reward_wait_time=timedelta(minutes=10))
    if is_refused:
        error = refusal(lambda: loop.configure_service(settings))
        assert error.code == "InvalidLogRetentionDays"
    else:
        loop.configure_service(settings)
        assert loop.state.service == settings
