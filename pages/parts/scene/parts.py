"""Parts of a scene: texts, numbers, figures and tables, without Streamlit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
import pyarrow as pa

from pages.parts.charts.base import PAGE, Keys, Size, Spec


@dataclass(frozen=True, slots=True)
class Look:
    """How figures are drawn.

    Attributes:
        dark: whether in the dark theme.
        size: of type and marks: a page's, or the stage's.
    """

    dark: bool = False
    size: Size = PAGE


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences.

    Attributes:
        body: Markdown; typed text in it is escaped (`pages.parts.text.format.plain`).
        title: heading above it.
        help: of the heading, or of the text where there is none.
        is_note: whether it is small print.
    """

    body: str
    title: str = ""
    help: str | None = None
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """One large figure.

    Attributes:
        below: the line below it: an interval, or what it is compared with.
        is_good: whether that line is drawn as an improvement.
    """

    label: str
    value: str
    below: str = ""
    is_good: bool = False
    help: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Large figures side by side."""

    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart.

    Attributes:
        key: of the chart in the page; another key is another chart.
        title: heading on a page and in a report, and name of its file.
        alt: for readers who do not see it: what it shows, a colon, and its numbers.
        spec: Vega-Lite specification without data.
        rows: its data.
        help: of the heading.
        keys: colours with what they mean, where the chart itself does not say.
        marks: meaning of its marks, as Markdown, where it stands alone.
        dark: whether it is drawn in dark colours.
        narrow: the same figure for a sheet as wide as a phone, if that is another one.
    """

    key: str
    title: str
    alt: str
    spec: Spec
    rows: pa.Table
    help: str | None = None
    keys: Keys = ()
    marks: str = ""
    dark: bool = False
    narrow: "Figure | None" = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """How a column of a table is drawn.

    Attributes:
        format: printf format of numbers; empty for text.
        help: on its head.
        width: in pixels, or as Streamlit names it; None for what its cells need.
    """

    format: str = ""
    help: str | None = None
    width: int | Literal["small", "medium", "large"] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows.

    Attributes:
        columns: those that are not drawn as usual, by name.
        row_height: in pixels, for a table that shows all of its rows; None for the usual height.
    """

    key: str
    rows: pd.DataFrame
    title: str = ""
    columns: Mapping[str, TableColumn] = field(default_factory=dict)
    row_height: int | None = None


Part = Text | Numbers | Figure | Table


class Scene(Mapping[str, Part]):
    """All that a page says: parts by name.

    A part is computed when it is first asked for, so that the stage pays for one figure only.
    `get` returns None for a part that has nothing to show yet.

    Args:
        makers: what computes each part; None is a part with nothing to show.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Part | None]]) -> None:
        self._makers = makers
        self._parts: dict[str, Part | None] = {}

    def _part(self, name: str) -> Part | None:
        if name not in self._makers:
            raise LookupError(f"the scene has no part {name}")
        if name not in self._parts:
            self._parts[name] = self._makers[name]()
        return self._parts[name]

    def __getitem__(self, name: str) -> Part:
        part = self._part(name)
        if part is None:
            raise KeyError(name)
        return part

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._makers if self._part(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def text(self, name: str) -> str:
        """Markdown of a text; empty if it has nothing to say.

        Raises:
            TypeError: if the part is no text.
        """
        part = self._part(name)
        if part is None:
            return ""
        if not isinstance(part, Text):
            raise TypeError(f"{name} is a {type(part).__name__}, not a text")
        return part.body

    def figure(self, name: str) -> Figure | None:
        """A figure; None if it has nothing to show.

        Raises:
            TypeError: if the part is no figure.
        """
        part = self._part(name)
        if part is not None and not isinstance(part, Figure):
            raise TypeError(f"{name} is a {type(part).__name__}, not a figure")
        return part
