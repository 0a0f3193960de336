"""Report as a self-contained HTML page: no scripts, no requests to other machines."""

from collections.abc import Iterable, Sequence
from html import escape
from math import inf
from pathlib import Path

from pages.parts.scene.part_types import Figure
from pages.parts.scene.qr import qr
from pages.parts.scene.report_files.charts import charts_within, with_own_ids
from pages.parts.scene.report_files.paper_sizes import Paper
from pages.parts.scene.report_files.report_content import Report
from pages.parts.text.theme import theme

_WIDE, _PHONE = 684, 354
"""Width of charts in pixels: within a page of 720 pixels, and on a phone of 390."""
_LOOK = theme(dark=False)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def as_html(report: Report, paper: Paper) -> bytes:
    """Return the page as UTF-8; in print, with the paper's size and proportions."""
    charts = "".join(_figure(figure, number) for number, figure in enumerate(report.figures))
    sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in report.sentences)
    style = (
        f":root{{--ink:{_LOOK.ink};--faint:{_LOOK.faint};--accent:{_LOOK.accent}}}"
        f"@page{{size:{paper.width}pt {paper.height}pt;margin:14mm}}{_STYLE}"
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{style}</style>"
        f"<main{' class=slide' if paper.is_slide else ''}>{_header(report)}"
        f'<div class="content"><div>{charts}</div><ul class="sentences">{sentences}</ul></div>'
        f"{'' if paper.is_slide else _table(report.actions)}"
        f"{_footer(report)}</main></html>"
    ).encode()


def _header(report: Report) -> str:
    offered = (
        f'<img src="{picture}" width="28" height="28" alt="">{escape(name)}'
        for name, picture in report.offered
    )
    return (
        f'<header><p class="world">{escape(report.world)}</p><h1>{escape(report.title)}</h1>'
        f'<p class="about">{escape(report.description)}</p>{_row(offered)}'
        "</header>"
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table with the heads of its columns in the first row; empty without rows."""
    if not rows:
        return ""
    head, *body = (
        "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
        for tag, row in zip(["th", *["td"] * (len(rows) - 1)], rows, strict=True)
    )
    lines = "".join(f"<tr>{row}</tr>" for row in body)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _figure(figure: Figure, number: int) -> str:
    drawings = "".join(
        f'<div class="{name}">{_labelled(with_own_ids(svg, f"{name}{number}"), figure.title)}</div>'
        for name, chart, width in (("wide", figure, _WIDE), ("narrow", figure.narrow, _PHONE))
        for svg in charts_within([chart or figure], width, inf)
    )
    keys = (
        f'<span class="key" style="background:{colour}"></span>{escape(name)}'
        for colour, name in figure.keys
    )
    caption = f"<figcaption><h2>{escape(figure.title)}</h2>{_row(keys)}</figcaption>"
    return f"<figure>{caption}{drawings}</figure>"


def _footer(report: Report) -> str:
    origin = f"<p><b>{escape(report.origin)}</b></p>"
    if not report.link:
        return f"<footer><div>{origin}</div></footer>"
    link = escape(report.link)
    return (
        f"<footer>{_labelled(qr(report.link), 'QR code of the link')}<div>{origin}"
        "<p>See it live, with the same visitors and the same luck:</p>"
        f'<p><a href="{link}" rel="noreferrer">{link}</a></p></div></footer>'
    )


def _labelled(svg: str, label: str) -> str:
    """Mark an SVG as one picture for screen readers."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def _row(items: Iterable[str]) -> str:
    row = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="row">{row}</ul>' if row else ""
