"""Scenes: the content of a page, and its renderers."""
