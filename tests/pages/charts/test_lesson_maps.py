"""Maps of lessons: positions of the cells."""

import numpy as np

from engine.experiments.exploration_measures import ExplorationRecord
from engine.worlds import WORLDS
from pages.parts.charts.lesson_maps import lines_of, names_of_cells, tried_rows


def test_each_cell_of_what_was_tried_stands_under_its_own_names() -> None:
    world = WORLDS["news"]
    rows, columns = names_of_cells(world)
    assert (len(rows), len(columns), lines_of(world)) == (4, 9, 2)
    offers = np.ones((world.size, len(world.items)), int)
    offers[10] = 0
    table = tried_rows(
        world, ExplorationRecord(world, offers, np.zeros(offers.shape), 0.0, 1), "yes", "no"
    )
    for cell, context in zip(table.to_pylist(), world.contexts, strict=True):
        reader, *others = (
            next(v for v in field.values if v.name == context[field.name]) for field in world.fields
        )
        assert cell["row"] == reader.label
        assert cell["column"] == "\n".join(value.emoji for value in others)
    assert [cell["tried"] for cell in table.to_pylist()].index("no") == 10
