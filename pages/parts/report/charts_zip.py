"""The charts of a report with the rows that they draw, in one ZIP."""

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq
import vl_convert

from pages.parts.download import as_cells
from pages.parts.report.files import SCALE
from pages.parts.report.report import Report
from pages.parts.report.sheet import figure_svg

_WIDTH = 720
"""Points."""


def as_zip(report: Report) -> bytes:
    """Each chart as SVG and PNG, and what it draws as CSV and Parquet."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for number, figure in enumerate((*report.figures, *report.further), 1):
            name = f"{number}-{re.sub(r'[^a-z0-9]+', '-', figure.title.lower()).strip('-')}"
            drawn = figure_svg(figure, _WIDTH)
            rows = io.BytesIO()
            pq.write_table(figure.rows, rows)
            file.writestr(f"{name}.svg", drawn)
            file.writestr(f"{name}.png", vl_convert.svg_to_png(drawn, scale=SCALE))
            file.writestr(f"{name}.csv", as_cells(figure.rows.to_pandas()).to_csv(index=False))
            file.writestr(f"{name}.parquet", rows.getvalue())
    return packed.getvalue()
