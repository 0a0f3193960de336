"""Fixtures: a stored loop whose exported files are read."""

from tests.engine.store.exchange.conftest import exported, library, lines

__all__ = ["exported", "library", "lines"]
