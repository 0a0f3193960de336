"""Sentences about a world being written."""

from collections.abc import Sequence
from math import hypot

from engine.worlds import World
from engine.worlds.ceilings import Ceiling, Ceilings
from engine.worlds.draft import Draft
from engine.worlds.draft_rows import CellFault
from engine.worlds.world_contents import Drift
from pages.parts.text.format import counted, percent, plain
from pages.parts.text.reward_scale import RewardScale

TABLES = {
    "place": "",
    "actions": "Actions",
    "values": "Visitors",
    "levels": "Rewards",
    "rules": "True conversion rates",
    "truth": "True conversion rates",
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


LOG = (
    "This is a log of events, not a table of actions or of rates: open it on Evaluate, under "
    "Compare & evaluate, and press Make a world from this log there."
)
"""Refusal of a log, with the page that reads it."""
_ROUNDING = 1e-9
"""Share of the best mean reward up to which a difference is a rounding error."""
_LARGE = 100
"""Difference, as written, from which amounts have no more digits for its sake."""
_LITTLE = 0.01
"""Share of the best mean reward below which a gain is small."""


def label_of(draft: Draft) -> str:
    """Name a draft by its picture, an icon without one, and its title; Markdown."""
    return f"{plain(draft.emoji) or ':material/storefront:'} {plain(draft.title) or 'Untitled'}"


def understood(draft: Draft) -> str:
    """Describe the interpretation of read data, as columns may be ambiguous."""
    actions = [row.name for row in draft.actions]
    fields = list(dict.fromkeys(row.field for row in draft.values if row.field))
    return f"Read. Actions: {_some(actions)}. Fields: {_some(fields)}."


def about_actions(column: str) -> str:
    """Say where success rates are set, and from which column of a table of actions prices were
    read; empty for none."""
    rates = "Set their success rates below."
    if column:
        return f"{rates} Pays: column {column}."
    return f"{rates} There is no column of prices, so they stay as they were."


def _some(names: Sequence[str]) -> str:
    """List the first names and the number of the others."""
    first, more = ", ".join(names[:_MOST]), len(names) - _MOST
    return f"{first} and {more:,} more" if more > 0 else first


def fault_in_words(fault: CellFault) -> str:
    """What is wrong with a cell, as Markdown."""
    column = COLUMNS.get(fault.column, fault.column) if fault.table != "truth" else fault.column
    name = f" ({fault.row_name})" if fault.row_name else ""
    row = f"row {fault.row}{name}" if fault.row else ""
    place = ", ".join(filter(None, [TABLES[fault.table], row, column]))
    return f"**{plain(place)}** {plain(fault.says)}."


def in_its_unit(world: World, scale: RewardScale) -> str:
    """Say what the ceilings are numbers of, as Markdown; empty for rewards of one size."""
    if scale.is_money:
        return plain(f"In {scale.title}")
    if world.worth.min() == 1:
        return ""
    share = "In percent" if scale.unit else "As a share"
    return (
        f"{share} of the highest price, {world.most:,g}. Enter a reward unit, such as €, above to "
        "see amounts per 1,000 visitors."
    )


def looks_at(ceiling: Ceiling, world: World) -> str:
    """Return the action or fields that a ceiling depends on, as Markdown."""
    if ceiling.item is not None:
        return plain(next(item.label for item in world.items if item.id == ceiling.item))
    labels = {field.name: field.label for field in world.fields}
    return plain(" and ".join(labels[name] for name in ceiling.fields))


def earned(scale: RewardScale, value: float, doubt: float = 0.0) -> str:
    """Format a mean reward as Markdown, without differences due to rounding errors."""
    text = scale.value(round(value, 12), doubt)
    return plain(text) if scale.unit else text


def measured(scale: RewardScale, ceiling: Ceiling) -> str:
    """Format a ceiling as Markdown, with half the width of its 95 % interval unless exact."""
    if ceiling.is_exact:
        return earned(scale, ceiling.value)
    doubt = 2 * ceiling.error
    return f"{earned(scale, ceiling.value, doubt)} \u00b1 {earned(scale, doubt, doubt)}"


def size_of(world: World) -> str:
    """Return the numbers of actions, fields and contexts."""
    items, fields = len(world.items), len(world.fields)
    parts = counted(items, "action"), counted(fields, "field"), counted(world.size, "context")
    return ", ".join(parts)


def point_of(world: World, ceilings: Ceilings) -> str:
    """Summarize the value of learning in a sentence of Markdown.

    Differences are judged relative to the best mean reward, and to the sampling error.
    """
    scale, single, best = RewardScale.of(world), ceilings.single, ceilings.best
    gain = best.value - single.value
    if gain <= max(_ROUNDING * best.value, 2 * hypot(single.error, best.error)):
        known = "" if best.is_exact else ", as far as a sample of visitors tells"
        return f"One action is best for everybody{known}: the context does not matter."
    per = scale.per if scale.is_money else ""
    # A small difference asks for more digits, a large one for no fewer.
    apart = gain if scale.number(gain) < _LARGE else 0.0
    learned = f"knowing every taste earns {earned(scale, best.value, apart)}"
    if not single.value:
        return (
            f"The best single action earns nothing; {learned}{per}. That is what learning can "
            "gain here."
        )
    start = f"The best single action earns {earned(scale, single.value, apart)}{per}; {learned}"
    start += f", {percent(gain / single.value)} more."
    if gain < _LITTLE * best.value:
        return f"{start} There is little to learn here."
    return f"{start} That is what learning can gain here."


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
