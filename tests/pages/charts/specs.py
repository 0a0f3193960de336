"""What a specification reads."""

from typing import Any

import pytest

THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def fields_in(spec: Any) -> set[str]:
    """Names of all fields that a specification reads."""
    if isinstance(spec, list):
        return set().union(*map(fields_in, spec)) if spec else set()
    if not isinstance(spec, dict):
        return set()
    own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    made = {t["as"] for t in spec.get("transform", ()) if isinstance(t.get("as"), str)}
    return (own | fields_in(list(spec.values()))) - made
