"""Scenes on a page: parts drawn with Streamlit, in the order given by the page."""

from typing import Any

import streamlit as st

from pages.parts.scene.chart_drawing import pair, picture
from pages.parts.scene.part_types import (
    Figure,
    Number,
    Numbers,
    Part,
    Scene,
    Table,
    TableColumn,
    Text,
)
from pages.parts.scene.table import show_rows
from pages.parts.text.format import note, section


def draw(scene: Scene, *names: str) -> None:
    """Draw parts one below the other; empty parts are skipped."""
    for name in names:
        draw_part(scene.get(name))


def draw_pair(scene: Scene, name: str, left: str, right: str) -> None:
    """Draw two parts side by side, or one below the other on a narrow screen.

    Args:
        name: of the pair, for the style sheet.
    """
    if left in scene or right in scene:
        for column, part in zip(pair(name), (left, right), strict=True):
            with column:
                draw(scene, part)


def draw_part(part: Part | None) -> None:
    """Draw a part with its heading."""
    match part:
        case Text():
            _draw_text(part)
        case Numbers():
            draw_numbers(part)
        case Figure():
            section(part.title, help=part.help)
            draw_chart(part)
        case Table():
            _draw_table(part)


def draw_chart(figure: Figure, height: str | None = None) -> None:
    """Draw a figure without its heading; with ``height`` "stretch", of its container's height."""
    picture(
        figure.rows,
        figure.spec,
        figure.key,
        figure.alt,
        height=height,
        marks=figure.marks,
        keys=figure.keys,
    )


def draw_numbers(part: Numbers) -> None:
    """Draw large figures side by side."""
    with st.container(key="numbers"):
        columns = st.columns(len(part.numbers), gap="small")
    for column, number in zip(columns, part.numbers, strict=True):
        with column:
            _draw_number(number)


def _draw_number(number: Number) -> None:
    st.metric(
        number.label,
        number.value,
        number.below,
        delta_color="normal" if number.is_good else "off",
        delta_arrow="off",
        help=number.help,
    )


def _draw_text(part: Text) -> None:
    if part.title:
        section(part.title, help=part.help)
    own_help = None if part.title else part.help
    if part.is_note:
        note(part.body, help=own_help)
    else:
        st.markdown(part.body, help=own_help)


def _draw_table(part: Table) -> None:
    if part.title:
        section(part.title)
    columns = {name: _column(column) for name, column in part.columns.items()}
    # A table with a row height displays all rows.
    sized = {"row_height": part.row_height, "height": "content"} if part.row_height else {}
    show_rows(part.rows, key=part.key, column_config=columns, **sized)


def _column(column: TableColumn) -> Any:
    if column.format:
        return st.column_config.NumberColumn(
            format=column.format, help=column.help, width=column.width
        )
    return st.column_config.TextColumn(help=column.help, width=column.width)
