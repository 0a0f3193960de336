"""A report laid out on one sheet, as SVG: A4 upright, a slide of 16:9, or as long as it gets.

Lengths are points, 72 to an inch: so a PDF of it has the size that paper has.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

from engine.worlds.pictures import START, as_png
from pages.parts.charts.base import Spec
from pages.parts.scene.qr import qr
from pages.parts.scene.report_files.letters import drawable, line, lines_of, width_of
from pages.parts.scene.report_files.report import Figure, Report
from pages.parts.text.theme import theme

_LOOK = theme(dark=False)
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_LEADING = 1.38
"""Height of a line, in those of its type."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet.

    Attributes:
        name: for people.
        width, height: in points; a screen's sheet is as high as what stands on it.
        margin: on each side.
        beside: share of the width that figures take beside the text; 1 puts them above it.
        title, body, small: heights of type.
    """

    name: str
    width: float
    height: float
    margin: float
    beside: float
    title: float
    body: float
    small: float = 8.5

    @property
    def room(self) -> float:
        """Between the margins."""
        return self.width - 2 * self.margin


A4 = Paper("A4", 595.28, 841.89, 46, 1, 21, 11.5)
SLIDE = Paper("16:9", 960, 540, 40, 0.62, 24, 14)
PHONE = Paper("phone", 390, math.inf, 18, 1, 20, 13, small=11)
_CODE, _GAP = 62, 14
"""Side of the QR code, and between what stands apart."""
_PICTURE = 24
"""Side of a picture file."""
_NAMES = 0.42
"""Share of a chart's width that names beside it may take."""
_WEBP = re.compile(f"{re.escape(START)}[A-Za-z0-9+/=]+")


@dataclass(slots=True)
class _Column:
    """Where the next line goes, and all that was put above it."""

    x: float
    y: float
    room: float
    drawn: list[str]

    def write(self, text: str, height: float, colour: str = _LOOK.ink, bold: bool = False) -> None:
        """Put a paragraph below what is there."""
        for part in lines_of(drawable(text), self.room, height, bold):
            self.y += height * _LEADING
            self.drawn.append(line(part, self.x, self.y - 0.3 * height, height, colour, bold))

    def skip(self, points: float = _GAP) -> None:
        """Leave a gap."""
        self.y += points


