"""Uploads of files."""

import asyncio
import io
import json
import tempfile
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit import config

from pages.parts.work.uploads import FILES, TOKEN, RefusedError, Upload, Uploads, receive

MIB = 1 << 20


@pytest.fixture
def server() -> Uploads:
    return Uploads(2)


def send(upload: Upload, *parts: bytes) -> None:
    incoming = upload.begin()
    for part in parts:
        incoming.write(part)
    incoming.end()


def test_a_file_is_kept_until_it_is_freed_and_a_token_is_good_once(server: Uploads) -> None:
    upload = Upload(server)
    first = upload.token
    assert server.find(first) is upload
    send(upload, b"a", b"bc")
    assert (upload.is_whole, upload.size, server.stored_bytes) == (True, 3, 3)
    assert upload.file is not None
    upload.file.seek(0)
    assert upload.file.read() == b"abc"
    assert server.find(first) is None
    assert server.find(upload.token) is upload
    upload.free()
    assert (upload.is_whole, server.stored_bytes) == (False, 0)


def test_who_reads_a_file_reads_on_when_its_place_is_left(server: Uploads) -> None:
    upload = Upload(server)
    send(upload, b"one ", b"loop")
    with upload.reader() as file:
        upload.leave()
        assert server.stored_bytes == 0
        file.seek(0)
        assert file.read() == b"one loop"


def test_several_may_read_a_file_at_once_each_from_its_first_byte(server: Uploads) -> None:
    upload, whole = Upload(server), bytes(range(256)) * 1_024
    send(upload, whole)
    with upload.reader() as one, upload.reader() as other:
        first = one.read(1_000)
        assert other.read() == whole
        assert first + one.read() == whole
        assert (one.seek(-2, io.SEEK_END), one.read()) == (len(whole) - 2, b"\xfe\xff")
        assert (one.seek(3), one.tell(), one.read(2)) == (3, 3, whole[3:5])


def test_a_file_takes_the_place_of_the_one_before(server: Uploads) -> None:
    upload = Upload(server)
    send(upload, b"x" * MIB)
    send(upload, b"y")
    assert (upload.size, server.stored_bytes) == (1, 1)


def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_kept(server: Uploads) -> None:
    upload = Upload(server)
    incoming = upload.begin()
    for _ in range(2):
        incoming.write(b"x" * MIB)
    with pytest.raises(RefusedError, match="larger than 2 MiB"):
        incoming.write(b"x")
    assert (upload.is_whole, upload.file, server.stored_bytes) == (False, None, 0)
    with pytest.raises(RefusedError, match="no longer needed"):
        incoming.write(b"x")
    with pytest.raises(RefusedError, match="no longer needed"):
        incoming.end()
    assert (upload.is_whole, server.stored_bytes) == (False, 0)


def test_of_two_files_at_once_the_later_comes_whole_and_the_other_is_refused(
    server: Uploads,
) -> None:
    upload = Upload(server)
    first = upload.begin()
    first.write(b"AAAA")
    second = upload.begin()
    second.write(b"BBBB")
    with pytest.raises(RefusedError, match="no longer needed"):
        first.write(b"aaaa")
    second.write(b"bbbb")
    first.drop()  # The browser has disconnected.
    second.end()
    with pytest.raises(RefusedError, match="no longer needed"):
        first.end()
    with upload.reader() as file:
        assert file.read() == b"BBBBbbbb"
    assert (upload.size, server.stored_bytes) == (8, 8)
    upload.leave()
    assert server.stored_bytes == 0


def test_there_is_room_for_so_many_bytes_in_all(server: Uploads) -> None:
    full = [Upload(server) for _ in range(FILES)]
    for upload in full:
        send(upload, b"x" * 2 * MIB)
    late = Upload(server)
    with pytest.raises(RefusedError, match="Other large files are being uploaded"):
        send(late, b"x")
    full[0].leave()
    assert server.find(full[0].token) is None
    send(late, b"x")
    assert late.is_whole


def test_a_full_disk_is_said(server: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(tempfile.SpooledTemporaryFile[bytes]):
        def write(self, *_: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(RefusedError, match="disk has no room"):
        send(Upload(server), b"x")
    assert server.stored_bytes == 0


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_a_large_file_takes_no_memory() -> None:
    upload, part = Upload(Uploads(100)), b"x" * 65_536
    send(upload, *[part] * 1_600)
    assert upload.size == 100 * MIB
    assert tracemalloc.get_traced_memory()[1] < MIB
    upload.free()


# -- the route ------------------------------------------------------------------------

Part = bytes | None
"""A part of a body; None for a disconnect."""


def post(token: str, *parts: Part) -> Response:
    """Send a file like a browser; return the response."""
    messages: list[dict[str, object]] = [
        {"type": "http.disconnect"} if part is None
        else {"type": "http.request", "body": part, "more_body": True}
        for part in parts
    ]  # fmt: skip
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def next_message() -> dict[str, object]:
        return messages.pop(0)

    headers = [(TOKEN.lower().encode(), token.encode())]
    scope = {"type": "http", "method": "POST", "headers": headers}
    return asyncio.run(receive(Request(scope, next_message)))


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Upload:
    """Upload target of a session for files up to a mebibyte."""
    server = Uploads(1)
    monkeypatch.setattr("pages.parts.work.uploads.uploads", lambda: server)
    return Upload(server)


def test_a_file_comes_in_for_whom_the_token_was_given_to(place: Upload) -> None:
    token = place.token
    assert post(token, b"one ", b"loop").status_code == 204
    assert (place.is_whole, place.size) == (True, 8)
    for other in (token, "", "nobody"):
        assert post(other, b"x").status_code == 403
    assert place.size == 8


def test_a_file_that_is_too_large_is_refused_in_a_sentence(place: Upload) -> None:
    answer = post(place.token, b"x" * (1 << 20), b"x")
    assert answer.status_code == 413
    assert "larger than 1 MiB" in json.loads(bytes(answer.body))["error"]
    assert not place.is_whole


def test_a_file_that_is_broken_off_leaves_nothing(place: Upload) -> None:
    post(place.token, b"x", None)
    assert (place.is_whole, place.file, place.size) == (False, None, 0)


def test_streamlit_takes_no_files_of_its_own() -> None:
    told = config.get_config_options(force_reparse=True)["server.maxUploadSize"]
    assert told.value == 0
