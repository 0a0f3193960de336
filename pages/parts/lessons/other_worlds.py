"""Lessons in a world of the person's choice: which worlds are suitable, and names in them."""

from engine.worlds import Context, World
from engine.worlds.fields import Field, Value

_ITEMS, _CELLS, _VALUES = 12, 400, 12
"""More actions, cells, or values of the first field than this have no room in a lesson's pictures,
or cannot be learned with so few visitors."""
_SELDOM = 0.02
"""Least share of visitors with the second most frequent value of the first field: one lesson
begins with a search for twenty visitors of each of two values, which takes long if a value is
rare."""


def has_room(world: World) -> bool:
    """Return whether lessons can be given in a world."""
    return (
        2 <= len(world.items) <= _ITEMS
        and world.size <= _CELLS
        and bool(world.fields)
        and 2 <= len(first_field(world).values) <= _VALUES
        and regulars(world)[1].share >= _SELDOM * sum(v.share for v in first_field(world).values)
    )


def first_field(world: World) -> Field:
    """The field of the context that a lesson looks at."""
    return world.fields[0]


def regulars(world: World) -> tuple[Value, Value]:
    """Return the two most frequent values of the first field, the more frequent first."""
    first, second, *_ = sorted(first_field(world).values, key=lambda value: -value.share)
    return first, second


def somebody(world: World) -> Context:
    """Return the context of a lesson about a single visitor."""
    return world.contexts[0]


def called(world: World, context: Context) -> str:
    """Format a context with the labels of its values, as plain text."""
    labels = {(f.name, v.name): v.label for f in world.fields for v in f.values}
    return " · ".join(labels[name, value] for name, value in context.items())
