"""HTTP routes for remote controls and the stages they steer.

The token is sent in a header, and in the fragment of an address, which browsers do not send: so
proxies do not log it.
"""

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pages.parts.text.theme import theme
from pages.parts.work.request_body_limit import body_of
from pages.parts.work.stage_remotes import (
    VERBS,
    Remote,
    StageReport,
    remote_of_code,
    remote_of_token,
)

REMOTE_PATH, LOOK_PATH, TOKEN = "/playground/remote", "/go", "X-Remote-Token"
_OVER = (
    "This stage has ended, or is not back yet. The page keeps trying. If this message stays, "
    "open the remote again with the code on the stage's own computer."
)
_TOO_OFTEN = "Too many presses. Wait a moment."
_MOST_BYTES, _MOST_HANDS, _LONGEST, _MANY = 2_048, 9, 80, 10_000
_FOLDER = Path(__file__).parent
_FILES = {"": "text/html", "/index.js": "text/javascript", "/style.css": "text/css"}
"""Media types of the remote's page and its files, by the rest of the path."""


async def page(request: Request) -> Response:
    """Return the remote's page or a file of the page."""
    name = request.url.path.rpartition(REMOTE_PATH)[2]
    text = (_FOLDER / (name.strip("/") or "index.html")).read_text(encoding="utf-8")
    content = _colours() + text if name == "/style.css" else text
    return Response(content, media_type=_FILES[name])


def _colours() -> str:
    """Return the colours of both themes as CSS variables."""
    light, dark = (
        f":root{{--ground:{t.ground};--ink:{t.ink};--faint:{t.faint};--accent:{t.accent};"
        f"--line:{t.grid}}}"
        for t in (theme(False), theme(True))
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _remote(request: Request) -> Remote | None:
    return remote_of_token(request.headers.get(TOKEN, ""))


def _gone() -> Response:
    return JSONResponse({"error": _OVER}, 404)


async def state(request: Request) -> Response:
    """Return the state for a remote."""
    remote = _remote(request)
    return _gone() if remote is None else JSONResponse(remote.state)


async def press(request: Request) -> Response:
    """Queue a request of a remote; the body is the verb."""
    remote, body = _remote(request), await body_of(request, _MOST_BYTES)
    if remote is None:
        return _gone()
    verb = next((verb for verb in VERBS if verb.encode() == body), None)
    if verb is None:
        return JSONResponse({"error": f"Only these can be requested: {', '.join(VERBS)}."}, 400)
    if not remote.press(verb):
        return JSONResponse({"error": _TOO_OFTEN}, 429)
    return Response(status_code=204)


async def hear(request: Request) -> Response:
    """Take the state of the stage's browser, and return its pending work."""
    remote, body = _remote(request), await body_of(request, _MOST_BYTES)
    if remote is None:
        return _gone()
    return JSONResponse(remote.poll(report_of(body)))


async def look(request: Request) -> Response:
    """Redirect the short address in a stage's corner to the displayed content, to view and copy."""
    remote = remote_of_code(request.path_params["code"])
    if remote is None:
        return Response("No stage has this address.", 404, media_type="text/plain")
    return RedirectResponse(remote.relative_link, 303)


def report_of(body: bytes) -> StageReport:
    """Parse a report of the stage's browser; empty if malformed."""
    try:
        report: Any = json.loads(body)
        hands = [(str(answer)[:_LONGEST], int(count)) for answer, count in report["hands"]]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return StageReport()
    counted = [(answer, max(0, min(count, _MANY))) for answer, count in hands[:_MOST_HANDS]]
    return StageReport(report.get("blank") is True, tuple(counted))


def remote_routes(base: str) -> list[Route]:
    """Return the routes, under the server's base path."""
    path = base + REMOTE_PATH
    return [
        *(Route(path + name, page) for name in _FILES),
        Route(f"{path}/state", state),
        Route(f"{path}/press", press, methods=["POST"]),
        Route(f"{path}/hear", hear, methods=["POST"]),
        Route(f"{base}{LOOK_PATH}/{{code}}", look),
    ]
