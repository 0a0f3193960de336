"""Calls with any body, id, parameters and headers: each is answered, and none by a server error."""

import json
from collections.abc import Mapping
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.service.json_bodies import STATUSES
from engine.service.operations import OPERATIONS
from engine.store import Store
from tests.engine.service.calling import CONFIGURATION, RANK, Application

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
PARTS: list[dict[str, Any]] = [
    RANK,
    CONFIGURATION,
    {"value": 1},
    {"name": "n", "startTime": "", "endTime": ""},
]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Any bytes, any JSON, or a valid body with parts of it replaced by any JSON."""
    match draw(st.integers(0, 2)):
        case 0:
            return draw(st.binary(max_size=200))
        case 1:
            return json.dumps(draw(VALUES)).encode()
        case _:
            valid: dict[str, Any] = draw(st.sampled_from(PARTS))
            changed = {name: draw(VALUES) for name in valid if draw(st.booleans())}
            return json.dumps({**valid, **changed}).encode()


WORDS = st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=3)
QUERIES = st.dictionaries(
    st.sampled_from(sorted({name for one in OPERATIONS for name in one.query})),
    st.text(max_size=20) | st.sampled_from(["1", "-1", "2026-01-01T00:00:00Z", "PT1H"]),
    max_size=3,
)


@cache
def application() -> tuple[Application, TemporaryDirectory[str]]:
    folder = TemporaryDirectory()
    return Application.of(Store.open(f"sqlite:///{folder.name}/service.db")), folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(100, id="quick"),
        pytest.param(5_000, id="all", marks=pytest.mark.nightly),
    ],
)
def test_each_call_is_answered_by_its_operation_or_refused(examples: int) -> None:
    called, _ = application()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(OPERATIONS), bodies(), st.text(max_size=30), WORDS, QUERIES)
    def answer(
        operation: Any, body: bytes, name: str, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> None:
        path = operation.path.replace("{id}", name)
        answer = called.call(operation.method, path, body, headers, **query)
        assert answer.status < 500
        assert answer.status in {200, 201, 204, 400, *STATUSES.values()}
        assert (answer.status >= 400) == bool(answer.code)
        assert answer.body is not None

    answer()
