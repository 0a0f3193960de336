"""How long a log is, for who watches it."""

import asyncio
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from pages.parts.routes import ROUTES
from tests.pages.conftest import App

Open = Callable[..., App]


def test_the_browser_learns_how_long_a_log_is(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    told = ask_length(str(app.session.open.link))
    assert json.loads(bytes(told.body)) == {"length": app.session.drawn} == {"length": 3}
    assert ask_length("nobody").status_code == 404


def ask_length(loop: str) -> Response:
    (route,) = ROUTES
    answer: Response = asyncio.run(
        route.endpoint(Request({"type": "http", "path_params": {"loop": loop}}))
    )
    return answer
