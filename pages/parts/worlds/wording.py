"""Sentences about a world being written."""

from collections.abc import Mapping, Sequence

from engine.worlds import World
from engine.worlds.ceilings import Ceiling
from engine.worlds.draft import Draft
from engine.worlds.draft_rows import CellFault
from engine.worlds.world_contents import Drift
from pages.parts.text.format import counted, plain
from pages.parts.text.money import per_thousand

TABLES = {
    "place": "World",
    "actions": "Actions",
    "values": "Visitors",
    "levels": "Rewards",
    "rules": "Rules",
    "truth": "True rates",
}
COLUMNS = {
    "title": "Title",
    "name": "Name",
    "emoji": "Picture",
    "features": "Features",
    "field": "Field",
    "value": "Value",
    "share": "How often",
    "worth": "Pays",
    "sends": "Sent as",
    "unit": "Reward unit",
    "story": "Story",
    "adds": "Adds",
    "when": "When",
    "action": "Action",
}
"""Display names of tables and columns, by their names in a draft."""


_MOST = 8
"""Largest number of names listed per kind."""


def understood(draft: Draft) -> str:
    """Describe the interpretation of read data, as columns may be ambiguous."""
    actions = [row.name for row in draft.actions]
    fields = list(dict.fromkeys(row.field for row in draft.values if row.field))
    return f"Read. Actions: {_some(actions)}. Fields: {_some(fields)}."


def _some(names: Sequence[str]) -> str:
    """List the first names and the number of the others."""
    first, more = ", ".join(names[:_MOST]), len(names) - _MOST
    return f"{first} and {more:,} more" if more > 0 else first


def fault_in_words(fault: CellFault) -> str:
    """What is wrong with a cell, as Markdown."""
    column = COLUMNS.get(fault.column, fault.column) if fault.table != "truth" else fault.column
    row = f"row {fault.row}" if fault.row else ""
    place = ", ".join(filter(None, [TABLES[fault.table], row, column]))
    return f"**{plain(place)}** {plain(fault.says)}."


def looks_at(ceiling: Ceiling, world: World) -> str:
    """Return the action or fields that a ceiling depends on, as Markdown."""
    if ceiling.item is not None:
        return plain(next(item.label for item in world.items if item.id == ceiling.item))
    labels = {field.name: field.label for field in world.fields}
    return plain(" and ".join(labels[name] for name in ceiling.fields))


def earned(value: float) -> str:
    """Format a mean reward, without differences due to rounding errors."""
    return f"{round(value, 9):.2f}"


def size_of(world: World) -> str:
    """Return the numbers of actions, fields and contexts."""
    items, fields = len(world.items), len(world.fields)
    parts = counted(items, "action"), counted(fields, "field"), counted(world.size, "context")
    return ", ".join(parts)


def point_of(levels: Mapping[str, float]) -> str:
    """Summarize the value of learning in a sentence."""
    single, best = levels["single"], levels["best"]
    if best - single < 0.005:
        return "One action is best for everybody: the context does not matter."
    share = (best - single) / single if single else 0.0
    if not single:
        return (
            f"The best single action earns nothing; knowing every taste earns {earned(best)}. "
            "That is what learning can gain here."
        )
    percentage = f"{share:.0%}".replace("%", "\u00a0%")
    return (
        f"The best single action earns {earned(single)}; knowing every taste earns "
        f"{earned(best)}, {percentage} more. That is what learning can gain here."
    )


def changes_on_race(drift: Drift) -> str:
    """Describe the drift of a world's tastes; empty for none."""
    match drift:
        case "none":
            return ""
        case "halfway":
            return "On Race, tastes change halfway."
        case "slow":
            return "On Race, tastes change slowly, one context after the other."


def more_of(faults: Sequence[CellFault], listed: int) -> str:
    """State the number of faults not listed; empty for none."""
    rest = len(faults) - listed
    return f"And {counted(rest, 'more cell')}." if rest > 0 else ""


def faults_in_words(faults: Sequence[CellFault], most: int) -> list[str]:
    """Return a Markdown sentence per fault for the first faults, and the number of the others."""
    more = more_of(faults, most)
    return [*map(fault_in_words, faults[:most]), *([more] if more else [])]


def in_unit(world: World) -> str:
    """Format the rewards of the best single action and of the best per visitor, as Markdown; empty
    without a unit."""
    if not world.unit:
        return ""
    single, best = (
        plain(per_thousand(world, value)) for value in (world.single_value, world.best_value)
    )
    return f"The best single offer earns {single}; the best offer for each visitor, {best}."
