"""Scenes: what a page says, once, and the renderers that show it."""
