"""Parts of a scene: texts, numbers, figures and tables, without Streamlit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
import pyarrow as pa

from pages.parts.charts.base import PAGE, Keys, Size, Spec


@dataclass(frozen=True, slots=True)
class FigureStyle:
    """Theme and size of figures.

    Attributes:
        dark: whether to use the dark theme.
        size: of type and marks: a page's, or the stage's.
    """

    dark: bool = False
    size: Size = PAGE


@dataclass(frozen=True, slots=True)
class Text:
    """A text.

    Attributes:
        body: Markdown; text typed by users is escaped (`pages.parts.text.format.plain`).
        title: heading above the text.
        help: of the heading, or of the text if it has no heading.
        is_note: whether to draw the text in small print.
    """

    body: str
    title: str = ""
    help: str | None = None
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A large figure with its label.

    Attributes:
        below: the line below: an interval, or a reference value.
        is_good: whether to draw that line as an improvement.
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
        key: of the chart in the page; a new key makes a new chart.
        title: heading on a page and in a report, and name of the file.
        alt: alternative text: subject, a colon, and numbers.
        spec: Vega-Lite specification without data.
        rows: data of the chart.
        help: of the heading.
        keys: colours with their meanings, if the chart has no legend of its own.
        marks: meaning of the marks as Markdown, for a chart outside its page.
        dark: whether the chart has dark colours.
        narrow: another version for a phone, if any.
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
    """Format of a table's column.

    Attributes:
        format: printf format of numbers; empty for text.
        help: of the column's head.
        width: in pixels, or as Streamlit names it; None for automatic.
    """

    format: str = ""
    help: str | None = None
    width: int | Literal["small", "medium", "large"] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: formats of the columns that differ from the default, by name.
        row_height: in pixels, for a table that displays all of its rows; None for the default.
    """

    key: str
    rows: pd.DataFrame
    title: str = ""
    columns: Mapping[str, TableColumn] = field(default_factory=dict)
    row_height: int | None = None


Part = Text | Numbers | Figure | Table


class Scene(Mapping[str, Part]):
    """Content of a page as named parts.

    A part is computed on first access, so the stage pays for a single figure. `get` returns None
    for a part without content.

    Args:
        makers: functions that compute the parts; None as a result means no content.
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
        """Return the Markdown of a text part; empty without content.

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
        """Return a figure; None without content.

        Raises:
            TypeError: if the part is no figure.
        """
        part = self._part(name)
        if part is not None and not isinstance(part, Figure):
            raise TypeError(f"{name} is a {type(part).__name__}, not a figure")
        return part
