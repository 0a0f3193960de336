"""HTTP routes beside the app."""

import asyncio
import contextlib

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine import PersonalizerError
from pages.parts.data.downloads import DOWNLOAD_PATH, send
from pages.parts.data.uploads import UPLOAD_PATH, receive
from pages.parts.library import position_of

LENGTH_PATH = "/playground/length"
_LONGEST = 64
"""Bytes of a loop's name."""


def base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


async def _length(request: Request) -> Response:
    """How many entries the log of the loop has whose name is the body: no proxy logs that."""
    name = b""
    async for part in request.stream():
        name += part
        if len(name) > _LONGEST:
            break
    with contextlib.suppress(PersonalizerError, UnicodeDecodeError):
        length = await asyncio.to_thread(position_of, name.decode())
        return JSONResponse({"length": length})
    return JSONResponse({}, status_code=404)


ROUTES = [
    Route(f"{base_path()}{LENGTH_PATH}", _length, methods=["POST"]),
    Route(f"{base_path()}{UPLOAD_PATH}", receive, methods=["POST"]),
    Route(f"{base_path()}{DOWNLOAD_PATH}/{{token}}/{{loop}}/{{kind}}", send),
]
