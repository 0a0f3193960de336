"""Names of the sources of an expected reward."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engine.learners.base import Group, Source

_FIELDS = {
    1: "fields on their own",
    2: "pairs of fields",
    3: "triples of fields",
    4: "quadruples of fields",
}


def names_of(sources: Iterable[Source], values: Mapping[str, object]) -> dict[Source, str]:
    """Return display names of sources in a context, field -> value.

    Groups with equal names get their fields appended.
    """
    groups = [source for source in sources if isinstance(source, Group)]
    some = {group.order for group in groups if group.fields}
    names = {source: _name(source, values, some) for source in sources}
    times = Counter(names.values())
    for group in groups:
        if times[names[group]] > 1:
            names[group] += f": {', '.join(group.fields)}"
    return names


def _name(source: Source, values: Mapping[str, object], some: set[int]) -> str:
    """Return the name of a source.

    Args:
        some: orders of listed groups with fields; the rest of such an order is called "other".
    """
    if source == "everything":
        return "any offer"
    if source == "imitation":
        return "today's rules"
    if source.every:
        return f"{'other' if source.every in some else 'all'} {_FIELDS[source.every]}"
    named = [
        value if value and isinstance(value, str) else f"{field} {json.dumps(value)}"
        for field, value in values.items()
        if field in source.fields
    ]
    # Missing tags are not sent, but they inform the estimate as well.
    named += [f"no {field}" for field in source.fields if field not in values]
    return in_a_row(named) or "any visitor"


def in_a_row(names: Sequence[str]) -> str:
    """Join names with commas and "and"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
