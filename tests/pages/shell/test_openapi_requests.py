"""Requests generated from the OpenAPI document: each answer is one that the document declares."""

from functools import cache
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.service.limits import CallLimits
from engine.service.openapi import openapi
from engine.service.operations import OPERATIONS
from engine.store import LoopLibrary, Store, StoredLoop
from pages.parts.shell.service_api import ApplicationCalls, ApplicationDoor

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
pytest_plugins = ["schemathesis.pytest.plugin"]

REQUESTS = 10_000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def library() -> tuple[LoopLibrary, str, TemporaryDirectory[str]]:
    """A library with a loop without a world, the loop's key, and the folder of both."""
    folder = TemporaryDirectory()
    store = Store.open(f"sqlite:///{folder.name}/events.db")
    loop = StoredLoop.create(store, owner="me")
    loop.save()
    return LoopLibrary(store), store.rotate_key(loop.id, "me", 1), folder


async def described(request: Request) -> Response:
    return JSONResponse(openapi())


LIMITS = CallLimits(per_second=1_000_000, burst=1_000_000)
CALLS = ApplicationCalls(LIMITS, lambda: library()[0])
APP = Starlette(
    routes=[Route("/openapi.json", described)],
    middleware=[Middleware(ApplicationDoor, calls=CALLS)],
)
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)
NUMBERS = count()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Number the operations: several processes run tests by their names, which must differ."""
    metafunc.parametrize("number", [next(NUMBERS)])


@schema.parametrize()
@settings(
    max_examples=-(-REQUESTS // (2 * len(OPERATIONS))),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_each_answer_is_a_declared_one(case: schemathesis.Case[Any], number: int) -> None:
    key = {"Ocp-Apim-Subscription-Key": library()[1]}
    case.call_and_validate(headers=key, checks=CHECKS)
