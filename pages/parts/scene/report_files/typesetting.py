"""Typesetting of a report with Typst: a PDF or PNG of one page.

`template.typ` is the layout. All content is data, a JSON string in `sys.inputs`, so text typed by
users is never read as markup. Typst reads no files, as its root is an empty folder, and makes no
requests, as the template imports no package.

Text and charts are set in Libertinus Serif, which is part of Typst, so a report looks the same on
every machine. Characters missing from this font (Chinese, Japanese, Korean, Arabic, Hebrew) are
drawn in any font of the machine that has them, or as boxes. Emoji in text need an emoji font;
without a font they are replaced by their names. In charts, emoji beside words are left out.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst

from pages.parts.scene.part_types import Figure
from pages.parts.scene.qr import qr
from pages.parts.scene.report_files.charts import charts_within
from pages.parts.scene.report_files.emoji import is_emoji, labels_in_words, named
from pages.parts.scene.report_files.paper_sizes import Paper
from pages.parts.scene.report_files.report_content import Report
from pages.parts.text.theme import theme

Kind = Literal["pdf", "png"]
_FONT = "Libertinus Serif"
_TEMPLATE = Path(__file__).with_name("template.typ").read_bytes()
_SVG_ALONE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""
_LABEL = re.compile("(?<=>)[^<>]+(?=</t(?:ext|span)>)")


def as_pdf(report: Report, paper: Paper) -> bytes:
    """Return a PDF of one page with selectable text and embedded fonts."""
    return _compile(_TEMPLATE, "pdf", _filled(report, paper))


def as_png(report: Report, paper: Paper) -> bytes:
    """Return the page as PNG, large enough for a projector: A4 is 1,488 pixels wide."""
    return _compile(_TEMPLATE, "png", _filled(report, paper), ppi=180)


def svg_to_png(svg: str) -> bytes:
    """Return a single SVG as PNG, at 2.5 times its size in pixels."""
    return _compile(_SVG_ALONE, "png", {"svg": _drawable(svg)}, ppi=240)


def _compile(template: bytes, kind: Kind, inputs: dict[str, str], ppi: int | None = None) -> bytes:
    made: bytes = typst.compile(template, format=kind, ppi=ppi, sys_inputs=inputs, **_sandbox())
    return made


@cache
def emoji_fonts() -> list[str]:
    """Return the names of the emoji fonts on this machine."""
    return [family for family in _fonts().families() if "emoji" in family.lower()]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _empty_folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="report-")


def _sandbox() -> dict[str, Any]:
    return {"root": _empty_folder().name, "font_paths": _fonts()}


def _filled(report: Report, paper: Paper) -> dict[str, str]:
    """Return the inputs of the template.

    The page is laid out without charts first; charts are then drawn for the height left by the
    texts.
    """
    figures = report.figures[:1] if paper.is_slide else report.figures
    texts = _inputs(report, paper, [(figure, "") for figure in figures])
    left = typst.query(_TEMPLATE, "<left>", "value", one=True, sys_inputs=texts, **_sandbox())
    charts = charts_within(figures, paper.chart_width, json.loads(left) * paper.chart_width)
    return _inputs(report, paper, [*zip(figures, map(_drawable, charts), strict=True)])


def _inputs(report: Report, paper: Paper, charts: Sequence[tuple[Figure, str]]) -> dict[str, str]:
    texts = ("world", "title", "description", "sentences", "origin", "link")
    data = {
        **{name: getattr(report, name) for name in texts},
        "paper": asdict(paper),
        "fonts": [_FONT, *emoji_fonts()],
        "colours": asdict(theme(dark=False)),
        "actions": report.actions,
        "offered": [(name, _as_svg(picture)) for name, picture in report.offered],
        "figures": [{"title": each.title, "keys": each.keys, "svg": svg} for each, svg in charts],
        "code": qr(report.link) if report.link else "",
    }
    text = json.dumps(data, ensure_ascii=False)
    return {"report": text if emoji_fonts() else named(text)}


def _as_svg(picture: str) -> str:
    """Wrap a picture's data URI in an SVG: Typst does not decode Base64."""
    size = 'width="24" height="24"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{picture}"/></svg>'


def _drawable(svg: str) -> str:
    """Set an SVG's font to Typst's, with labels that Typst can draw.

    Typst draws each label of an SVG in a single font, so emoji beside words, or joined emoji, may
    become boxes.
    """
    words = labels_in_words([*map(unescape, _LABEL.findall(svg))])

    def drawn(match: re.Match[str]) -> str:
        label = unescape(match[0])
        return match[0] if is_emoji(label) and emoji_fonts() else escape(words[label])

    return _LABEL.sub(drawn, svg).replace('font-family="sans-serif"', f'font-family="{_FONT}"')
