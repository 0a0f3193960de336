"""Uploads: files on the server's disk until they are imported or discarded.

The browser sends a file to a route of the app, with a token of its session.
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
"""Number of files of maximum size for which the server has room."""
_PART = 1 << 16
"""Bytes per read."""


class RefusedError(Exception):
    """Refused upload; the message is a sentence for the screen."""


class _Reading(io.RawIOBase):
    """Reader of a file with its own offset: copies of a descriptor share theirs, and pages may read
    a file concurrently."""

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
    """File of a request in transit; only the latest request's file replaces the session's.

    Attributes:
        size: bytes so far.
    """

    def __init__(self, upload: "Upload", server: "Uploads") -> None:
        self.lock, self._upload, self._server = server.lock, upload, server
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - `drop` or `free` closes it
        self.size = 0

    @locked
    def write(self, part: bytes) -> None:
        """Append a part of the file.

        Raises:
            RefusedError: if there is no room, or another upload has begun; the file is dropped.
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
        """Complete the file and hand it to the session's upload.

        Raises:
            RefusedError: if another upload has begun.
        """
        self._check_wanted()
        self._file.flush()
        self._upload.take(self._file, self.size)

    @locked
    def drop(self) -> None:
        """Delete the file."""
        self._file.close()
        self._server.stored_bytes -= self.size
        self.size = 0
        if self._upload.incoming is self:
            self._upload.incoming = None

    def _check_wanted(self) -> None:
        if self._upload.incoming is not self:
            raise RefusedError("It is no longer needed.")


class Upload:
    """Uploaded file of a browser session; a new file replaces the old.

    Attributes:
        token: lets the browser send a file, once.
        name: file name, as reported by the browser.
        incoming: file in transit, if any.
        file: last complete file; None before the first.
        size: bytes of the file.
    """

    def __init__(self, server: "Uploads") -> None:
        self.lock, self._server = server.lock, server
        self.name, self.size = "", 0
        self.incoming: Incoming | None = None
        self.file: BinaryIO | None = None
        self.token = server.expect(self)

    @property
    def is_whole(self) -> bool:
        """True if a complete file is present."""
        return self.file is not None

    @locked
    def begin(self) -> Incoming:
        """Start an upload; it replaces the file and any transfer in progress."""
        self.free()
        self.incoming = Incoming(self, self._server)
        return self.incoming

    @locked
    def take(self, file: BinaryIO, size: int) -> None:
        """Store a complete file, whose bytes are counted already."""
        self.incoming, self.file, self.size = None, file, size

    @locked
    def reader(self) -> BinaryIO:
        """Return an independent reader of the file from its first byte; valid after `free`."""
        assert self.file is not None
        return io.BufferedReader(_Reading(self.file), _PART)

    @locked
    def free(self) -> None:
        """Delete the file, and accept another."""
        if self.incoming is not None:
            self.incoming.drop()
        if self.file is not None:
            self.file.close()
        self._server.stored_bytes -= self.size
        self.file, self.size = None, 0
        self._server.forget(self.token)
        self.token = self._server.expect(self)

    @locked
    def leave(self) -> None:
        """Delete the file at the end of the session."""
        self.free()
        self._server.forget(self.token)


class Uploads:
    """Uploads of all sessions in the process.

    Attributes:
        stored_bytes: bytes of all files.

    Args:
        most: maximum size of a file, in MiB.
    """

    def __init__(self, most: int) -> None:
        self.lock, self.stored_bytes = RLock(), 0
        self._most = most
        self._expected: dict[str, Upload] = {}

    @locked
    def expect(self, upload: Upload) -> str:
        """Return a new token for an upload."""
        token = secrets.token_urlsafe(16)
        self._expected[token] = upload
        return token

    @locked
    def forget(self, token: str) -> None:
        """Invalidate a token."""
        self._expected.pop(token, None)

    @locked
    def find(self, token: str) -> Upload | None:
        """Return the upload of a token, or None."""
        return self._expected.get(token)

    @locked
    def make_room(self, size: int, more: int) -> None:
        """Reserve further bytes for a file.

        Raises:
            RefusedError: if the file or all files together become too large.
        """
        if size + more > self._most << 20:
            raise RefusedError(f"It is larger than {self._most:,} MiB, the maximum.")
        if self.stored_bytes + more > FILES * self._most << 20:
            raise RefusedError("Other large files are being uploaded. Try again in a minute.")
        self.stored_bytes += more


@cache
def uploads() -> Uploads:
    """Return the uploads of this process."""
    return Uploads(Limits.from_environment(os.environ).max_upload)


@st.cache_resource(scope="session", on_release=Upload.leave, show_spinner=False)
def this_upload(kind: str = "file") -> Upload:
    """Return the session's upload for a kind of file; deleted at the end of the session."""
    return Upload(uploads())


async def receive(request: Request) -> Response:
    """Receive a file for the session of the token, in parts, onto the disk."""
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
