"""Streamlit's own page with the app's style sheets in it, so that nothing moves when that comes.

What Streamlit draws comes after the page, piece by piece; a sheet that came with it would be read
when some of it stands already.
"""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pages.parts.base_path import base_path
from pages.parts.menu import MENU, REACHED

_SHEETS = [
    Path(__file__).parent / place / "style.css"
    for place in (".", "stage", "components/reward_buttons")
]
_ROOT = '<div id="root">'


@cache
def page() -> str:
    """The page, as HTML; the sheets stand behind Streamlit's own."""
    own = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    sheet = "".join(one.read_text(encoding="utf-8") for one in _SHEETS)
    place = _ROOT if _ROOT in own else "</head>"
    return own.replace(place, f"<style>{sheet}</style>{place}")


async def _answer(request: Request) -> Response:
    return HTMLResponse(page(), headers={"Cache-Control": "no-cache"})


def page_routes() -> list[Route]:
    """A route for the address of each page."""
    names = [name for pages in MENU.values() for name, _ in pages]
    return [Route(f"{base_path()}/{name}", _answer) for name in ("", *names, *REACHED)]
