"""Download of everything on a page, at its foot."""

from collections.abc import Mapping

from pages.parts.components.download import download_file
from pages.parts.scene.report_files.charts_zip import as_zip
from pages.parts.work.download_permission import File
from pages.parts.work.figure_registry import Drawn, drawn_here

_LABEL = "Download everything on this page: charts as PNG and SVG, data as CSV and Parquet"


def offer_page_download(page: str) -> None:
    """Draw a link to download the page's charts and tables; the file is created when followed."""
    parts = drawn_here()
    if any(part.figures or part.tables for part in parts.values()):
        file = File(f"{page}.zip", "application/zip", lambda: packed(parts))
        download_file(_LABEL, "page-zip", file)


def packed(parts: Mapping[str, Drawn]) -> bytes:
    """Return the displayed charts and tables as ZIP."""
    drawn = list(parts.values())
    figures = [figure for part in drawn for figure in list(part.figures.values())]
    tables = {key: rows for part in drawn for key, rows in list(part.tables.items())}
    return as_zip(figures, tables)
