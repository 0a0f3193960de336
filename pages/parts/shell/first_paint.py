"""Streamlit's start page with the app's style sheets inserted, to avoid layout shifts.

Streamlit draws elements one by one after the page has loaded; a style sheet sent with them would
arrive after the first elements are drawn. Fonts are preloaded as well: text in a fallback font is
wider and takes an additional line until its own font arrives.
"""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pages.parts.shell.page_list import HOME, MENU, WHY
from pages.parts.text.base_path import base_path
from pages.parts.text.pages_folder import PAGES

_SHEETS = ("shell/style", "components/scene_view/style")
_ROOT = '<div id="root">'
_STREAMLIT = Path(st.__file__).parent / "static"
_NOTED = "<script>window.playgroundAnswer = location.hash;</script>"
"""Script that saves the address's fragment before Streamlit rewrites the address; the fragment
holds the key of a link that allows answers (`components/browser_id`)."""
_FONTS = ("SourceSansVF-Upright", "SourceSerifVariable-Roman", "MaterialSymbols-Rounded")


@cache
def page(on_stage: bool = False) -> str:
    """Return the start page as HTML, with the app's style sheets after Streamlit's."""
    own = (_STREAMLIT / "index.html").read_text(encoding="utf-8")
    sheet = f"<style>{''.join(map(_sheet, _SHEETS))}</style>{stage_style() if on_stage else ''}"
    place = _ROOT if _ROOT in own else "</head>"
    return own.replace("</head>", f"{_NOTED}{_fonts()}</head>").replace(place, f"{sheet}{place}")


@cache
def stage_style() -> str:
    """Return the stage's style sheet, loaded only on the stage: elsewhere its rules would slow down
    each style recalculation."""
    return f"<style>{_sheet('shell/stage')}</style>"


def _sheet(name: str) -> str:
    return (PAGES / "parts" / f"{name}.css").read_text(encoding="utf-8")


def _fonts() -> str:
    """Return preload links for the fonts that every page uses."""
    files = (file for name in _FONTS for file in _STREAMLIT.glob(f"static/media/{name}.*woff2"))
    return "".join(
        '<link rel="preload" as="font" type="font/woff2" crossorigin '
        f'href="./static/media/{file.name}">'
        for file in files
    )


async def _answer(request: Request) -> Response:
    html = page(on_stage="stage" in request.query_params)
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


async def _go_home(request: Request) -> Response:
    """Redirect the named address of the start page to the root; Streamlit knows the page only
    there."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{base_path()}/{query}")


def page_routes() -> list[Route]:
    """Return a route for the address of each page."""
    named = [page.name for pages in MENU.values() for page in pages if page.name != HOME]
    pages = [Route(f"{base_path()}/{name}", _answer) for name in ("", *named, WHY.name)]
    return [*pages, Route(f"{base_path()}/{HOME}", _go_home)]
