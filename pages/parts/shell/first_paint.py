"""Streamlit's own page with the app's style sheets in it, so that nothing moves when that comes.

What Streamlit draws comes after the page, piece by piece; a sheet that came with it would be read
when some of it stands already. So are its fonts asked for at once: what is set in another one first
is wider, and takes a line more until they are there.
"""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pages.parts.shell.menu import HOME, MENU, REACHED
from pages.parts.text.base_path import base_path
from pages.parts.text.page_files import PAGES

_SHEETS = ("shell/style", "components/scene_view/style")
_ROOT = '<div id="root">'
_STREAMLIT = Path(st.__file__).parent / "static"
_NOTED = "<script>window.playgroundAnswer = location.hash;</script>"
"""Streamlit writes the address anew before anything of ours runs, and what stands behind its # is
gone: there a link says that its reader may answer (`components/browser_id`)."""
_FONTS = ("SourceSansVF-Upright", "SourceSerifVariable-Roman", "MaterialSymbols-Rounded")


@cache
def page(on_stage: bool = False) -> str:
    """The page, as HTML; the sheets stand behind Streamlit's own."""
    own = (_STREAMLIT / "index.html").read_text(encoding="utf-8")
    sheet = f"<style>{''.join(map(_sheet, _SHEETS))}</style>{stage_style() if on_stage else ''}"
    place = _ROOT if _ROOT in own else "</head>"
    return own.replace("</head>", f"{_NOTED}{_fonts()}</head>").replace(place, f"{sheet}{place}")


@cache
def stage_style() -> str:
    """The sheet of the stage, which a page that comes there by itself brings along: elsewhere a
    browser would hold all that changes against its rules, at each click."""
    return f"<style>{_sheet('shell/stage')}</style>"


def _sheet(name: str) -> str:
    return (PAGES / "parts" / f"{name}.css").read_text(encoding="utf-8")


def _fonts() -> str:
    """The fonts that each page has words in, to be got before Streamlit asks for them."""
    found = (file for name in _FONTS for file in _STREAMLIT.glob(f"static/media/{name}.*woff2"))
    return "".join(
        '<link rel="preload" as="font" type="font/woff2" crossorigin '
        f'href="./static/media/{file.name}">'
        for file in found
    )


async def _answer(request: Request) -> Response:
    shown = page(on_stage="stage" in request.query_params)
    return HTMLResponse(shown, headers={"Cache-Control": "no-cache"})


async def _go_home(request: Request) -> Response:
    """Streamlit knows the page that opens by itself by no name, and would say it is not there."""
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{base_path()}/{asked}")


def page_routes() -> list[Route]:
    """A route for the address of each page."""
    named = [name for pages in MENU.values() for name, _ in pages if name != HOME]
    pages = [Route(f"{base_path()}/{name}", _answer) for name in ("", *named, *REACHED)]
    return [*pages, Route(f"{base_path()}/{HOME}", _go_home)]
