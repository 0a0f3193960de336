"""Where a browser sends answers that draw by themselves what they change."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Protocol
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from pages.parts.components.reward_buttons import MOST_BYTES
from pages.parts.work.request_body import body_of

_AT_ONCE = 4
"""Answers that are taken at the same time: one may wait for the database while others are drawn."""


class Answered(Protocol):
    """A page on which answers draw by themselves, see `pages.parts.play.answering.Page`.

    Attributes:
        is_asked: whether it is told something just now.
    """

    is_asked: bool

    def take(self, told: object) -> str | None:
        """Take answers; what is to be drawn then."""


@cache
def answered_pages() -> WeakValueDictionary[str, Answered]:
    """Those that there are, by what their reward buttons are told; each as long as its session."""
    return WeakValueDictionary()


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers")


async def answer(request: Request) -> Response:
    """Take answers. Who has no page here, or needs a run of it, gets nothing: the browser then
    tells Streamlit, and what was taken is not taken again."""
    try:
        told = json.loads(await body_of(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return Response("The answers are no JSON.", 400)
    name = told.get("session") if isinstance(told, dict) else None
    page = answered_pages().get(name) if isinstance(name, str) else None
    # A page says one thing after the other; one that does not has to wait for a run of it.
    if page is None or page.is_asked:
        return Response(status_code=204)
    page.is_asked = True
    try:
        taking = asyncio.get_running_loop().run_in_executor(_workers(), partial(page.take, told))
        drawn = await taking
    finally:
        page.is_asked = False
    return Response(drawn, 200 if drawn else 204, media_type="application/json")
