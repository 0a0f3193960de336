"""Counters."""

import logging

import pytest

from pages.parts.shell.operations.prometheus_counters import Meters


@pytest.fixture
def meters() -> Meters:
    return Meters({"playground_guests": ("Who is there.", lambda: 3.0)})


def tell(meters: Meters, event: str, **fields: object) -> None:
    meters.handle(logging.makeLogRecord({"msg": event, "levelno": logging.DEBUG, **fields}))


def test_what_happens_is_counted_with_the_code_of_a_refusal(meters: Meters) -> None:
    tell(meters, "write refused", code="StorageUnavailable")
    tell(meters, "write refused", code="StorageUnavailable")
    tell(meters, "ready")
    metrics = meters.text.decode()
    refused = 'playground_records_total{code="StorageUnavailable",event="write refused"} 2.0\n'
    assert refused in metrics
    assert 'playground_records_total{code="",event="ready"} 1.0\n' in metrics


def test_entries_are_counted_by_kind_and_seconds_by_event(meters: Meters) -> None:
    tell(meters, "entries written", entries={"ranked": 100, "rewarded": 99})
    tell(meters, "click answered", seconds=0.02)
    metrics = meters.text.decode()
    assert 'playground_entries_total{kind="ranked"} 100.0\n' in metrics
    assert 'playground_seconds_bucket{event="click answered",le="0.01"} 0.0\n' in metrics
    assert 'playground_seconds_bucket{event="click answered",le="0.025"} 1.0\n' in metrics


def test_gauges_are_looked_up_when_somebody_asks(meters: Meters) -> None:
    assert b"playground_guests 3.0\n" in meters.text
    assert b"process_resident_memory_bytes" in meters.text
