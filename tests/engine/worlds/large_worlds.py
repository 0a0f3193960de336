"""Worlds as large as may be."""

from typing import Any

from engine.worlds import World, world_from_json


def deep_json(title: str = "Deep", fields: int = 4, values: int = 50, items: int = 50) -> Any:
    """A world of 6.25 million contexts in 60 KiB of JSON."""
    return {
        "format": "personalizer-playground-world",
        "version": 1,
        "title": title,
        "fields": [
            {"name": f"f{f}", "values": [{"name": f"v{f} {v}"} for v in range(values)]}
            for f in range(fields)
        ],
        "items": [
            {"id": f"item {i}", "features": {"size": i, "kind": i % 5}} for i in range(items)
        ],
        "truth": {
            "base": 0.3,
            "terms": [
                {"add": 0.2, "when": {"f0": f"v0 {n % values}"}, "item": f"item {n % items}"}
                | {"features": {}}
                for n in range(200)
            ],
        },
    }


def deep(title: str = "Deep", fields: int = 4, values: int = 50, items: int = 50) -> World:
    """The deep JSON as a world."""
    return world_from_json(deep_json(title, fields, values, items))
