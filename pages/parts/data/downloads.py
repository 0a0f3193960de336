"""Downloads of loops: background jobs write the parts of a file as the browser takes them.

So neither the server's memory nor its disk holds a file, and one that nobody takes on is not
written on. The link has a token that only the browser's session was given: what is written
for it stands in line for that session, and ends with it.
"""

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Send

from engine import PersonalizerError
from engine.steps import Steps
from engine.store import Library, LoopInfo
from engine.store.exchange.formats import FORMATS, Format
from pages.parts.settings.library import look_up
from pages.parts.work.download_tokens import ELSEWHERE, OVER, Pass, pass_of
from pages.parts.work.jobs import jobs

_log = logging.getLogger(__name__)
DOWNLOAD_PATH = "/playground/download"
PART = 1 << 16
"""Bytes after which the browser gets what there is."""


def link_to(about: LoopInfo, kind: Format, token: str) -> str:
    """Where a file of a loop is; the loop's id is not in it, which proxies log."""
    return f"{DOWNLOAD_PATH}/{token}/{about.view}/{kind.key}"


def file_name(about: LoopInfo, kind: Format) -> str:
    """What a file is called, in letters that every system knows."""
    word = re.sub(r"[^a-z0-9]+", "-", about.name.lower()).strip("-") or "loop"
    return f"{word}{kind.suffix}"


class Download:
    """A loop on its way to a browser."""

    def __init__(self, kind: Format, library: Library, about: LoopInfo, pass_: Pass) -> None:
        self._file, self._pass, self._bytes = io.BytesIO(), pass_, 0
        self._steps = kind.writing(library, about, self._file)

    async def part(self) -> bytes:
        """The next bytes, once it was this session's turn; none at the end.

        Raises:
            PersonalizerError: if they cannot be read, or the session has ended.
        """
        job = jobs().submit(self._written(), self._pass.client, logging.DEBUG)
        self._pass.job = job
        try:
            part = await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            here = asyncio.current_task()
            if here is not None and here.cancelling():
                raise  # The browser has hung up.
            raise PersonalizerError("OperationNotAllowed", OVER, "download") from None
        self._bytes += len(part)
        return part

    def _written(self) -> Steps[bytes]:
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


class File(StreamingResponse):
    """A file; it breaks off, and browsers say so, where there is no more of it to be had."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except PersonalizerError as error:
            _log.warning("download cut", extra={"code": error.code})


async def send(request: Request) -> Response:
    """A loop as a file for the session that was given the token."""
    told = request.path_params
    pass_ = pass_of(told["token"])
    kind = next((kind for kind in FORMATS if kind.key == told["kind"]), None)
    if pass_ is None or kind is None:
        return PlainTextResponse(ELSEWHERE, 403)
    try:
        library, about = await asyncio.to_thread(look_up, told["loop"])
        download = Download(kind, library, about, pass_)
        first = await download.part()
    except PersonalizerError as error:
        _log.warning("download refused", extra={"code": error.code})
        return PlainTextResponse(error.message, 503)
    saved_as = f'attachment; filename="{file_name(about, kind)}"'
    return File(
        download.parts(first), media_type=kind.mime, headers={"Content-Disposition": saved_as}
    )
