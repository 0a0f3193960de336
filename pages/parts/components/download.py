"""Downloads of rows and other files, created when their link is followed."""

import asyncio
from collections.abc import Callable

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.parts.components.download_link import download_link
from pages.parts.text.base_path import base_path
from pages.parts.work.browser_session import this_session
from pages.parts.work.download_permission import ELSEWHERE, File, download_permission, permission_of
from pages.parts.work.spreadsheet_safe_export import Rows, as_cells, as_parquet

FILE_PATH = "/playground/file"
PARQUET = "application/vnd.apache.parquet"
_AT_ONCE = asyncio.Semaphore(2)
"""Files created in parallel; further requests wait without a thread."""
_NOTHING = "Nothing to download yet."


def download_rows(label: str, rows: Callable[[], Rows], key: str, name: str) -> None:
    """Draw links to download rows as CSV, with a label, and as Parquet.

    Streamlit's download button forgets its content when redrawn, so a press at that moment is lost.
    """
    csv = File(f"{name}.csv", "text/csv", lambda: as_cells(rows()).to_csv(index=False).encode())
    parquet = File(f"{name}.parquet", PARQUET, lambda: as_parquet(rows()))
    with st.container(horizontal=True, gap="small", key=f"rows-{key}"):
        download_file(label, key, csv)
        download_file("Parquet", f"{key}-parquet", parquet, label.replace("CSV", "Parquet"))


def download_file(label: str, key: str, file: File, called: str = "") -> None:
    """Draw a link to a file that is created when followed.

    ``called`` is the accessible name if the label alone is too short.
    """
    mine = download_permission(this_session())
    mine.files[key] = file
    download_link(key, label, f"{base_path()}{FILE_PATH}/{mine.token}/{key}", called)


def download_text(
    label: str, text: Callable[[], str], key: str, name: str, kind: str = "application/json"
) -> None:
    """Draw a link to a text file."""
    download_file(label, key, File(name, kind, lambda: text().encode()))


async def send_file(request: Request) -> Response:
    """Send a session's file, as last offered under the link."""
    parameters = request.path_params
    permission = permission_of(parameters["token"])
    file = permission.files.get(parameters["key"]) if permission is not None else None
    if file is None:
        return PlainTextResponse(ELSEWHERE, 403)
    async with _AT_ONCE:
        made = await asyncio.to_thread(file.make)
    if made is None:
        return PlainTextResponse(_NOTHING, 409)
    saved_as = f'attachment; filename="{file.name}"'
    return Response(made, media_type=file.kind, headers={"Content-Disposition": saved_as})
