"""Folder of the page scripts, for links between pages."""

from pathlib import Path

PAGES = Path(__file__).parents[2]
