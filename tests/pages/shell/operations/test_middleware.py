"""Middleware: allowed hosts and origins, security headers."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config

from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.shell.operations.middleware import (
    OwnOriginOnly,
    all_middleware,
    broken,
    inline_scripts,
)

TOKEN = "0123456789abcdef"
COUNTERS = (
    "/_stcore/metrics",
    "/_stcore/metrics/",
    "/playground/metrics",
    "/below/playground/metrics",
)


async def greet(request: Request) -> Response:
    return PlainTextResponse("hello", headers={"Referrer-Policy": "unsafe-url"})


async def fail(request: Request) -> Response:
    raise ZeroDivisionError


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")


def client(operations: Operations | None = None) -> TestClient:
    operations = operations or Operations()
    paths = ("/", *COUNTERS)
    app = Starlette(
        routes=[
            *(Route(path, greet) for path in paths),
            Route("/fail", fail),
            Route("/sent", greet, methods=["POST", "GET"]),
            WebSocketRoute("/_stcore/stream", talk),
        ],
        middleware=all_middleware(operations),
        exception_handlers={Exception: broken(operations)},
    )
    return TestClient(app, "http://app.example.com", raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/", "/nothing", "/_stcore/metrics", "/fail"])
def test_every_answer_carries_the_headers(path: str) -> None:
    headers = client().get(path).headers
    policy = headers["content-security-policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'self'"
    assert "unsafe" not in directives["script-src"]
    assert directives["frame-ancestors"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_embedding_sites_can_be_configured() -> None:
    operations = Operations(frame_ancestors=("'self'", "https://slides.example.com"))
    policy = client(operations).get("/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://slides.example.com")


def test_the_scripts_in_the_first_page_are_known_by_their_digests() -> None:
    scripts = (
        "\n      window.prerenderReady = false\n    ",
        "window.playgroundAnswer = location.hash;",
    )
    digests = (b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    assert inline_scripts() == " ".join(f"'sha256-{digest}'" for digest in digests)


@pytest.mark.parametrize(
    ("host", "status"),
    [("app.example.com", 200), ("a.example.org:8501", 200), ("evil.example", 400), ("", 400)],
)
def test_names_that_nobody_gave_the_server_are_refused(host: str, status: int) -> None:
    browser = client(Operations(hosts=("app.example.com", "*.example.org")))
    assert browser.get("/", headers={"Host": host}).status_code == status


def test_nobody_is_sent_on_to_another_name() -> None:
    browser = client(Operations(hosts=("www.example.com",)))
    assert browser.get("/", headers={"Host": "www.example.com"}).status_code == 200
    assert browser.get("/", headers={"Host": "example.com"}).status_code == 400


def test_without_names_any_is_taken() -> None:
    assert client().get("/", headers={"Host": "whatever.example"}).status_code == 200


def opens(origin: str | None, operations: Operations | None = None) -> bool:
    headers = {"Host": "app.example.com"} | ({} if origin is None else {"Origin": origin})
    try:
        with client(operations).websocket_connect("/_stcore/stream", headers=headers) as socket:
            return socket.receive_text() == "hello"
    except WebSocketDisconnect:
        return False


def test_a_socket_of_another_origin_is_closed_before_it_is_opened() -> None:
    """An unanswered server would log an error."""
    sent = list[str]()

    async def send(message: Message) -> None:
        sent.append(message["type"])

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def never(*_: object) -> None:
        raise AssertionError("it came in")

    headers = [(b"host", b"app.example.com"), (b"origin", b"http://evil.example")]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    asyncio.run(OwnOriginOnly(never)(scope, receive, send))
    assert sent == ["websocket.close"]


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://app.example.com", True),
        ("https://app.example.com", True),
        ("http://app.example.com:8502", False),
        ("http://localhost:3000", False),
        ("http://127.0.0.1:8501", False),
        ("null", False),
        ("https://evil.example", False),
    ],
)
def test_a_socket_is_opened_by_own_pages_only(origin: str | None, may: bool) -> None:
    assert opens(origin) is may


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_sent_by_pages_of_others(method: str) -> None:
    def status(**headers: str) -> int:
        return client().request(method, "/sent", headers=headers).status_code

    assert status() == status(Origin="http://app.example.com") == 200
    assert status(Origin="http://evil.example") == (200 if method == "GET" else 403)


@pytest.fixture
def set_option(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, object], None]:
    def to(name: str, value: object) -> None:
        known = config.get_option
        monkeypatch.setattr(
            "streamlit.get_option", lambda option: value if option == name else known(option)
        )

    return to


def test_other_origins_can_be_allowed(set_option: Callable[[str, object], None]) -> None:
    set_option("server.corsAllowedOrigins", ["https://front.example"])
    assert opens("https://front.example")
    assert not opens("https://other.example")


def test_who_switches_the_check_off_has_it_off(set_option: Callable[[str, object], None]) -> None:
    set_option("server.enableCORS", False)
    assert opens("https://evil.example")


def test_a_socket_under_a_wrong_name_is_refused() -> None:
    assert not opens(None, Operations(hosts=("other.example",)))


@pytest.mark.parametrize("path", COUNTERS)
def test_counters_are_read_by_who_knows_the_token(path: str) -> None:
    for bearer in ("", "Bearer ", f"Bearer {TOKEN}", f"Bearer {TOKEN}x"):
        headers = {"Authorization": bearer}
        assert client().get(path, headers=headers).status_code == 404
        knows = bearer == f"Bearer {TOKEN}"
        status = client(Operations(metrics_token=TOKEN)).get(path, headers=headers).status_code
        assert status == (200 if knows else 404)
