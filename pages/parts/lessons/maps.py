"""Maps in lessons: guessed cells, widgets to mark them, and the map of tastes."""

import streamlit as st

from engine.worlds import Context, World
from pages.parts.charts.base import keys_of
from pages.parts.charts.map_axes import axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.lessons.explained_text import remark
from pages.parts.lessons.lesson import Cells, Marks
from pages.parts.lessons.pictures import drawn
from pages.parts.text.format import plain
from pages.parts.text.lesson_words import Words
from pages.parts.text.theme import is_dark


def map_of(world: World, *names: str) -> Cells:
    """Return the map of two fields, a row for each value of the first; a single row for one
    field."""
    fields = {field.name: field for field in world.fields}
    *rows, columns = (tuple(v.label for v in fields[name].values) for name in names)
    *heads, across = (tuple(v.emoji for v in fields[name].values) for name in names)
    if not rows:
        return Cells((fields[names[0]].label,), columns)
    has_pictures = all((*heads[0], *across))
    return Cells(rows[0], columns, (heads[0], across) if has_pictures else ((), ()))


def last_fields(world: World) -> tuple[str, ...]:
    """Return the last two fields, which a map of a single visitor spreads out."""
    return tuple(field.name for field in world.fields[-2:])


def spread_out(world: World, context: Context, *names: str) -> str:
    """Format the part of a context that a map keeps fixed, as plain text."""
    labels = {(f.name, v.name): v.label for f, v in world.segments()}
    return " · ".join(labels[at] for at in context.items() if at[0] not in names)


def mark_cells(cells: Cells, key: str, before: Marks) -> Marks:
    """Draw a line of switches per row, with cells marked ``before``; return the marked cells."""
    marked: set[int] = set()
    for at, row in enumerate(cells.rows):
        first = at * len(cells.columns)
        picked = st.pills(
            plain(row),
            range(len(cells.columns)),
            format_func=lambda column: plain(cells.columns[column]),
            selection_mode="multi",
            default=[cell - first for cell in sorted(before & cells.row(at))],
            key=f"{key}-{at}",
            wrap=True,
        )
        marked.update(first + column for column in picked)
    return frozenset(marked)


def show_tastes(world: World, words: Words, context: Context) -> None:
    """Map: the best action by context, in the actions' colours; in a world of many fields for
    contexts that differ from ``context`` in two."""
    axes, heading = next(iter(axes_of(world))), words.say("tastes")
    rows = truth_rows(world, axes, context)
    remark(heading)
    drawn(
        rows,
        truth_spec(world, is_dark(), axes),
        key="chart-tastes",
        alt=f"{heading}: {'; '.join(rows['said'].to_pylist())}",
        keys=keys_of(world, is_dark()),
    )
