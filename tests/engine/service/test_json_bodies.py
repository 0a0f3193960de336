"""Durations, times and faults in the service's JSON."""

from datetime import datetime, timedelta

import msgspec
import pytest

from engine.loop.clock import iso
from engine.service.json_bodies import (
    Duration,
    RewardBody,
    ServiceConfiguration,
    in_utc,
    iso_duration,
    parse_as,
    parse_json,
)
from tests.engine.refusals import refusal


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(600, "PT10M"), (5, "PT5S"), (90_000, "P1DT1H"), (86_400, "P1D"), (0, "PT0S"),
     (1.5, "PT1.5S")],
)  # fmt: skip
def test_durations_are_written_as_the_service_did_and_read_again(seconds: float, text: str) -> None:
    span = timedelta(seconds=seconds)
    assert iso_duration(span) == text
    assert msgspec.convert(text, Duration) == span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+10:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59-10:00", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_any_time_has_a_time_in_utc(text: str, expected: str) -> None:
    assert iso(in_utc(datetime.fromisoformat(text))) == expected


def test_a_fault_names_its_field_and_may_have_a_code_of_its_own() -> None:
    error = refusal(lambda: parse_as(b"{}", RewardBody, "InvalidRewardRequest"))
    assert (error.code, error.target) == ("InvalidRewardRequest", "value")
    codes = {"rewardWaitTime": "InvalidRewardWaitTime"}
    body = b'{"rewardWaitTime": "soon"}'
    error = refusal(lambda: parse_as(body, ServiceConfiguration, "Other", codes))
    assert error.code == "InvalidRewardWaitTime"
    assert "ISO 8601" in error.message


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"\xff", b'"\xff"', b"NaN"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert refusal(lambda: parse_json(body, "BadRequest")).target == "body"
