"""An action's picture on a page: its file, if it has one, or its emoji."""

from engine.worlds import Item
from pages.parts.text.format import plain


def picture_of(item: Item) -> str:
    """The picture of an action, as Markdown; empty if it has none."""
    return markdown_of(item.picture) if item.picture else plain(item.emoji)


def labelled(item: Item) -> str:
    """Picture and name of an action, as Markdown."""
    return f"{picture_of(item)} {plain(item.name)}".strip()


def markdown_of(picture: str) -> str:
    """A picture file, as Markdown; it is a data URI of letters, digits, and what Base64 has."""
    return f"![]({picture})"
