"""Worlds as JSON: a small handwritten one, and random ones from Hypothesis."""

from copy import deepcopy
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from engine.worlds.visible_text import alike, is_seen

BAKERY: dict[str, Any] = {
    "format": "personalizer-playground-world",
    "version": 1,
    "title": "Bakery",
    "emoji": "🥐",
    "story": "A bakery offers one thing to any visitor in. Rain makes for sweet teeth.",
    "fields": [
        {
            "name": "weather",
            "label": "Weather",
            "values": [
                {"name": "Sunny", "emoji": "☀️", "share": 2},
                {"name": "Rainy", "emoji": "☔", "share": 1},
            ],
        },
        {"name": "hurry", "values": [{"name": "yes"}, {"name": "no"}]},
    ],
    "items": [
        {"id": "Roll", "emoji": "🥖", "features": {"sweet": False, "price": 1.2}},
        {"id": "Cake", "emoji": "🍰", "features": {"sweet": True, "price": 3}},
        {"id": "Tea", "features": {"sweet": False, "price": 2.5}},
    ],
    "truth": {
        "table": [
            [0.9, 0.1, [0.25, 0.125]],
            [0.1, [0.5, 0.25], 0.2],
            [0.2, 0.8, 0.1],
            [0, [0.3, 0.1], 1],
        ]
    },
}


def bakery(**changes: object) -> dict[str, Any]:
    """The bakery's JSON with some changes."""
    return deepcopy(BAKERY) | changes


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    is_seen
)
CHANCES = st.floats(0, 1)
ADDS = st.floats(-1, 1).map(lambda add: add + 0.0)
"""Addend of a term: never -0.0, which becomes 0.0 in a rule."""
PAIRS = st.tuples(CHANCES, CHANCES).map(lambda c: [c[0] * (1 - c[1]), c[0] * c[1]])


def sent_as(at: int) -> st.SearchStrategy[dict[str, object]]:
    """Features of a value, distinct by its position: its name, a number, tags, or none."""
    others: list[object] = [at + 0.5, {f"tag{at}": True}, {} if at == 0 else at]
    return st.just({}) | st.sampled_from(others).map(lambda sends: {"sends": sends})


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A world of up to three fields and four items, its truth a table or weights."""
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True))
    fields = [
        {
            "name": name,
            "values": [
                {"name": text, "share": draw(st.floats(0.01, 100))} | draw(sent_as(at))
                for at, text in enumerate(
                    draw(st.lists(TEXTS, min_size=1, max_size=3, unique_by=alike))
                )
            ],
        }
        for name in names
    ]
    kinds = st.booleans() | st.integers(-5, 5) | st.floats(-9, 9) | TEXTS
    values: st.SearchStrategy[dict[str, float]] = st.just({}) | st.floats(0.01, 1_000).map(
        lambda value: {"value": value}
    )
    items = [
        {"id": text, "features": {"kind": draw(kinds), "size": i}} | draw(values)
        for i, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=4, unique_by=alike)))
    ]
    cells = 1
    for field in fields:
        cells *= len(field["values"])
    row = st.lists(CHANCES | PAIRS, min_size=len(items), max_size=len(items))
    table = st.fixed_dictionaries({"table": st.lists(row, min_size=cells, max_size=cells)})
    return bakery(
        title=draw(TEXTS),
        unit=draw(st.just("") | TEXTS),
        fields=fields,
        items=items,
        truth=draw(table | weights(fields, items)),
    )


def weights(
    fields: list[dict[str, Any]], items: list[dict[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """A truth as a sum of terms."""
    conditions = st.fixed_dictionaries(
        {},
        optional={f["name"]: st.sampled_from([v["name"] for v in f["values"]]) for f in fields},
    )
    term = st.fixed_dictionaries(
        {"add": ADDS},
        optional={
            "when": conditions,
            "item": st.sampled_from([item["id"] for item in items]),
        },
    ) | st.fixed_dictionaries(
        {
            "add": ADDS,
            "features": st.sampled_from([{"size": i} for i in range(len(items))]),
        },
    )
    return st.fixed_dictionaries(
        {"base": CHANCES, "terms": st.lists(term, max_size=5)}, optional={"whole": CHANCES}
    )


def large(fields: int = 8, values: int = 6, items: int = 50, span: float = 0.02) -> dict[str, Any]:
    """A world of 1.7 million contexts, with a truth that sums over all pairs of fields.

    Args:
        span: by which a pair adds or takes at most; with much of it, sums leave 0 to 1.
    """
    rng = np.random.default_rng(17)
    names = [f"field{i}" for i in range(fields)]
    terms = [
        {
            "add": float(rng.uniform(-span, span)),
            "when": {one: f"{rng.integers(values)}", other: f"{rng.integers(values)}"},
            "item": f"item {rng.integers(items)}",
        }
        for _ in range(18)
        for one, other in combinations(names, 2)
    ]
    return bakery(
        fields=[
            {"name": n, "values": [{"name": str(v), "share": v + 1} for v in range(values)]}
            for n in names
        ],
        items=[{"id": f"item {i}", "features": {"number": i}} for i in range(items)],
        truth={"base": 0.5, "whole": 0.5, "terms": terms},
    )
