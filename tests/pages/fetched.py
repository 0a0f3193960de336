"""Downloads as a browser receives them, without a server."""

import asyncio
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.types import Message

from pages.parts.shell.http_routes import ROUTES


class Answer(NamedTuple):
    """Response to a browser: the status, the headers, and the body in the received parts."""

    status: int
    headers: dict[str, str]
    parts: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


def fetch(path: str) -> Answer:
    """Follow a link and return the response."""
    said: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    asyncio.run(Starlette(routes=ROUTES)(scope, receive, send))
    first, *rest = said
    headers = {name.decode(): value.decode() for name, value in first["headers"]}
    return Answer(first["status"], headers, [part["body"] for part in rest])
