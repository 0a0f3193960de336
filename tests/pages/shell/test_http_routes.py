"""Route with the length of a log."""

import asyncio
import json
from collections.abc import Callable, Collection

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from engine.errors import StoreError
from pages.parts.shell.http_routes import ROUTES
from pages.parts.work.log_length_route import Lengths
from tests.pages.conftest import App

Open = Callable[..., App]


def test_the_browser_learns_how_long_a_log_is(open_app: Open) -> None:
    app = open_app()
    app.answer(1.0)
    response = ask_length(str(app.session.open.link).encode())
    assert json.loads(bytes(response.body)) == {"length": app.session.drawn} == {"length": 3}
    assert ask_length(b"nobody").status_code == 404


def test_simultaneous_polls_share_one_query() -> None:
    queries: list[set[str]] = []

    def ask(names: Collection[str]) -> dict[str, int]:
        queries.append(set(names))
        return {name: len(name) for name in names if name != "nobody"}

    async def all_at_once() -> list[int | None]:
        lengths = Lengths(ask)
        lengths_now = await asyncio.gather(*map(lengths.of, ("one", "three", "nobody", "one")))
        return [*lengths_now, await lengths.of("later")]

    assert asyncio.run(all_at_once()) == [3, 5, None, 3, 5]
    assert queries == [{"one", "three", "nobody"}, {"later"}]


def test_a_cancelled_poll_does_not_affect_others_and_a_fault_gives_no_length() -> None:
    def fail(names: Collection[str]) -> dict[str, int]:
        raise StoreError("the database is away")

    async def one_leaves() -> int | None:
        lengths = Lengths(lambda names: dict.fromkeys(names, 7))
        leaves = asyncio.create_task(lengths.of("one"))
        stays = asyncio.create_task(lengths.of("two"))
        await asyncio.sleep(0)
        leaves.cancel()
        return await stays

    assert asyncio.run(one_leaves()) == 7
    assert asyncio.run(Lengths(fail).of("one")) is None


@pytest.mark.parametrize("name", [b"", b"\xff", b"x" * 1_000, b"\0", b"a b"])
def test_invalid_loop_names_are_not_found(open_app: Open, name: bytes) -> None:
    assert ask_length(name).status_code == 404


def test_a_browser_that_leaves_in_the_middle_of_a_name_is_no_fault(open_app: Open) -> None:
    cut = {"type": "http.request", "body": b"a", "more_body": True}
    assert ask_length(cut, {"type": "http.disconnect"}).status_code == 404


def ask_length(*sent: bytes | Message) -> Response:
    left = [{"type": "http.request", "body": b} if isinstance(b, bytes) else b for b in sent]

    async def ask() -> Response:
        async def receive() -> Message:
            return left.pop(0)

        route = ROUTES[0]
        answer: Response = await route.endpoint(Request({"type": "http"}, receive))
        return answer

    return asyncio.run(ask())
