"""Maps of lessons: texts in cells, tried and untried actions, marked cells."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import altair as alt
import pyarrow as pa

from engine.experiments.exploration_measures import ExplorationRecord
from engine.worlds import World
from pages.parts.charts.base import OWN_COLOUR, Spec, blank, finish, table, tooltip
from pages.parts.charts.map_axes import heads_of
from pages.parts.charts.map_layout import columns, rows
from pages.parts.text.theme import theme

_ROW, _HEAD, _LINE = 46, 40, 22


def _map(lines: int = 1) -> alt.Chart:
    """Rows and columns in their order, heads of so many lines above the columns."""
    return blank().encode(columns(lines, _LINE, 0.06), rows(0.1))


def names_of_cells(world: World) -> tuple[list[str], list[str]]:
    """Names of the rows, by the first field of a world, and of the columns, by the pictures of the
    other fields."""
    heads, (first, *others) = heads_of(world), world.fields
    across = [[heads[field.name, value.name] for value in field.values] for field in others]
    return [value.label for value in first.values], ["\n".join(names) for names in product(*across)]


def lines_of(world: World) -> int:
    """Number of lines in the name of a column."""
    return max(len(world.fields) - 1, 1)


# -- what each cell shows -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: colour, text, tooltip, and strength from 0 to 1."""

    colour: str
    text: str
    told: str
    strength: float = 1.0


@lru_cache(maxsize=8)
def cells_spec(dark: bool, rows: int, lines: int = 1) -> Spec:
    """Cells in their own colours, each with a text; names of columns have so many lines."""
    look, base = theme(dark), _map(lines)
    strength = alt.Opacity("strength:Q").scale(domain=(0, 1), range=(0, 1)).legend(None)
    quiet: dict[str, Any] = {"cornerRadius": 6, "aria": False}
    words: dict[str, Any] = {
        "lineBreak": "\n",
        # Two lines are shifted up, so that the text stays centred.
        "dy": alt.ExprRef("indexof(datum.text, '\\n') < 0 ? 0 : -0.17 * bandwidth('y')"),
        "aria": False,
    }
    return finish(
        dark,
        _ROW * rows + _HEAD + _LINE * (lines - 1),
        base.mark_rect(color=look.empty, **quiet),
        base.mark_rect(**quiet).encode(strength, color=OWN_COLOUR),
        base.mark_text(stroke=look.ground, strokeWidth=3, **words).encode(text="text:N"),
        base.mark_text(**words).encode(text="text:N"),
        base.mark_rect(opacity=0).encode(tooltip=tooltip(who="Visitor", told="Status")),
    )


def cells_rows(rows: Sequence[str], columns: Sequence[str], cells: Sequence[Cell]) -> pa.Table:
    """Rows of `cells_spec`."""
    places = product(rows, columns)
    return table(
        [
            {
                "row": row,
                "column": column,
                "who": f"{row} · {column}",
                "colour": cell.colour,
                "text": cell.text or cell.told,
                "told": cell.told,
                "strength": cell.strength,
            }
            for (row, column), cell in zip(places, cells, strict=True)
        ]
    )


# -- what was tried -------------------------------------------------------------------


@lru_cache(maxsize=8)
def tried_spec(dark: bool, rows: int, lines: int, yes: str, no: str) -> Spec:
    """Cells, one for each context: full if the best item was ever shown."""
    look = theme(dark)
    colours = alt.Scale(domain=[yes, no], range=[look.accent, look.empty])
    cells = _map(lines).mark_rect(cornerRadius=4, stroke=look.faint, strokeWidth=1)
    return finish(
        dark,
        _ROW * rows + _HEAD + _LINE * (lines - 1),
        cells.encode(
            alt.Color("tried:N").scale(colours).legend(None),
            tooltip=tooltip(context="Visitor", best="Best", tried="Status"),
        ),
    )


def tried_rows(world: World, record: ExplorationRecord, yes: str, no: str) -> pa.Table:
    """Rows of `tried_spec`."""
    cells = zip(product(*names_of_cells(world)), world.contexts, strict=True)
    return table(
        [
            {
                "row": row,
                "column": column,
                "context": " · ".join(context.values()),
                "best": world.items[best].name,
                "tried": no if never else yes,
            }
            for ((row, column), context), best, never in zip(
                cells, record.best, record.never, strict=True
            )
        ]
    )


# -- what was marked ------------------------------------------------------------------


@lru_cache(maxsize=32)
def marks_spec(dark: bool, rows: int, names: tuple[str, str, str, str]) -> Spec:
    """Cells, full if the statement is true, with a hollow diamond on each marked cell.

    Args:
        names: labels for correctly marked, wrongly marked, missed and remaining cells.
    """
    right, wrong, missed, no = names
    look, base = theme(dark), _map()
    colours = alt.Scale(
        domain=[right, missed, wrong, no], range=[look.accent, look.accent, look.empty, look.empty]
    )
    tips = tooltip(who="Visitor", state="Status")
    return finish(
        dark,
        _ROW * rows + _HEAD,
        base.mark_rect(cornerRadius=6, stroke=look.faint, strokeWidth=1).encode(
            alt.Color("state:N").scale(colours).legend(None), tooltip=tips
        ),
        base.transform_filter(alt.FieldOneOfPredicate(field="state", oneOf=[right, wrong]))
        .mark_point(shape="diamond", size=260, strokeWidth=2.5, opacity=1, color=look.ink)
        .encode(fill=alt.value(look.ground), tooltip=tips),
    )


def marks_rows(
    rows: Sequence[str],
    columns: Sequence[str],
    marked: Collection[int],
    true: Collection[int],
    names: tuple[str, str, str, str],
) -> pa.Table:
    """Rows of `marks_spec`."""
    right, wrong, missed, no = names
    cells = []
    for at, (row, column) in enumerate(product(rows, columns)):
        state = (right if at in true else wrong) if at in marked else missed if at in true else no
        cells.append({"row": row, "column": column, "who": f"{row} · {column}", "state": state})
    return table(cells)
