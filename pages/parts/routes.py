"""HTTP routes beside the app."""

import asyncio
import contextlib

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.store import StoreError
from pages.parts.library import position_of

LENGTH_PATH = "/playground/length/"


def base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


async def _length(request: Request) -> Response:
    """How many entries a loop's log has; whoever knows its id may ask."""
    with contextlib.suppress(StoreError):
        length = await asyncio.to_thread(position_of, request.path_params["loop"])
        return JSONResponse({"length": length})
    return JSONResponse({}, status_code=404)


ROUTES = [Route(f"{base_path()}{LENGTH_PATH}{{loop}}", _length)]
