"""Data sent by a value of a field, as one line: a number, tags, or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from engine.errors import PersonalizerError
from engine.protocol.features import flatten


def sent_from_text(text: str) -> Any:
    """Parse the data of a value: a number, tags separated by commas, or JSON; None to send the
    name. ValueError with the rest of a sentence for an invalid text."""
    text = text.strip()
    if not text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith(("{", "[", '"')):
            raise ValueError("looks like JSON, but is not valid") from None
        return {tag.strip(): True for tag in text.split(",") if tag.strip()}
    is_other_list = isinstance(data, list) and not (data and isinstance(data[0], str))
    if data is None or is_other_list or why_not_sent({"sent": data}):
        raise ValueError(f"is {text[:40]}, but must be a number, or tags with commas between")
    return data


def why_not_sent(features: Mapping[str, Any]) -> str:
    """Reason why no request could hold these features, as a sentence; empty for none."""
    try:
        flatten([features], "features")
    except PersonalizerError as error:
        reason = error.message.replace("features[0].", "")
        return reason.replace("features[0]", "the features").rstrip(".")
    return ""


def sent_to_text(sends: object) -> str:
    """Text of a value's data, for `sent_from_text`."""
    if sends is None:
        return ""
    if isinstance(sends, dict) and sends and all(entry is True for entry in sends.values()):
        line = ", ".join(sends)
        if line.strip() and not line.startswith(("{", "[", '"')) and sent_from_text(line) == sends:
            return line
    return json.dumps(sends, ensure_ascii=False)
