"""HTTP routes beside the app."""

import asyncio
import contextlib

import prometheus_client
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.store import StoreError
from pages.parts.library import position_of
from pages.parts.operations.meters import Meters
from pages.parts.operations.readiness import Readiness

LENGTH_PATH = "/playground/length/"


def base_path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


async def length_of(request: Request) -> Response:
    """How many entries a loop's log has; whoever knows its id may ask."""
    with contextlib.suppress(StoreError):
        length = await asyncio.to_thread(position_of, request.path_params["loop"])
        return JSONResponse({"length": length})
    return JSONResponse({}, status_code=404)


def routes(readiness: Readiness, meters: Meters) -> list[Route]:
    """All of them."""

    async def ready(request: Request) -> Response:
        trouble = await readiness.trouble()
        told = {"ready": not trouble} | ({"trouble": trouble} if trouble else {})
        return JSONResponse(told, status_code=503 if trouble else 200)

    async def metrics(request: Request) -> Response:
        return Response(meters.text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    beside = f"{base_path()}/playground"
    return [
        Route(f"{base_path()}{LENGTH_PATH}{{loop}}", length_of),
        Route(f"{beside}/ready", ready),
        Route(f"{beside}/metrics", metrics),
    ]
