"""Values and texts of Play's panels in the format sent to a browser."""

from collections.abc import Iterable, Mapping
from typing import Any

Told = Mapping[str, Any]
"""Data of one part of a panel, as sent to a browser."""


def number_in(parts: Iterable[Told], name: str) -> str | None:
    """The number with this label as displayed; None if the label is missing."""
    numbers = (pair for part in parts if part["kind"] == "numbers" for pair in part["numbers"])
    return next((number for called, number in numbers if called == name), None)


def texts_in(parts: Iterable[Told]) -> list[str]:
    """Texts of panel parts, and descriptions of their charts."""
    texts = []
    for part in parts:
        if part["kind"] == "chart":
            texts.append(str(part["alt"]))
        elif "pieces" in part:
            texts.append("".join(text for text, _ in part["pieces"]))
    return texts
