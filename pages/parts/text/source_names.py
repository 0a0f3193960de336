"""What adds to an expected reward, in words."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engine.learners.base import Group, Source

_FIELDS = {1: "single fields", 2: "pairs of fields", 3: "triples of fields", 4: "fours of fields"}


def names_of(sources: Iterable[Source], values: Mapping[str, object]) -> dict[Source, str]:
    """What sources that stand beside each other are called in a context, field -> value.

    Those that would be called alike are told with their fields.
    """
    groups = [one for one in sources if isinstance(one, Group)]
    some = {group.order for group in groups if group.fields}
    found = {one: _name(one, values, some) for one in sources}
    times = Counter(found.values())
    for group in groups:
        if times[found[group]] > 1:
            found[group] += f": {', '.join(group.fields)}"
    return found


def _name(source: Source, values: Mapping[str, object], some: set[int]) -> str:
    """What a source is called, where some groups of these orders stand by themselves."""
    if source == "everything":
        return "whatever is offered"
    if source == "imitation":
        return "today's rules"
    if source.every:
        return f"{'other' if source.every in some else 'all'} {_FIELDS[source.every]}"
    named = [
        value if value and isinstance(value, str) else f"{field} {json.dumps(value)}"
        for field, value in values.items()
        if field in source.fields
    ]
    # A tag that is not there is not sent, and tells something, too.
    named += [f"no {field}" for field in source.fields if field not in values]
    return in_a_row(named) or "whoever comes"


def in_a_row(names: Sequence[str]) -> str:
    """Names as one says them after each other."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
