"""Links to the files of a report, in the toolbar's box *Link*."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.components.download import download_file
from pages.parts.scene.report_files.charts_zip import as_zip
from pages.parts.scene.report_files.html_page import as_html
from pages.parts.scene.report_files.paper_sizes import PAPERS, Paper
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_files.typesetting import as_pdf, as_png
from pages.parts.work.download_permission import File

ReportOf = Callable[[str], Report | None]
"""(link to what the report is about) -> report as of now; None while there is nothing to report."""
FORMATS: Mapping[str, tuple[str, Callable[[Report, Paper], bytes]]] = {
    "pdf": ("application/pdf", as_pdf),
    "png": ("image/png", as_png),
    "html": ("text/html", as_html),
}
"""File ending -> media type and the function that makes the file."""


def report_links(report_of: ReportOf, link: str, name: str) -> None:
    """Offer a report on each paper and in each format, and its charts as ZIP; a file is made when
    its link is followed."""
    st.markdown("**Report.** One page with the picture and the figures.")
    with st.container(horizontal=True, gap="xsmall", key="take-home"):
        for key, paper in PAPERS.items():
            for ending, (media_type, _) in FORMATS.items():
                make = _maker(report_of, link, key, ending)
                file = File(f"{name}-{key}.{ending}", media_type, make)
                download_file(f"{paper.name} {ending.upper()}", f"report-{key}-{ending}", file)
        charts = File(f"{name}-charts.zip", "application/zip", lambda: _charts(report_of(link)))
        download_file("Charts and data (ZIP)", "report-charts", charts)


def _charts(report: Report | None) -> bytes | None:
    return None if report is None else as_zip((*report.figures, *report.further))


def _maker(report_of: ReportOf, link: str, paper: str, ending: str) -> Callable[[], bytes | None]:
    def make() -> bytes | None:
        report = report_of(link)
        return None if report is None else FORMATS[ending][1](report, PAPERS[paper])

    return make
