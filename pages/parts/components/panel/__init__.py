"""A panel: a part of a page that is one element, with words, numbers and charts in it.

As elements of Streamlit's own these would cost a click ten times as much, and only a run of the
page could change them. A panel follows what is `published` as well: an answer by itself draws all
that it changed. Its charts are drawn by the Vega that Streamlit brings along.

Its style stands in the page (`pages.parts.shell.first_paint`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.charts.base import Keys, Spec
from pages.parts.components import beside
from pages.parts.scene.parts import Figure
from pages.parts.text.base_path import base_path
from pages.parts.text.format import pieces

Part = Mapping[str, Any]
"""What a browser is told of one part of a panel: its ``kind``, and what it shows."""

_panel = st.components.v2.component(
    "playground_panel", js=beside(__file__, "index.js"), isolate_styles=False
)


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows.

    Attributes:
        parts: from top to bottom.
        figures: its charts, to be taken along, by their keys.
    """

    parts: Sequence[Part]
    figures: Mapping[str, Figure]

    def but(self, known: "Panel | None") -> Sequence[Part]:
        """Its parts for a browser that ``known`` was told: a specification travels once."""
        drawn = {} if known is None else {key: one.spec for key, one in known.figures.items()}
        return [_without(part, drawn.get(part.get("key", ""))) for part in self.parts]


def _without(part: Part, known: Spec | None) -> Part:
    if known is None or part.get("spec") is not known:
        return part
    return {name: one for name, one in part.items() if name != "spec"}


def panel(*parts: Part | tuple[Part, Figure] | None) -> Panel:
    """A panel of those parts that are there."""
    there = [part for part in parts if part is not None]
    figures = {one[0]["key"]: one[1] for one in there if isinstance(one, tuple)}
    return Panel([one[0] if isinstance(one, tuple) else one for one in there], figures)


def heading(text: str) -> Part:
    """The heading of a part of a page."""
    return {"kind": "heading", "pieces": [(text, False)]}


def words(markdown: str) -> Part:
    """A sentence or two of our own Markdown, in which nothing but what is bold is marked."""
    return {"kind": "words", "pieces": pieces(markdown)}


def small(markdown: str) -> Part:
    """The same in small letters."""
    return {"kind": "small", "pieces": pieces(markdown)}


def numbers(named: Mapping[str, str]) -> Part:
    """Numbers, each with what it is."""
    return {"kind": "numbers", "numbers": list(named.items())}


def choice(
    key: str,
    label: str,
    options: Sequence[tuple[str, str]],
    value: str,
    wish: Mapping[str, object],
    *,
    is_number: bool,
    disabled: bool,
) -> Part:
    """One of several values, side by side, or along a line where they are numbers.

    Args:
        options: values with what they are called.
        value: which it is.
        wish: what is told of another, with that as its ``value``, see `Wish`.
    """
    told = {"key": key, "label": label, "options": list(options), "value": value, "wish": wish}
    return told | {"kind": "slider" if is_number else "choice", "disabled": disabled}


def button(
    key: str,
    label: str,
    icon: str,
    help: str,
    wish: Mapping[str, object],
    *,
    shortcut: str,
    disabled: bool,
) -> Part:
    """A quiet button that tells a `Wish`; so does a key, unless that is empty."""
    told = {"key": key, "label": label, "icon": icon, "help": help, "wish": wish}
    return told | {"kind": "button", "shortcut": shortcut, "disabled": disabled}


def chart(
    rows: Any,
    spec: Spec,
    key: str,
    alt: str,
    dark: bool,
    *,
    marks: str = "",
    keys: Keys = (),
    wish: Mapping[str, object] | None = None,
) -> tuple[Part, Figure]:
    """A chart in a place that is as high as it will be.

    Args:
        rows: a table of Arrow's.
        alt, marks, keys: as `pages.parts.scene.picture.picture` takes them.
        wish: what is told of the row that somebody clicks on, with its ``at`` to ``stand`` there.
    """
    told = {"kind": "chart", "key": key, "spec": spec, "rows": _told(rows), "alt": alt}
    told |= {"wish": wish} if wish else {}
    title, _, _ = alt.partition(": ")
    return told, Figure(key, title, alt, spec, rows, keys=keys, marks=marks, dark=dark)


def _told(rows: Any) -> list[dict[str, Any]]:
    """Rows as JSON has them: what is no number is nothing."""
    told: list[dict[str, Any]] = rows.to_pylist()
    for row in told:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                row[name] = None
    return told


@cache
def vega() -> str:
    """Address of the script with which Streamlit loads Vega for its own charts.

    Raises:
        ValueError: if Streamlit has no such script, or several (`test_streamlit_internals`).
    """
    scripts = Path(st.__file__).parent / "static" / "static" / "js"
    (found,) = scripts.glob("loadVegaEmbed.*.js")
    return f"{base_path()}/static/js/{found.name}"


def show_panel(name: str, shown: Panel, told: Mapping[str, object]) -> None:
    """Draw a panel.

    Args:
        name: of it, under which it hears what is published.
        told: whose it is (``session``), how many they have published so far (``number``), of which
            a browser keeps the latest, and how many wishes they have ``taken``.
    """
    own = {"name": name, "parts": list(shown.parts), "vega": vega()}
    _panel(key=f"panel-{name}", data={**told, **own})
