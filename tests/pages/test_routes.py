"""How long a log is, for who watches it."""

import asyncio
import json
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from pages.parts.routes import ROUTES
from tests.pages.conftest import App

Open = Callable[..., App]


def test_the_browser_learns_how_long_a_log_is(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    told = ask_length(str(app.session.open.link).encode())
    assert json.loads(bytes(told.body)) == {"length": app.session.drawn} == {"length": 3}
    assert ask_length(b"nobody").status_code == 404


@pytest.mark.parametrize("name", [b"", b"\xff", b"x" * 1_000])
def test_what_is_no_name_of_a_loop_is_not_found(open_app: Open, name: bytes) -> None:
    assert ask_length(name).status_code == 404


def ask_length(loop: bytes) -> Response:
    async def ask() -> Response:
        async def receive() -> Message:
            return {"type": "http.request", "body": loop}

        route = ROUTES[0]
        answer: Response = await route.endpoint(Request({"type": "http"}, receive))
        return answer

    return asyncio.run(ask())
