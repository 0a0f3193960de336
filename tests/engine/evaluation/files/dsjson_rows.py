"""Rows of dsjson with a single fault each."""

import json
from typing import Any

from tests.engine.requests import Json
from tests.engine.store.exchange.files import GOOD_ROW


def lines(*rows: Any) -> bytes:
    """A file of these rows, each with a distinct id."""
    named = (
        row | {"EventId": f"e{n}"} if isinstance(row, dict) else row for n, row in enumerate(rows)
    )
    return "\n".join(json.dumps(row) for row in named).encode()


def without(*names: str) -> Json:
    """A valid row without the given fields."""
    return {name: value for name, value in GOOD_ROW.items() if name not in names}


def offering(*actions: object) -> Json:
    """A row with these actions and equal probabilities."""
    size = len(actions)
    chances = {"a": list(range(1, size + 1)), "p": [1 / size] * size}
    return GOOD_ROW | chances | {"c": {"_multi": list(actions)}}
