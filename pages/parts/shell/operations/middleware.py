"""ASGI middleware: allowed hosts and origins, security headers, protected counters.

The start page contains two inline scripts, allowed by their digests; all other scripts are files of
this server or created by them (``blob:``: the components). Streamlit inserts thousands of styles at
run time, so styles stay ``unsafe-inline``. ``unsafe-eval`` is not needed, because charts use Vega's
expression interpreter.
"""

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from pages.parts.shell.first_paint import page
from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.work.server_logging import FOREIGN

_log = logging.getLogger(__name__)
_PERMISSIONS = ("camera", "geolocation", "microphone", "payment", "serial", "usb")
_POLICY = 1_008
"""Close code of a refused WebSocket (policy violation)."""
_READING = ("GET", "HEAD", "OPTIONS")
_COUNTERS = ("/_stcore/metrics", "/playground/metrics")


def all_middleware(operations: Operations, *calls: Middleware) -> list[Middleware]:
    """Return all middleware, outermost first.

    Args:
        calls: middleware that answers applications. Their calls may come from pages of any origin:
            they have a key, which no foreign page can know.
    """
    return [
        Middleware(SecurityHeaders, headers=security_headers(operations)),
        Middleware(
            TrustedHostMiddleware,
            allowed_hosts=operations.hosts or ["*"],
            www_redirect=False,
        ),
        *calls,
        Middleware(OwnOriginOnly),
        Middleware(Counters, token=operations.metrics_token),
    ]


def security_headers(operations: Operations) -> dict[str, str]:
    """Return the headers of every response."""
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {inline_scripts()}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(operations.frame_ancestors),
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _PERMISSIONS),
    }


def broken(operations: Operations) -> Callable[[Request, Exception], Response]:
    """Return the handler of route errors, which adds the headers that middleware cannot add
    there."""
    headers = security_headers(operations)

    def answer(request: Request, error: Exception) -> Response:
        return PlainTextResponse("Internal Server Error", status_code=500, headers=headers)

    return answer


@cache
def inline_scripts() -> str:
    """Return digests of the start page's inline scripts."""
    scripts = re.findall(r"<script>(.*?)</script>", page(), flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class SecurityHeaders:
    """Middleware that sets the same headers on every response, replacing Streamlit's."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = {name.lower().encode(): value.encode() for name, value in headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [pair for pair in message["headers"] if pair[0] not in self._headers]
                message["headers"] = [*others, *self._headers.items()]
            await send(message)

        # WebSocket messages have no headers.
        answers = scope["type"] == "http"
        await self._app(scope, receive, with_headers if answers else send)


class OwnOriginOnly:
    """Middleware that refuses WebSockets and writing requests from pages of other origins.

    Streamlit accepts any origin of the same machine, and asks a server on the internet for its own
    address before refusing an origin. ``server.corsAllowedOrigins`` names further origins;
    ``server.enableCORS = false`` allows all origins, as in Streamlit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["type"] == "http" and scope["method"] in _READING
        if reads or scope["type"] == "lifespan" or not _is_foreign(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            _log.warning(FOREIGN)
            await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 403, or close a WebSocket before opening, which browsers treat alike.

    Without either, uvicorn would log an error.
    """
    if scope["type"] == "websocket":
        await WebSocketClose(code=_POLICY)(scope, receive, send)
    else:
        await PlainTextResponse("Forbidden", status_code=403)(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return False
    allowed: list[str] = st.get_option("server.corsAllowedOrigins")
    return urlsplit(origin).netloc != headers.get("host") and origin not in allowed


class Counters:
    """Middleware that answers 404 for counters unless the request has the token and a token is
    set."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._bearer = app, f"Bearer {token}" if token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(_COUNTERS):
            credentials = Headers(scope=scope).get("authorization", "")
            if not self._bearer or not hmac.compare_digest(
                credentials.encode(), self._bearer.encode()
            ):
                await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
                return
        await self._app(scope, receive, send)