def sheet(report: Report, paper: Paper) -> str:
    """The whole page as one SVG document that needs nothing else."""
    drawn: list[str] = []
    head = _Column(paper.margin, paper.margin - 8, paper.room, drawn)
    head.write(report.world, paper.body, _LOOK.accent, bold=True)
    head.write(report.title, paper.title, bold=True)
    head.skip(4)
    head.write(f"{report.story} {report.about}".strip(), paper.body - 1, _LOOK.faint)
    _show_offered(report, head)
    head.skip()
    foot = paper.height - paper.margin - _CODE
    if paper.beside < 1:
        wide = paper.room * paper.beside
        said = _Column(paper.margin + wide + 2 * _GAP, head.y, paper.room - wide - 2 * _GAP, drawn)
        _say(report, said, paper)
        _figures(report.figures[:1], head, wide, foot - _GAP, drawn)
    else:
        tried = _Column(0, 0, paper.room - _GAP, [])
        _say(report, tried, paper)
        low = _figures(report.figures, head, paper.room, foot - tried.y - 2 * _GAP, drawn)
        said = _Column(paper.margin, low + _GAP, paper.room, drawn)
        _say(report, said, paper)
    if math.isinf(foot):
        foot = said.y + _GAP
    end = max(_foot(report, paper, foot, drawn), foot + _CODE)
    high = end + paper.margin if math.isinf(paper.height) else paper.height
    size = f'width="{paper.width:g}" height="{high:g}"'
    box = f'viewBox="0 0 {paper.width:g} {high:g}"'
    ground = (
        f'<rect width="{paper.width:g}" height="{high:g}" fill="#fff"/>'
        f'<rect width="{paper.width:g}" height="6" fill="{_LOOK.accent}"/>'
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>{ground}{"".join(drawn)}</svg>'
    return _drawable(svg)


def _show_offered(report: Report, column: _Column) -> None:
    """Picture files with the names of their actions, in two lines, and how many more there are."""
    if not report.offered:
        return
    x, height, row = column.x, 9.5, 1
    end = column.x + column.room
    column.skip(8)
    for number, (full, picture) in enumerate(report.offered):
        name = _cut(full, column.room / 2 - _PICTURE - 6 - _GAP, height)
        wide = _PICTURE + 6 + width_of(name, height)
        if row == 1 and x + wide > end:
            x, row = column.x, 2
            column.skip(_PICTURE + 4)
        left = len(report.offered) - number
        more = f"and {left} more"
        after = _GAP + width_of(more, height) if row == 2 and left > 1 else 0
        if x + wide + after > end:
            column.drawn.append(line(more, x, column.y + 0.68 * _PICTURE, height, _LOOK.faint))
            break
        place = f'x="{x:g}" y="{column.y:g}" width="{_PICTURE}" height="{_PICTURE}"'
        column.drawn += [
            f'<image {place} href="{picture}"/>',
            line(name, x + _PICTURE + 6, column.y + 0.68 * _PICTURE, height, _LOOK.ink),
        ]
        x += wide + _GAP
    column.skip(_PICTURE)


def _cut(text: str, room: float, height: float) -> str:
    """A text as far as there is room for it."""
    whole = drawable(text)
    if width_of(whole, height) <= room:
        return whole
    return lines_of(whole, room - width_of("…", height), height)[0] + "…"


def _say(report: Report, column: _Column, paper: Paper) -> None:
    """What came of it, each sentence beside a bar."""
    inner = _Column(column.x + _GAP, column.y, column.room - _GAP, column.drawn)
    for sentence in report.sentences:
        top = inner.y
        inner.write(sentence, paper.body)
        column.drawn.append(
            f'<rect x="{column.x:g}" y="{top + 3:g}" width="3" height="{inner.y - top - 2:g}" '
            f'fill="{_LOOK.accent}"/>'
        )
        inner.skip(8)
    column.y = inner.y


def _figures(
    figures: Sequence[Figure], head: _Column, wide: float, low: float, drawn: list[str]
) -> float:
    """Figures below one another, down to ``low`` at most; where they end."""
    column = _Column(head.x, head.y, wide, drawn)
    if wide < PHONE.width:
        figures = [figure.narrow or figure for figure in figures]
    plots = [figure_svg(figure, wide) for figure in figures]
    heights = [*map(_height_of, plots)]
    for number, (figure, plot) in enumerate(zip(figures, plots, strict=True)):
        column.write(figure.title, 12, bold=True)
        _write_keys(figure, column)
        # Each is made smaller by the same share, so that they have type of one height.
        left = (low - column.y) * heights[number] / sum(heights[number:])
        drawn_here, high = _fitting(figure, plot, wide, max(60.0, left - _GAP - 4))
        drawn.append(_placed(drawn_here, column.x, column.y + 4, number))
        column.skip(high + _GAP)
    return column.y


def _write_keys(figure: Figure, column: _Column) -> None:
    """What colours mean, beside one another as far as there is room."""
    x, height = column.x, 9.5
    for colour, name in figure.keys:
        wide = 12 + width_of(drawable(name), height) + _GAP
        if x == column.x or x + wide > column.x + column.room:
            x, column.y = column.x, column.y + height * _LEADING
        y = column.y - 0.3 * height
        square = f'x="{x:g}" y="{y - 7.5:g}" width="8" height="8" fill="{colour}"'
        column.drawn += [f"<rect {square}/>", line(name, x + 12, y, height, theme(figure.dark).ink)]
        x += wide


def _foot(report: Report, paper: Paper, y: float, drawn: list[str]) -> float:
    """The code, if the link is short enough for one, the link and where the figures are from; where
    they end."""
    column = _Column(paper.margin, y, paper.room, drawn)
    code = qr(report.link) if report.link else ""
    if code:
        drawn.append(_placed(code, paper.margin, y, 9, _CODE))
        column = _Column(paper.margin + _CODE + _GAP, y, paper.room - _CODE - _GAP, drawn)
    column.write(report.origin, paper.small + 1, bold=True)
    if not report.link:
        return column.y
    column.write("See it live, with the same people and the same luck:", paper.small, _LOOK.faint)
    for part in lines_of(report.link, column.room, paper.small)[:3]:
        column.write(part, paper.small, _LOOK.faint)
    return column.y


# -- charts ---------------------------------------------------------------------------


def card(figure: Figure, width: float, write: Callable[[str], str]) -> str:
    """A chart that stands alone: what it shows and what its colours mean are above it.

    Args:
        write: how texts are written, some of whose letters may be pictures.
    """
    drawn: list[str] = []
    column = _Column(_GAP, _GAP / 2, width - 2 * _GAP, drawn)
    column.write(figure.title, 12, theme(figure.dark).ink, bold=True)
    if figure.marks:
        column.write(figure.marks, 9.5, theme(figure.dark).faint)
    _write_keys(figure, column)
    plot = figure_svg(figure, column.room, write)
    drawn.append(_placed(plot, column.x, column.y + 6, 0))
    high = column.y + 6 + _height_of(plot) + _GAP / 2
    size = f'width="{width:g}" height="{high:g}" viewBox="0 0 {width:g} {high:g}"'
    ground = f'<rect width="{width:g}" height="{high:g}" fill="{_ground(figure)}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(drawn)}</svg>'


def _ground(figure: Figure) -> str:
    return theme(True).ground if figure.dark else "white"


def figure_svg(figure: Figure, width: float, write: Callable[[str], str] = drawable) -> str:
    """A chart as SVG, so many points wide in all and as high as on its page."""
    spec: Spec = _written(figure.spec, write) | {
        "$schema": _SCHEMA,
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": _ground(figure),
        "data": {"values": _written(figure.rows.to_pylist(), write)},
    }
    spec = _roomy(spec, _NAMES * width)
    return _drawable(vl_convert.vegalite_to_svg(spec))


def _roomy(value: Any, most: float) -> Any:
    """The same with at least so much room for what stands beside an axis: on paper nothing tells
    the rest of a name that was cut."""
    if isinstance(value, dict):
        told = {key: _roomy(one, most) for key, one in value.items()}
        limit = told.get("labelLimit")
        if isinstance(limit, int | float) and limit:
            told["labelLimit"] = max(float(limit), most)
        return told
    return [_roomy(one, most) for one in value] if isinstance(value, list) else value


def _drawable(svg: str) -> str:
    """The same with pictures that become PNG and PDF, which knows no WebP."""
    return _WEBP.sub(lambda found: as_png(found[0]), svg)


def _fitting(figure: Figure, drawn: str, width: float, most: float) -> tuple[str, float]:
    """A chart that is drawn so wide, at most so high, and its height: the whole is made smaller,
    not its plot alone, whose labels stand where they do for its height."""
    high = _height_of(drawn)
    if high > most:
        drawn = figure_svg(figure, width * high / most)
        high = most
    sized = re.sub(
        r' width="[\d.]+" height="[\d.]+"', f' width="{width:g}" height="{high:g}"', drawn, count=1
    )
    return sized, high


def _height_of(svg: str) -> float:
    found = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)
    assert found is not None, "vl-convert writes it"
    return float(found[1])


def _written(value: Any, write: Callable[[str], str]) -> Any:
    """The same with all its texts written so."""
    if isinstance(value, str):
        return write(value)
    if isinstance(value, dict):
        return {key: _written(one, write) for key, one in value.items()}
    return [_written(one, write) for one in value] if isinstance(value, list) else value


def _placed(svg: str, x: float, y: float, number: int, side: float | None = None) -> str:
    """An SVG at a place of another; its names do not meet those of other parts."""
    named = re.sub(r'(id="|url\(#)(?=\w)', rf"\g<1>part{number}-", svg)
    size = f' width="{side:g}" height="{side:g}"' if side else ""
    return named.replace("<svg ", f'<svg x="{x:g}" y="{y:g}"{size} ', 1)
