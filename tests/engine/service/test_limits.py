"""Limits of applications."""

import pytest

from engine.service import limits
from engine.service.limits import CallLimits, RateLimit
from tests.engine.refusals import refusal


def test_a_bucket_is_filled_again_at_the_rate() -> None:
    now = [0.0]
    rate = RateLimit(CallLimits(per_second=2, burst=3), lambda: now[0])
    assert [rate.admit("a") for _ in range(4)] == [True, True, True, False]
    assert rate.admit("b")
    now[0] = 1.0
    assert [rate.admit("a") for _ in range(3)] == [True, True, False]


def test_full_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_KEPT", 2)
    now = [0.0]
    rate = RateLimit(CallLimits(per_second=1, burst=1), lambda: now[0])
    assert [rate.admit(loop) for loop in "ab"] == [True, True]
    now[0] = 5.0
    assert rate.admit("c")
    assert len(rate._buckets) == 1


def test_limits_come_from_the_environment() -> None:
    assert CallLimits.from_environment({}) == CallLimits()
    set_one = CallLimits.from_environment({"PLAYGROUND_API_BURST": " 5 "})
    assert set_one == CallLimits(burst=5)
    error = refusal(lambda: CallLimits.from_environment({"PLAYGROUND_API_BURST": "many"}))
    assert error.target == "PLAYGROUND_API_BURST"
