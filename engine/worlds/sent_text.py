"""What a value of a field sends, as one line: a number, tags, or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from engine.errors import PersonalizerError
from engine.protocol.features import flatten


def sent_from_text(text: str) -> Any:
    """Value to send: a number, tags separated by commas, or JSON; None for the name itself.

    ValueError with the rest of a sentence for other text.
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith(("{", "[", '"')):
            raise ValueError("is no JSON, though it begins like it") from None
        return {tag.strip(): True for tag in text.split(",") if tag.strip()}
    is_other_list = isinstance(found, list) and not (found and isinstance(found[0], str))
    if found is None or is_other_list or why_not_sent({"sent": found}):
        raise ValueError(f"is {text[:40]}, but must be a number, or tags with commas between")
    return found


def why_not_sent(features: Mapping[str, Any]) -> str:
    """Why no request could say it, as a sentence; empty if one can."""
    try:
        flatten([features], "features")
    except PersonalizerError as error:
        said = error.message.replace("features[0].", "")
        return said.replace("features[0]", "the features").rstrip(".")
    return ""


def sent_to_text(sends: object) -> str:
    """The text of what a value sends, out of which `sent_from_text` makes it."""
    if sends is None:
        return ""
    if isinstance(sends, dict) and sends and all(one is True for one in sends.values()):
        line = ", ".join(sends)
        if line.strip() and not line.startswith(("{", "[", '"')) and sent_from_text(line) == sends:
            return line
    return json.dumps(sends, ensure_ascii=False)
