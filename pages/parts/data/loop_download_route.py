"""Downloads of loops: background jobs write the parts of a file as the browser takes them.

Neither memory nor disk of the server holds a whole file, and writing stops if nobody reads on. The
link has a token known only to the browser's session: its parts are queued for that session, and
the download ends with it.
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
from engine.pausable_steps import Steps
from engine.store import LoopInfo, LoopLibrary
from engine.store.exchange.loop_export import FORMATS, Format
from pages.parts.settings.loop_library_access import look_up
from pages.parts.work.download_permission import ELSEWHERE, OVER, DownloadPermission, permission_of
from pages.parts.work.job_queue import jobs

_log = logging.getLogger(__name__)
DOWNLOAD_PATH = "/playground/download"
PART = 1 << 16
"""Bytes of a part."""


def link_to(about: LoopInfo, kind: Format, token: str) -> str:
    """Return the path of a loop's file; without the loop's id, since proxies log paths."""
    return f"{DOWNLOAD_PATH}/{token}/{about.view}/{kind.key}"


def file_name(about: LoopInfo, kind: Format) -> str:
    """Return the name of a file, in characters valid on every system."""
    word = re.sub(r"[^a-z0-9]+", "-", about.name.lower()).strip("-") or "loop"
    return f"{word}{kind.suffix}"


class Download:
    """Download of a loop in parts."""

    def __init__(
        self, kind: Format, library: LoopLibrary, about: LoopInfo, permission: DownloadPermission
    ) -> None:
        self._file, self._permission, self._bytes = io.BytesIO(), permission, 0
        self._steps = kind.writing(library, about, self._file)

    async def part(self) -> bytes:
        """Return the next bytes after a turn in the job queue; empty at the end.

        Raises:
            PersonalizerError: if they cannot be read, or the session has ended.
        """
        job = jobs().submit(self._written(), self._permission.session, logging.DEBUG)
        self._permission.job = job
        try:
            part = await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            here = asyncio.current_task()
            if here is not None and here.cancelling():
                raise  # The browser closed the connection.
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
        """Yield the first part and all later parts."""
        part = first
        while part:
            yield part
            part = await self.part()
        _log.info("download ended", extra={"bytes": self._bytes})


class DownloadResponse(StreamingResponse):
    """Response with a file; cut off after an error, which browsers report as a failed download."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except PersonalizerError as error:
            _log.warning("download cut", extra={"code": error.code})


async def send(request: Request) -> Response:
    """Return a loop as a file to the session with the token."""
    params = request.path_params
    permission = permission_of(params["token"])
    kind = next((kind for kind in FORMATS if kind.key == params["kind"]), None)
    if permission is None or kind is None:
        return PlainTextResponse(ELSEWHERE, 403)
    try:
        library, about = await asyncio.to_thread(look_up, params["loop"])
        download = Download(kind, library, about, permission)
        first = await download.part()
    except PersonalizerError as error:
        _log.warning("download refused", extra={"code": error.code})
        return PlainTextResponse(error.message, 503)
    saved_as = f'attachment; filename="{file_name(about, kind)}"'
    return DownloadResponse(
        download.parts(first), media_type=kind.mime, headers={"Content-Disposition": saved_as}
    )
