"""What second devices and the stages that they steer ask of this server.

The token stands in a header, and in the end of an address that no browser sends: no proxy logs it.
"""

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pages.parts.text.theme import theme
from pages.parts.work.remotes import VERBS, Remote, Seen, seen_by, steered_by
from pages.parts.work.request_body import body_of

REMOTE_PATH, LOOK_PATH, TOKEN = "/playground/remote", "/go", "X-Remote-Token"
_OVER = (
    "This stage has ended, or is not back yet. The page keeps trying. If this message stays, "
    "open the remote again with the code on the stage's own computer."
)
_TOO_OFTEN = "Too many presses. Wait a moment."
_MOST_BYTES, _MOST_HANDS, _LONGEST, _MANY = 2_048, 9, 80, 10_000
_FOLDER = Path(__file__).parent
_FILES = {"": "text/html", "/index.js": "text/javascript", "/style.css": "text/css"}
"""The page of a second device and what it asks for, by what stands behind the path."""


async def page(request: Request) -> Response:
    """The page of a second device, or one of its files."""
    name = request.url.path.rpartition(REMOTE_PATH)[2]
    text = (_FOLDER / (name.strip("/") or "index.html")).read_text(encoding="utf-8")
    told = _colours() + text if name == "/style.css" else text
    return Response(told, media_type=_FILES[name])


def _colours() -> str:
    """The colours of both themes, as the style sheet names them."""
    light, dark = (
        f":root{{--ground:{t.ground};--ink:{t.ink};--faint:{t.faint};--accent:{t.accent};"
        f"--line:{t.grid}}}"
        for t in (theme(False), theme(True))
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _remote(request: Request) -> Remote | None:
    return steered_by(request.headers.get(TOKEN, ""))


def _gone() -> Response:
    return JSONResponse({"error": _OVER}, 404)


async def state(request: Request) -> Response:
    """What a second device shows."""
    remote = _remote(request)
    return _gone() if remote is None else JSONResponse(remote.told)


async def press(request: Request) -> Response:
    """A button of a second device: the body is what it asks for."""
    remote, asked = _remote(request), await body_of(request, _MOST_BYTES)
    if remote is None:
        return _gone()
    verb = next((verb for verb in VERBS if verb.encode() == asked), None)
    if verb is None:
        return JSONResponse({"error": f"Only these can be requested: {', '.join(VERBS)}."}, 400)
    if not remote.press(verb):
        return JSONResponse({"error": _TOO_OFTEN}, 429)
    return Response(status_code=204)


async def hear(request: Request) -> Response:
    """The stage's browser tells what it knows, and is told what to do."""
    remote, body = _remote(request), await body_of(request, _MOST_BYTES)
    if remote is None:
        return _gone()
    return JSONResponse(remote.hear(seen(body)))


async def look(request: Request) -> Response:
    """What a stage shows, for who types the short address from its corner: to look and copy."""
    remote = seen_by(request.path_params["code"])
    if remote is None:
        return Response("No stage has this address.", 404, media_type="text/plain")
    return RedirectResponse(remote.way, 303)


def seen(body: bytes) -> Seen:
    """What a browser tells, whatever it sends: nothing where that is not what is meant."""
    try:
        told: Any = json.loads(body)
        hands = [(str(answer)[:_LONGEST], int(count)) for answer, count in told["hands"]]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return Seen()
    counted = [(answer, max(0, min(count, _MANY))) for answer, count in hands[:_MOST_HANDS]]
    return Seen(told.get("blank") is True, tuple(counted))


def remote_routes(base: str) -> list[Route]:
    """All of them, under the server's base path."""
    path = base + REMOTE_PATH
    return [
        *(Route(path + name, page) for name in _FILES),
        Route(f"{path}/state", state),
        Route(f"{path}/press", press, methods=["POST"]),
        Route(f"{path}/hear", hear, methods=["POST"]),
        Route(f"{base}{LOOK_PATH}/{{code}}", look),
    ]
