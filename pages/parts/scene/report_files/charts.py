"""Charts of a report as SVG, drawn by vl-convert."""

import json
import re
import textwrap
from collections.abc import Sequence
from html import escape

import vl_convert

from engine.worlds.pictures import START, as_png
from pages.parts.scene.part_types import Figure
from pages.parts.text.format import bare
from pages.parts.text.theme import theme

_LABELS = 0.42
"""Least share of a chart's width for axis labels: paper has no tooltip with the full label."""
_SMALLEST = 1.27
"""Largest factor by which charts are widened to show their labels in full."""
_WEBP = re.compile(f"{re.escape(START)}[A-Za-z0-9+/=]+")
_MARGIN, _LINE = 14, 15
"""Pixels around a standalone chart, and between its lines of text."""


def chart_svg(figure: Figure, width: float) -> str:
    """Return a chart as SVG of this width in pixels, with the height of the page's chart."""

    def widened(match: re.Match[str]) -> str:
        return f'"labelLimit": {max(float(match[1]), _LABELS * width)}'

    spec = json.loads(re.sub(r'"labelLimit": ([1-9][\d.]*)', widened, json.dumps(figure.spec)))
    spec |= {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": _background(figure),
        "data": {"values": figure.rows.to_pylist()},
    }
    # Few programs other than browsers read WebP.
    return _WEBP.sub(lambda match: as_png(match[0]), vl_convert.vegalite_to_svg(spec))


def charts_within(figures: Sequence[Figure], width: float, height: float) -> list[str]:
    """Return charts as SVG for a column of these proportions.

    Charts too high for the column, or with truncated labels, are drawn wider: their text is
    smaller after scaling to the paper.
    """

    def draw(scale: float) -> list[str]:
        return [chart_svg(figure, scale * width) for figure in figures]

    charts = draw(1)
    scale = sum(map(_height, charts)) / height
    if scale > 1:
        charts = draw(scale)
    return draw(_SMALLEST) if scale < _SMALLEST and "…" in "".join(charts) else charts


def with_own_ids(svg: str, prefix: str) -> str:
    """Prefix the ids of an SVG, so that a document can contain several SVGs."""
    return re.sub(r'( id="|url\(#|href="#)(?=\w)', rf"\g<1>{prefix}-", svg)


def standalone_svg(figure: Figure, width: float) -> str:
    """Return a chart as SVG with title, explanation and colour keys above."""
    colours, room = theme(figure.dark), width - 2 * _MARGIN
    longest = max((len(name) for _, name in figure.keys), default=1)
    columns = max(1, int(room / (24 + 6.5 * longest)))
    y, parts = _MARGIN, list[str]()
    for texts, letter, look in (
        (figure.title, 7, f'font-size="13px" font-weight="bold" fill="{colours.ink}"'),
        (bare(figure.marks), 5.5, f'font-size="11px" fill="{colours.faint}"'),
    ):
        for line in textwrap.wrap(texts, round(room / letter)):
            y += _LINE
            parts.append(f'<text y="{y}" {look}>{escape(line)}</text>')
    for number, (colour, name) in enumerate(figure.keys):
        x, y = number % columns * room / columns, y + _LINE * (number % columns == 0)
        text = f'x="{x + 14:g}" y="{y}" font-size="11px" fill="{colours.ink}"'
        parts.append(f'<rect x="{x:g}" y="{y - 9}" width="9" height="9" fill="{colour}"/>')
        parts.append(f"<text {text}>{escape(name)}</text>")
    chart = chart_svg(figure, room).replace("<svg ", f'<svg y="{y + 8}" ', 1)
    size = f'width="{width:g}" height="{y + 8 + _height(chart) + _MARGIN:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<rect {size} fill="{_background(figure)}"/><g transform="translate({_MARGIN})" '
        f'font-family="sans-serif">{"".join(parts)}{chart}</g></svg>'
    )


def _background(figure: Figure) -> str:
    return theme(True).ground if figure.dark else "white"


def _height(svg: str) -> float:
    match = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)
    assert match is not None, "vl-convert writes one"
    return float(match[1])
