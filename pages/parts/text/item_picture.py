"""Picture of an action on a page: the action's file, or its emoji."""

from engine.worlds import Item
from pages.parts.text.format import plain


def picture_of(item: Item) -> str:
    """Return the picture of an action as Markdown; empty text for none."""
    return markdown_of(item.picture) if item.picture else plain(item.emoji)


def labelled(item: Item) -> str:
    """Return picture and name of an action, as Markdown."""
    return f"{picture_of(item)} {plain(item.name)}".strip()


def markdown_of(picture: str) -> str:
    """Return a picture file, given as a Base64 data URI, as Markdown."""
    return f"![]({picture})"
