"""Worlds above a limit are refused with a message that names the limit."""

from typing import Any

import pytest

from engine import PersonalizerError
from engine.worlds import world_from_json
from engine.worlds.limits import MAX_SIZE, MAX_TABLE
from tests.engine.worlds.random_worlds import bakery


def test_a_table_above_the_limit_is_refused_with_a_hint_to_weights() -> None:
    ten = [{"name": str(i)} for i in range(10)]
    data = bakery(
        fields=[{"name": name, "values": ten} for name in "abc"],
        items=[{"id": str(i), "features": {"a": 1}} for i in range(11)],
    )
    with pytest.raises(PersonalizerError, match=rf"is 11000, .* at most {MAX_TABLE:,}; weights"):
        world_from_json(data)


def test_worlds_too_large_for_a_line_are_refused() -> None:
    names = [f"f{i}" * 9 for i in range(20)]
    fields = [{"name": name, "values": [{"name": "x" * 60}]} for name in names]
    terms: list[dict[str, Any]] = [{"add": 0.1, "when": dict.fromkeys(names, "x" * 60)}] * 400
    wide = bakery(fields=fields, truth={"base": 0.1, "terms": terms})
    with pytest.raises(PersonalizerError, match=rf"in bytes is \d+, .* at most {MAX_SIZE:,}"):
        world_from_json(wide)
