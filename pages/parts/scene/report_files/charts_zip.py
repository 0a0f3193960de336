"""Charts with the rows that they draw, and tables, in one ZIP."""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq
import vl_convert

from pages.parts.scene.report_files.files import SCALE
from pages.parts.scene.report_files.letters import FONT, drawable, words_first
from pages.parts.scene.report_files.report import Figure
from pages.parts.scene.report_files.sheet import card
from pages.parts.work.rows import Rows, as_cells, as_parquet

_WIDTH = 720
"""Points."""


def as_zip(figures: Iterable[Figure], tables: Mapping[str, Rows] | None = None) -> bytes:
    """Each chart as SVG and PNG, and what it draws as CSV and Parquet; and so each table, by its
    name."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for number, figure in enumerate(figures, 1):
            name = f"{number}-{_plain(figure.title)}"
            file.writestr(f"{name}.svg", card(figure, _WIDTH, str))
            drawn = card(figure, _WIDTH, _writing(figure))
            file.writestr(f"{name}.png", vl_convert.svg_to_png(drawn, scale=SCALE))
            rows = io.BytesIO()
            pq.write_table(figure.rows, rows)
            _put(file, name, figure.rows.to_pandas(), rows.getvalue())
        for name, told in (tables or {}).items():
            _put(file, f"table-{_plain(name)}", told, as_parquet(told))
    return packed.getvalue()


def _writing(figure: Figure) -> Callable[[str], str]:
    """How the texts of a chart are written where no browser draws it: with pictures beside words
    only where nothing else tells two of them apart."""
    if not has_pictures():
        return drawable
    columns = (set(column.to_pylist()) for column in figure.rows.columns)
    texts = [{text for text in column if isinstance(text, str)} for column in columns]
    tells = all(len(set(map(words_first, column))) == len(column) for column in texts)
    return words_first if tells else str


@cache
def has_pictures() -> bool:
    """Whether a font of this machine has pictures: they do not look like a letter that none has."""
    one, none = (
        vl_convert.svg_to_png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text y="30" font-family="{FONT}" font-size="24">{letter}</text></svg>'
        )
        for letter in ("\N{CROISSANT}", "\U0010fffe")
    )
    return bool(one != none)


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _put(file: ZipFile, name: str, rows: Rows, parquet: bytes) -> None:
    file.writestr(f"{name}.csv", as_cells(rows).to_csv(index=False))
    file.writestr(f"{name}.parquet", parquet)
