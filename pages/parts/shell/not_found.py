"""Page for addresses without a page, in place of Streamlit's start page with a dialog."""

import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from pages.parts.shell.page_list import HOME, MENU
from pages.parts.text.base_path import base_path
from pages.parts.text.theme import Theme, logo, theme

_NAMED = re.compile(r"(?!oauth2callback)[A-Za-z][A-Za-z0-9_-]*")
"""Pattern of page names; all other addresses that Streamlit serves contain a dot or several parts,
or begin with another character."""
_MEDIA = Path(st.__file__).parent / "static" / "static" / "media"


class _Named(Route):
    """Route for every possible name of a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        name = child_scope.get("path_params", {}).get("name", "")
        return (match, child_scope) if _NAMED.fullmatch(name) else (Match.NONE, {})


def not_found_route() -> Route:
    """Return the route for names that no earlier route matches."""
    return _Named(f"{base_path()}/{{name}}", _answer)


async def _answer(request: Request) -> Response:
    return HTMLResponse(page(), status_code=404, headers={"Cache-Control": "no-cache"})


@cache
def page() -> str:
    """Return the page as HTML without scripts and without the requested name."""
    links = "".join(
        f'<li><a href="{_address(page.name)}">{page.title or page.name.capitalize()}</a></li>'
        for group in MENU.values()
        for page in group
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>No such page · Personalizer Playground</title><style>{_style()}</style></head>"
        f'<body><header><a href="{_address(HOME)}">{_logos()}</a></header>'
        "<main><h1>There is no page at this address.</h1>"
        "<p>It may have been cut, or mistyped. These pages are there:</p>"
        f"<ul>{''.join(links)}</ul></main></body></html>"
    )


def _address(name: str) -> str:
    return f"{base_path()}/{'' if name == HOME else name}"


def _logos() -> str:
    """Return the logos for light and dark schemes; style rules hide one of both."""
    label = ' role="img" aria-label="Personalizer Playground"'
    return "".join(
        f'<span class="{scheme}"{label}>{logo(scheme == "dark")}</span>'
        for scheme in ("light", "dark")
    )


def _style() -> str:
    return (
        f"{_font('Text', 'SourceSansVF-Upright')}{_font('Heading', 'SourceSerifVariable-Roman')}"
        f":root{{color-scheme:light dark;{_colours(theme(dark=False))}}}"
        "body{margin:0 auto;padding:1rem;max-width:44rem;color:var(--ink);background:var(--ground);"
        "font:1rem/1.5 Text,sans-serif}"
        "h1{margin:3rem 0 .25rem;font:650 clamp(1.5rem,6vw,2.5rem)/1.15 Heading,serif}"
        "svg{display:block;max-width:100%;height:2rem}.dark{display:none}"
        "ul{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;list-style:none}"
        "li a{display:block;padding:.4rem .9rem;border:1px solid var(--faint);border-radius:.6rem;"
        "color:inherit;text-decoration:none}"
        "li a:hover{border-color:var(--accent);color:var(--accent)}"
        ":focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
        f"@media(prefers-color-scheme:dark){{:root{{{_colours(theme(dark=True))}}}"
        ".light{display:none}.dark{display:inline}}"
    )


def _colours(look: Theme) -> str:
    return f"--ink:{look.ink};--ground:{look.ground};--faint:{look.faint};--accent:{look.accent}"


def _font(family: str, file: str) -> str:
    """Return the font-face rule of a font of Streamlit; empty if absent."""
    path = next(_MEDIA.glob(f"{file}.*woff2"), None)
    if path is None:
        return ""
    source = f"{base_path()}/static/media/{path.name}"
    return f"@font-face{{font-family:{family};font-weight:200 900;src:url('{source}')}}"
