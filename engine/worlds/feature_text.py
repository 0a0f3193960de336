"""Features of an action as one line that a person writes: ``roast: dark, milk: true, price: 3.5``.

What reads as JSON (a number, true, false, a list, an object, a text in quotes) is that; anything
else is a text as it stands. A line that begins with ``{`` is an object of JSON.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_OPEN, _CLOSE = "[{", "]}"


def features_from_text(text: str) -> dict[str, Any]:
    """Features out of a line; ValueError with a sentence for one that cannot be read."""
    text = text.strip()
    if text.startswith("{"):
        found = _json(text)
        if not isinstance(found, dict):
            raise ValueError("is no object of JSON, though it begins with {")
        return found
    features: dict[str, Any] = {}
    for part in _parts(text):
        name, colon, value = part.partition(":")
        name = name.strip()
        if not (colon and name and value.strip()):
            raise ValueError(f"has {part.strip()!r}, but must be like  milk: true, price: 3.5")
        if name in features:
            raise ValueError(f"has {name!r} twice")
        features[name] = _value(value.strip())
    return features


def features_to_text(features: Mapping[str, Any]) -> str:
    """A line out of features, from which they can be read again."""
    if any(":" in name or "," in name or name != name.strip() or not name for name in features):
        return json.dumps(dict(features), ensure_ascii=False)
    parts = [f"{name}: {_said(value)}" for name, value in features.items()]
    line = ", ".join(parts)
    return json.dumps(dict(features), ensure_ascii=False) if line.startswith("{") else line


def _parts(text: str) -> Iterator[str]:
    """What stands between commas that are in no brackets and no quotes."""
    depth, start, is_quoted, before = 0, 0, False, ""
    for at, letter in enumerate(text):
        if letter == '"' and before != "\\":
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (letter in _OPEN) - (letter in _CLOSE)
            if letter == "," and depth <= 0:
                yield text[start:at]
                start = at + 1
        before = letter
    if text[start:].strip():
        yield text[start:]


def _value(text: str) -> Any:
    found = _json(text)
    return text if found is None else found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _said(value: Any) -> str:
    """A text stands as it is, if it would be read as that again."""
    if isinstance(value, str):
        is_plain = value.strip() == value and not set(value) & set(',"[]{}') and value
        return value if is_plain and _json(value) is None else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)
