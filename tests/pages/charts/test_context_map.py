"""Map of contexts: selection of contexts, and descriptions of cells."""

from typing import Any

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.worlds import Knobs, generate, world_from_json
from engine.worlds.coffee import COFFEE
from pages.parts.charts.base import PAGE, STAGE
from pages.parts.charts.context_map import map_rows, map_spec
from pages.parts.charts.map_axes import Axes, axes_of
from pages.parts.charts.truth_map import truth_rows
from tests.engine.worlds.random_worlds import bakery

EVERYBODY = Axes("name", ("weather", "timeofday"))
HERE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}


def cells(axes: Axes, knows: bool = True, truth: bool = False) -> list[dict[str, Any]]:
    cells_now = favoured_actions(LearningLoop(seed=1), COFFEE)
    rows: list[dict[str, Any]] = map_rows(
        COFFEE, cells_now, HERE, axes, 1, knows, truth
    ).to_pylist()
    return rows


def test_everybody_or_any_two_fields_are_on_the_map() -> None:
    assert list(axes_of(COFFEE)) == [
        EVERYBODY,
        Axes("name", ("weather",)),
        Axes("name", ("timeofday",)),
        Axes("weather", ("timeofday",)),
    ]
    assert len(cells(EVERYBODY)) == 36


def test_fields_that_are_not_spread_out_are_as_they_are_for_the_visitor() -> None:
    cells_now = cells(Axes("name", ("weather",)))
    assert len(cells_now) == 12
    assert all(COFFEE.contexts[cell["at"]]["timeofday"] == "Evening" for cell in cells_now)
    assert [cell["who"] for cell in cells_now if cell["here"]] == ["Dave · Rainy · Evening"]


def test_before_anything_is_learned_cells_are_empty() -> None:
    for cell in cells(EVERYBODY, knows=False):
        assert (cell["action"], cell["emoji"], cell["strength"]) == (None, None, 0.0)


def test_the_truth_is_marked_where_another_action_is_favoured() -> None:
    for cell in cells(EVERYBODY, truth=True):
        best = COFFEE.items[int(COFFEE.expected[cell["at"]].argmax())].id
        assert cell["truth"] == (None if cell["action"] == best else best)


def test_on_the_stage_each_right_cell_has_a_tick() -> None:
    ticked = "isValid(datum.best) && !isValid(datum.truth)"
    specs = [map_spec(COFFEE, False, EVERYBODY, size, True) for size in (PAGE, STAGE)]
    on_page, on_stage = ([layer.get("transform") for layer in spec["layer"]] for spec in specs)
    assert [{"filter": ticked}] in on_stage
    assert [{"filter": ticked}] not in on_page
    rows = cells(EVERYBODY, truth=True)
    right = [row for row in rows if row["best"] is not None and row["truth"] is None]
    assert 0 < len(right) < len(rows)
    assert not [row for row in cells(EVERYBODY) if row["best"]], "without the truth there is none"


def test_of_a_large_world_a_slice_is_on_the_map_cell_by_cell() -> None:
    world = generate(Knobs(fields=6, values=4, actions=3), seed=1)
    here, axes = world.contexts[999], Axes("f2", ("f5",))
    cells_now = favoured_actions(LearningLoop(seed=1), world, world.through(here, "f2", "f5"))
    rows = map_rows(world, cells_now, here, axes, 1, True, True).to_pylist()
    assert len(rows) == 16
    assert [row["at"] for row in rows if row["here"]] == [999]
    for row in rows:
        assert axes.shows(world.contexts[row["at"]], here)
        assert (row["row"], row["column"]) == tuple(
            world.contexts[row["at"]][name] for name in ("f2", "f5")
        )
    assert all(len(map_axes.columns) == 1 for map_axes in axes_of(world))


def test_values_that_share_a_picture_have_a_column_each() -> None:
    definition = bakery()
    for value in definition["fields"][1]["values"]:
        value["emoji"] = "🕑"
    world = world_from_json(definition)
    here, axes = world.contexts[0], Axes("weather", ("hurry",))
    names = [f"🕑 {value.name}" for value in world.fields[1].values]
    cells_now = favoured_actions(LearningLoop(seed=1), world)
    for rows in (
        map_rows(world, cells_now, here, axes, 1, True, True),
        truth_rows(world, axes, here),
    ):
        assert rows["column"].to_pylist() == names * 2
