"""What Play's panels say, as its page tells a browser."""

from collections.abc import Iterable, Mapping
from typing import Any

Told = Mapping[str, Any]
"""What a browser is told of one part of a panel."""


def number_in(parts: Iterable[Told], name: str) -> str | None:
    """The number by a name, as it is written; nothing if none of that name is there."""
    numbers = (pair for part in parts if part["kind"] == "numbers" for pair in part["numbers"])
    return next((number for called, number in numbers if called == name), None)


def texts_in(parts: Iterable[Told]) -> list[str]:
    """What is written in them, and what their charts are said to show."""
    texts = []
    for part in parts:
        if part["kind"] == "chart":
            texts.append(str(part["alt"]))
        elif "pieces" in part:
            texts.append("".join(text for text, _ in part["pieces"]))
    return texts
