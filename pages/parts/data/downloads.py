"""Files on their way out: written as heavy work, part by part, while the browser takes them.

So neither the server's memory nor its disk holds a file, and one that nobody takes on is not
written on. The link has a token that only the browser's session was given: what is written
for it stands in line for that session, and ends with it.
"""

import asyncio
import io
import logging
import re
import secrets
from collections.abc import AsyncIterator
from threading import RLock

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from engine import PersonalizerError
from engine.store import About, Library
from engine.store.exchange.formats import FORMATS, Format
from pages.parts.clients import Client
from pages.parts.heavy_work import Job, Ticket, heavy_work
from pages.parts.library import look_up
from pages.parts.text import counted

_log = logging.getLogger(__name__)
DOWNLOAD_PATH = "/playground/download"
PART = 1 << 16
"""Bytes after which the browser gets what there is."""
_ELSEWHERE = "This link belongs to another visit. Load the Data page again."
_passes: dict[str, "Pass"] = {}


class Pass:
    """Lets one browser session take files along.

    Attributes:
        token: in its links.
        is_live: whether a page shows how far a file is: as long as it shows links.
        ticket: of the part that was last asked for.
    """

    is_live = True

    def __init__(self, client: Client) -> None:
        self.client, self.token = client, secrets.token_urlsafe(16)
        self.lock = RLock()
        self.ticket: Ticket[bytes] | None = None
        _passes[self.token] = self

    @property
    def told(self) -> str:
        """Whom a file waits for; nothing, if it waits for nobody."""
        ahead = self.ticket.place if self.ticket is not None else 0
        return f"Your file waits: {counted(ahead, 'job')} of others first." if ahead else ""

    def leave(self) -> None:
        """The session has ended."""
        _passes.pop(self.token, None)


@st.cache_resource(scope="session", on_release=Pass.leave, show_spinner=False)
def this_pass(_client: Client) -> Pass:
    """That of this browser session."""
    return Pass(_client)


def link_to(about: About, kind: Format, token: str) -> str:
    """Where a file of a loop is; the loop's id is not in it, which proxies log."""
    return f"{DOWNLOAD_PATH}/{token}/{about.view}/{kind.key}"


def file_name(about: About, kind: Format) -> str:
    """What a file is called, in letters that every system knows."""
    word = re.sub(r"[^a-z0-9]+", "-", about.name.lower()).strip("-") or "loop"
    return f"{word}{kind.suffix}"


class Download:
    """A loop on its way to a browser."""

    def __init__(self, kind: Format, library: Library, about: About, pass_: Pass) -> None:
        self._file, self._pass, self._bytes = io.BytesIO(), pass_, 0
        self._steps = kind.writing(library, about, self._file)

    async def part(self) -> bytes:
        """The next bytes, once it was this session's turn; none at the end."""
        client = self._pass.client
        self._pass.ticket = ticket = heavy_work().submit(
            self._written(), session=client.session, address=client.address, level=logging.DEBUG
        )
        part = await asyncio.wrap_future(ticket)
        self._bytes += len(part)
        return part

    def _written(self) -> Job[bytes]:
        for _ in self._steps:
            if self._file.tell() >= PART:
                break
            yield None
        part = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return part

    async def parts(self, first: bytes) -> AsyncIterator[bytes]:
        """All of it."""
        part = first
        while part:
            yield part
            part = await self.part()
        _log.info("download ended", extra={"bytes": self._bytes})


async def send(request: Request) -> Response:
    """A loop as a file for the session that was given the token."""
    told = request.path_params
    pass_ = _passes.get(told["token"])
    kind = next((kind for kind in FORMATS if kind.key == told["kind"]), None)
    if pass_ is None or kind is None:
        return PlainTextResponse(_ELSEWHERE, 403)
    try:
        library, about = await asyncio.to_thread(look_up, told["loop"])
        download = Download(kind, library, about, pass_)
        first = await download.part()
    except PersonalizerError as error:
        _log.warning("download refused", extra={"code": error.code})
        return PlainTextResponse(error.message, 503)
    saved_as = f'attachment; filename="{file_name(about, kind)}"'
    return StreamingResponse(
        download.parts(first), media_type=kind.mime, headers={"Content-Disposition": saved_as}
    )
