"""All that a page shows, to be taken along at its foot."""

from collections.abc import Mapping

import streamlit as st

from pages.parts.download import download_file
from pages.parts.drawn import Drawn, drawn_here
from pages.parts.lessons.words import LANGUAGES, words
from pages.parts.passes import File
from pages.parts.report.charts_zip import as_zip


def take_along(page: str) -> None:
    """Offer the charts and tables that a page shows; the file is made when the link is followed."""
    parts = drawn_here()
    if any(part.figures or part.tables for part in parts.values()):
        file = File(f"{page}.zip", "application/zip", lambda: packed(parts))
        # Lessons and the words are in other languages, too, and their links say so.
        told = st.query_params.get("language", "")
        page_words = words(told if told in LANGUAGES else "en", "page")
        download_file(page_words.say("take_along"), "page-zip", file)


def packed(parts: Mapping[str, Drawn]) -> bytes:
    """What is shown by now, in one ZIP."""
    shown = list(parts.values())
    figures = [figure for part in shown for figure in list(part.figures.values())]
    tables = {key: rows for part in shown for key, rows in list(part.tables.items())}
    return as_zip(figures, tables)
