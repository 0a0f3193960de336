"""A report as a file: PDF, PNG or HTML, made by vl-convert."""

import re
from collections.abc import Callable, Mapping
from html import escape

import vl_convert

from pages.parts.scene.report_files.letters import held
from pages.parts.scene.report_files.report import Report
from pages.parts.scene.report_files.sheet import A4, PHONE, SLIDE, Paper, sheet

SCALE = 2.5
"""Pixels to a point: A4 is 1,488 pixels wide."""
_NARROW = 560
"""Widest window, in pixels, with a sheet of its own: one made smaller could not be read there."""


def as_pdf(report: Report, paper: Paper) -> bytes:
    """One page whose text can be selected, with the letters that it has in it."""
    made: bytes = vl_convert.svg_to_pdf(sheet(report, paper))
    return made


def as_png(report: Report, paper: Paper) -> bytes:
    """A picture, large enough for a projector."""
    made: bytes = vl_convert.svg_to_png(sheet(report, paper), scale=SCALE)
    return made


def as_html(report: Report, paper: Paper) -> bytes:
    """A page that needs no other file, and asks nobody for anything."""
    # Letters that are wider than those of the server are not cut where a chart ends.
    look = (
        "body{margin:0;background:#eee}svg{display:block;max-width:100%;height:auto;margin:auto}"
        "svg svg{overflow:visible}.narrow{display:none}"
        f"@media screen and (max-width:{_NARROW}px)"
        "{.narrow{display:block}.wide{display:none}}"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{look}</style>"
        f'<main aria-label="{escape(report.title)}">'
        f'<div class="wide">{held(sheet(report, paper))}</div>'
        f'<div class="narrow">{_apart(held(sheet(report, PHONE)))}</div></main></html>'
    ).encode()


def _apart(svg: str) -> str:
    """The same beside another sheet, whose parts have names of their own."""
    return re.sub(r'(id="|url\(#|href="#)(?=part)', r"\g<1>narrow-", svg)


FORMATS: Mapping[str, tuple[str, Callable[[Report, Paper], bytes]]] = {
    "pdf": ("application/pdf", as_pdf),
    "png": ("image/png", as_png),
    "html": ("text/html", as_html),
}
"""Endings of files, with what browsers call them, and what makes one."""
PAPERS: Mapping[str, Paper] = {"a4": A4, "16-9": SLIDE}
