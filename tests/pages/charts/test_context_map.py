"""Map of contexts: selection of contexts, and descriptions of cells."""

import re
from typing import Any

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.worlds import Knobs, generate, world_from_json
from engine.worlds.coffee import COFFEE
from pages.parts.charts.base import PAGE, STAGE
from pages.parts.charts.context_map import EMOJI, VISIBLE, Moves, map_rows, map_spec
from pages.parts.charts.map_axes import Axes, axes_of
from pages.parts.charts.truth_map import truth_rows
from pages.parts.text.pages_folder import PAGES
from tests.engine.worlds.random_worlds import bakery

EVERYBODY = Axes("name", ("weather", "timeofday"))
HERE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}


def cells(axes: Axes, knows: bool = True, truth: bool = False) -> list[dict[str, Any]]:
    cells_now = favoured_actions(LearningLoop(seed=1), COFFEE)
    rows: list[dict[str, Any]] = map_rows(COFFEE, cells_now, HERE, axes, knows, truth).to_pylist()
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
    rows = map_rows(world, cells_now, here, axes, True, True).to_pylist()
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
        map_rows(world, cells_now, here, axes, True, True),
        truth_rows(world, axes, here),
    ):
        assert rows["column"].to_pylist() == names * 2


def test_pictures_in_cells_are_outlined_as_white_ones_vanish_on_a_light_ground() -> None:
    spec = map_spec(COFFEE, False, EVERYBODY)
    marks = [layer["mark"]["type"] for layer in spec["layer"] if layer.get("name") == EMOJI]
    assert marks == ["text"]
    style = (PAGES / "parts" / "shell" / "style.css").read_text(encoding="utf-8")
    (rule,) = re.findall(rf"\.{EMOJI}_marks, \.offer-picture \{{(.*)\}}", style)
    assert "drop-shadow" in rule


def altered(**changes: Any) -> list[dict[str, Any]]:
    """Cells of the first visitor's map, all of the same content."""
    return [cell | changes for cell in favoured_actions(LearningLoop(seed=1), COFFEE)]


def test_corners_take_no_room_beside_the_map() -> None:
    """Unclipped, their edges made all cells narrower once the truth was shown."""
    spec = map_spec(COFFEE, False, EVERYBODY, upright=True)
    marks = [layer["mark"] for layer in spec["layer"]]
    corners = [mark for mark in marks if str(mark.get("shape", "")).startswith("M")]
    assert [mark["clip"] for mark in corners] == [True]


def test_without_the_truth_a_cell_that_does_not_stand_out_has_no_colour() -> None:
    """Words call it open."""
    for strength, truth, expected in (
        (VISIBLE, False, 0.0),
        (VISIBLE + 0.01, False, VISIBLE + 0.01),
        (VISIBLE, True, VISIBLE),
    ):
        rows = map_rows(COFFEE, altered(strength=strength), HERE, EVERYBODY, True, truth)
        assert set(rows["strength"].to_pylist()) == {expected}


def test_a_new_action_that_leads_for_lack_of_knowledge_has_a_frame_and_no_colour() -> None:
    """It leads though another is expected to earn more."""
    new, other = COFFEE.items[3].id, COFFEE.items[0].id
    behind, ahead = [0.4, 0.5, 0.2, 0.3], [0.4, 0.5, 0.2, 0.6]
    for favoured, means, is_fresh in (
        (new, ahead, False),
        (new, behind, True),
        (other, behind, False),
    ):
        unlike = altered(action=favoured, strength=0.9, means=means)
        rows = map_rows(COFFEE, unlike, HERE, EVERYBODY, True, False, new={new})
        assert set(rows["fresh"].to_pylist()) == {is_fresh}
        assert set(rows["strength"].to_pylist()) == {0.0 if is_fresh else 0.9}
        assert set(rows["seen"].to_pylist()) == {1.0}
    assert not any(map_rows(COFFEE, unlike, HERE, EVERYBODY, True, False)["fresh"].to_pylist())


def test_marks_of_a_click_are_as_large_as_its_effect_on_the_cell_beside_the_largest() -> None:
    moves = Moves({0: 0.2, 3: -0.1, 4: 0.0}, "{:+.2f}".format)
    rows = map_rows(COFFEE, altered(), HERE, EVERYBODY, True, False, moves).to_pylist()
    marks = {row["at"]: (row["extent"], row["change"]) for row in rows if row["moved"]}
    assert marks == {0: (1.0, "+0.20"), 3: (0.5, "-0.10")}
