"""Files on their way in: on this server's disk until they were brought in, or are not wanted.

The browser sends a file to a route of its own, with a token that only its session was given.
"""

import asyncio
import io
import logging
import os
import secrets
import tempfile
from functools import cache
from threading import RLock
from typing import Any, BinaryIO

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from engine.loop.lock import locked
from engine.store import Limits

_log = logging.getLogger(__name__)
UPLOAD_PATH, TOKEN = "/playground/upload", "X-Upload-Token"
FILES = 8
"""Files of the largest size for which there is room on the server at once."""
_PART = 1 << 16
"""Bytes that are read at once."""


class RefusedError(Exception):
    """A file that is not taken: why, in a sentence."""


class _Reading(io.RawIOBase):
    """A file's bytes from a place of this reader's own: copies of a descriptor share theirs, and
    one page may look what is in a file while another brings it in."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._descriptor, self._at = os.dup(file.fileno()), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        size = os.fstat(self._descriptor).st_size
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: size}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        part = os.pread(self._descriptor, len(buffer), self._at)
        self._at += len(part)
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


class Incoming:
    """The file of one request, on its way to a session's place; only the latest comes there.

    Attributes:
        size: its bytes so far.
    """

    def __init__(self, upload: "Upload", server: "Uploads") -> None:
        self.lock, self._upload, self._server = server.lock, upload, server
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - `drop` or `free` closes it
        self.size = 0

    @locked
    def write(self, part: bytes) -> None:
        """One more part of the file.

        Raises:
            RefusedError: if there is no room for it, or another file is wanted by now; nothing of
                the file is kept.
        """
        try:
            self._check_wanted()
            self._server.make_room(self.size, len(part))
            self.size += len(part)
            self._file.write(part)
        except (RefusedError, OSError) as error:
            self.drop()
            if isinstance(error, OSError):
                raise RefusedError("The server's disk has no room for it.") from error
            raise

    @locked
    def end(self) -> None:
        """All of it is here: it comes to its place.

        Raises:
            RefusedError: if another file is wanted by now.
        """
        self._check_wanted()
        self._file.flush()
        self._upload.take(self._file, self.size)

    @locked
    def drop(self) -> None:
        """Keep nothing of it."""
        self._file.close()
        self._server.held -= self.size
        self.size = 0
        if self._upload.incoming is self:
            self._upload.incoming = None

    def _check_wanted(self) -> None:
        if self._upload.incoming is not self:
            raise RefusedError("It is no longer needed.")


class Upload:
    """The place of one browser session: one file at a time.

    Attributes:
        token: lets the browser send a file, once.
        name: of the file, as the browser tells it.
        incoming: the file that is on its way here, if any.
        file: the whole file that came last; None before.
        size: its bytes.
    """

    def __init__(self, server: "Uploads") -> None:
        self.lock, self._server = server.lock, server
        self.name, self.size = "", 0
        self.incoming: Incoming | None = None
        self.file: BinaryIO | None = None
        self.token = server.expect(self)

    @property
    def is_whole(self) -> bool:
        """Whether a whole file is here."""
        return self.file is not None

    @locked
    def begin(self) -> Incoming:
        """Take a file in place of the one before, and of any that is still on its way."""
        self.free()
        self.incoming = Incoming(self, self._server)
        return self.incoming

    @locked
    def take(self, file: BinaryIO, size: int) -> None:
        """A whole file is here, whose bytes are counted already."""
        self.incoming, self.file, self.size = None, file, size

    @locked
    def reader(self) -> BinaryIO:
        """The file from its first byte, for whoever reads it on while its place may be left."""
        assert self.file is not None
        return io.BufferedReader(_Reading(self.file), _PART)

    @locked
    def free(self) -> None:
        """Keep no file, and let the browser send another."""
        if self.incoming is not None:
            self.incoming.drop()
        if self.file is not None:
            self.file.close()
        self._server.held -= self.size
        self.file, self.size = None, 0
        self._server.forget(self.token)
        self.token = self._server.expect(self)

    @locked
    def leave(self) -> None:
        """The session has ended."""
        self.free()
        self._server.forget(self.token)


class Uploads:
    """The places of all sessions of this process.

    Attributes:
        held: bytes of all files that are here.

    Args:
        most: MiB of one file.
    """

    def __init__(self, most: int) -> None:
        self.lock, self.held = RLock(), 0
        self._most = most
        self._expected: dict[str, Upload] = {}

    @locked
    def expect(self, upload: Upload) -> str:
        """A token for a place's next file."""
        token = secrets.token_urlsafe(16)
        self._expected[token] = upload
        return token

    @locked
    def forget(self, token: str) -> None:
        """Let a token be good for nothing any more."""
        self._expected.pop(token, None)

    @locked
    def find(self, token: str) -> Upload | None:
        """Whose token it is."""
        return self._expected.get(token)

    @locked
    def make_room(self, size: int, more: int) -> None:
        """Count more bytes of a file that has some already.

        Raises:
            RefusedError: if that is too much.
        """
        if size + more > self._most << 20:
            raise RefusedError(f"It is larger than {self._most:,} MiB, the maximum.")
        if self.held + more > FILES * self._most << 20:
            raise RefusedError("Other large files are being uploaded. Try again in a minute.")
        self.held += more


@cache
def uploads() -> Uploads:
    """Those of this process."""
    return Uploads(Limits.from_environment(os.environ).max_upload)


@st.cache_resource(scope="session", on_release=Upload.leave, show_spinner=False)
def this_upload(what: str = "file") -> Upload:
    """The place of this browser session for a file of a kind; it is freed when the session ends."""
    return Upload(uploads())


async def receive(request: Request) -> Response:
    """A file for the session that was given the token, part by part onto the disk."""
    upload = uploads().find(request.headers.get(TOKEN, ""))
    if upload is None:
        return JSONResponse({"error": "It was not sent. Reload this page."}, 403)
    incoming = upload.begin()
    try:
        async for part in request.stream():
            await asyncio.to_thread(incoming.write, part)
        incoming.end()
    except RefusedError as error:
        _log.info("upload refused")
        return JSONResponse({"error": str(error)}, 413)
    except ClientDisconnect:
        incoming.drop()
        _log.info("upload broken off")
    else:
        _log.info("upload ended", extra={"bytes": incoming.size})
    return Response(status_code=204)
