"""The folder of the pages, for links from one page to another."""

from pathlib import Path

PAGES = Path(__file__).parents[2]
