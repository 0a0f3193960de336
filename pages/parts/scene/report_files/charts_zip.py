"""ZIP archive of charts, their data, and tables."""

import io
import re
from collections.abc import Iterable, Mapping
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq

from pages.parts.scene.part_types import Figure
from pages.parts.scene.report_files.charts import standalone_svg
from pages.parts.scene.report_files.typesetting import svg_to_png
from pages.parts.work.spreadsheet_safe_export import Rows, as_cells, as_parquet

_WIDTH = 720
"""Width of an SVG in pixels; a PNG has 2.5 times as many."""


def as_zip(figures: Iterable[Figure], tables: Mapping[str, Rows] | None = None) -> bytes:
    """Return a ZIP archive: charts as SVG and PNG, and their data and the tables as CSV and
    Parquet."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for number, figure in enumerate(figures, 1):
            name = f"{number}-{_file_name(figure.title)}"
            svg = standalone_svg(figure, _WIDTH)
            file.writestr(f"{name}.svg", svg)
            file.writestr(f"{name}.png", svg_to_png(svg))
            rows = io.BytesIO()
            pq.write_table(figure.rows, rows)
            _add_rows(file, name, figure.rows.to_pandas(), rows.getvalue())
        for title, table in (tables or {}).items():
            _add_rows(file, f"table-{_file_name(title)}", table, as_parquet(table))
    return packed.getvalue()


def _file_name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _add_rows(file: ZipFile, name: str, rows: Rows, parquet: bytes) -> None:
    file.writestr(f"{name}.csv", as_cells(rows).to_csv(index=False))
    file.writestr(f"{name}.parquet", parquet)
