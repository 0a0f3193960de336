"""Features of an action as one line of text: ``roast: dark, milk: true, price: 3.5``.

A value in JSON (a number, true, false, a list, an object, a quoted text) is parsed; any other
value is a text. A line that begins with ``{`` is a JSON object.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_OPEN, _CLOSE = "[{", "]}"


def features_from_text(text: str) -> dict[str, Any]:
    """Parse a line of features; ValueError with the rest of a sentence for an invalid line."""
    text = text.strip()
    if text.startswith("{"):
        value = _json(text)
        if not isinstance(value, dict):
            raise ValueError("begins with {, but is not a valid JSON object")
        return value
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
    """Write features as a line that `features_from_text` reads."""
    if any(":" in name or "," in name or name != name.strip() or not name for name in features):
        return json.dumps(dict(features), ensure_ascii=False)
    parts = [f"{name}: {_value_text(value)}" for name, value in features.items()]
    line = ", ".join(parts)
    return json.dumps(dict(features), ensure_ascii=False) if line.startswith("{") else line


def _parts(text: str) -> Iterator[str]:
    """Parts between commas outside of brackets and quotes."""
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
    value = _json(text)
    return text if value is None else value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _value_text(value: Any) -> str:
    """Text of a value; quoted only if it would be parsed as another value."""
    if isinstance(value, str):
        is_plain = value.strip() == value and not set(value) & set(',"[]{}') and value
        return value if is_plain and _json(value) is None else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)
