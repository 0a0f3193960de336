"""The loop in a store whose files are read."""

from tests.engine.store.exchange.conftest import exported, library, lines

__all__ = ["exported", "library", "lines"]
