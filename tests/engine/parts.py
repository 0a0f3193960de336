"""Contributions as tests compare them."""

from collections.abc import Mapping

from engine.learners.base import Contribution, Group, Source


def added_by_groups(parts: Mapping[Source, Contribution]) -> dict[Group, float]:
    """The means of what groups of fields add."""
    return {one: part.mean for one, part in parts.items() if isinstance(one, Group)}
