"""Fields that a chart specification reads."""

from typing import Any

import pytest

THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def fields_in(spec: Any) -> set[str]:
    """Return the names of the fields that a specification reads from its rows."""
    if isinstance(spec, list):
        return set().union(*map(fields_in, spec)) if spec else set()
    if not isinstance(spec, dict) or not spec:
        return set()
    own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    inherited = fields_in(spec.get("encoding", {}))
    if layers := spec.get("layer"):
        inherited = {name for name in inherited if not all(name in _made(each) for each in layers)}
    others = [value for name, value in spec.items() if name != "encoding"]
    return (own | inherited | fields_in(others)) - _made(spec)


def _made(spec: dict[str, Any]) -> set[str]:
    """Return names of the fields computed by transformations."""
    return {t["as"] for t in spec.get("transform", ()) if isinstance(t.get("as"), str)}
