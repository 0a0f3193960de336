"""Contributions in the form compared by tests."""

from collections.abc import Mapping

from engine.learners.base import Contribution, Group, Source


def added_by_groups(parts: Mapping[Source, Contribution]) -> dict[Group, float]:
    """Mean contributions of groups of fields."""
    return {one: part.mean for one, part in parts.items() if isinstance(one, Group)}
