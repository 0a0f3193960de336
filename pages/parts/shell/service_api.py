"""The door for applications: the service's operations on the app's own port.

Calls leave the chain of middleware before Streamlit's own part (cookies, compression, paths of
files), which they do not need.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock, Thread
from time import monotonic, perf_counter, sleep

from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import PersonalizerError
from engine.evaluation.automatic_optimisation import AutomaticOptimisation
from engine.pausable_steps import Steps
from engine.service.call_types import Call, Reply, refused
from engine.service.limits import CallLimits, RateLimit
from engine.service.openapi import openapi
from engine.service.operations import answered
from engine.service.server_state import Server
from engine.store import LoopLibrary
from pages.parts.settings.loop_library_access import library_of_server
from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.text.base_path import base_path
from pages.parts.work.recent_calls import recent_calls
from pages.parts.work.request_body_limit import body_of

_log = logging.getLogger(__name__)

API_PATH = "/personalizer"
"""Path of the service's operations below the app's own."""
AT_ONCE = 4
"""Calls that are answered at the same time; those of one loop wait for each other."""
SLICE, REST = 0.05, 0.005
"""Seconds of work on a job, and of rest afterwards."""
WAITS_IN_SLICE, PAUSE = 20, 1.0
"""Expired waits that end together, and seconds between two looks for more."""
_METHODS = ("GET", "PUT", "POST", "DELETE")


def api_prefix() -> str:
    """Path of the service's operations."""
    return f"{base_path()}{API_PATH}"


class ApplicationCalls:
    """ASGI app that answers the calls of applications.

    Args:
        limits: of all keys.
        library: opens the library; StoreError without a database.
    """

    def __init__(
        self, limits: CallLimits, library: Callable[[], LoopLibrary] = library_of_server
    ) -> None:
        self._limits, self._library, self._opening = limits, library, Lock()
        self._prefix = api_prefix()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="applications")
        self._jobs = ThreadPoolExecutor(1, thread_name_prefix="application jobs")

    @cached_property
    def _server(self) -> Server:
        server = Server(self._library(), self._limits, RateLimit(self._limits))
        background = (server, self._do_in_background)
        Thread(target=maintain, args=background, name="maintenance", daemon=True).start()
        return server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = perf_counter()
        call = await self._call_of(scope, receive)
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(self._threads, self.reply, call)
        if reply.work is not None:
            self._do_in_background(reply.work)
        seconds = perf_counter() - start
        headers = {**reply.headers, "Cache-Control": "no-store"}
        if reply.media_type:
            headers["Content-Type"] = reply.media_type
        try:
            await Response(reply.body, reply.status, headers)(scope, receive, send)
        finally:
            recent_calls().note(call, reply, seconds)
            told = {"code": reply.code, "seconds": seconds}
            _log.debug(f"application called {reply.operation or 'nothing'}", extra=told)

    async def _call_of(self, scope: Scope, receive: Receive) -> Call:
        path = scope["path"].removeprefix(self._prefix)
        is_model = scope["method"] == "PUT" and path.endswith("/model")
        most = self._limits.model_bytes if is_model else self._limits.body_bytes
        return Call(
            scope["method"],
            path,
            dict(QueryParams(scope["query_string"])) if scope["query_string"] else {},
            {  # The first of several headers with one name counts.
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in reversed(scope["headers"])
            },
            await body_of(Request(scope, receive), most + 1),
        )

    def _do_in_background(self, work: Steps[None]) -> None:
        self._jobs.submit(in_slices, work)

    def reply(self, call: Call) -> Reply:
        """Answer a call; 503 without a database."""
        try:
            with self._opening:
                server = self._server
        except PersonalizerError as error:
            return refused(error)
        return answered(server, call)


def in_slices(work: Steps[None]) -> None:
    """Do a job with rests, so that calls and pages are answered meanwhile."""
    start = monotonic()
    try:
        for _ in work:
            if monotonic() - start >= SLICE:
                sleep(REST)
                start = monotonic()
    except Exception as error:
        _log.exception("application job failed", extra={"code": type(error).__name__})


def maintain(
    server: Server,
    start: Callable[[Steps[None]], object],
    pause: Callable[[float], None] = sleep,
) -> None:
    """End expired waits of served loops in slices and start due optimisations, for as long as the
    process runs.

    Args:
        start: starts the steps of an optimisation in the background.
    """
    optimisation = AutomaticOptimisation(server.library.store)
    while True:
        ended = 0
        try:
            ended = server.served.end_waits(WAITS_IN_SLICE)
            for work in () if ended else optimisation.started(server.served.loops):
                start(work)
        except Exception as error:
            _log.exception("maintenance failed", extra={"code": type(error).__name__})
        pause(REST if ended else PAUSE)


async def _describe(request: Request) -> Response:
    return JSONResponse(openapi())


class ApplicationDoor:
    """Middleware that hands the calls of applications to another ASGI app.

    Args:
        app: for all other requests.
        calls: for the calls of applications.
    """

    def __init__(self, app: ASGIApp, calls: ASGIApp) -> None:
        self._app, self._calls, self._prefix = app, calls, api_prefix()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        is_below = path == self._prefix or path.startswith(f"{self._prefix}/")
        is_call = scope["type"] == "http" and is_below
        await (self._calls if is_call else self._app)(scope, receive, send)


def application_middleware(operations: Operations, limits: CallLimits) -> list[Middleware]:
    """Middleware with the service's operations; none if the operator has switched them off."""
    recent_calls().is_open = operations.api != "off"
    if operations.api == "off":
        return []
    calls: ASGIApp = ApplicationCalls(limits)
    if operations.api_origins:
        calls = CORSMiddleware(
            calls,
            allow_origins=operations.api_origins,
            allow_methods=_METHODS,
            allow_headers=["*"],
            expose_headers=["x-ms-error-code"],
        )
    return [Middleware(ApplicationDoor, calls=calls)]


def application_routes(operations: Operations) -> list[Route]:
    """Route of the operations' description; none if the operator has switched them off."""
    if operations.api == "off":
        return []
    return [Route(f"{base_path()}/openapi.json", _describe)]
