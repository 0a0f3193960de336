"""Map of an answer's effect on other visitors."""

from engine.worlds.coffee import COFFEE
from pages.parts.charts.map_axes import Axes
from pages.parts.charts.reach_map import reach_rows, reach_spec
from tests.pages.charts.specs import THEMES, fields_in

EVERYBODY = Axes("name", ("weather", "timeofday"))


def test_each_cell_has_its_change_in_points_with_a_sign() -> None:
    changes = {0: -0.184, 1: 0.02, 2: 0.004}
    rows = reach_rows(COFFEE, changes, EVERYBODY, "latte", 0).to_pylist()
    assert [row["change"] for row in rows] == ["−18", "+2", "0"]
    assert [row["here"] for row in rows] == [True, False, False]
    assert rows[0]["strength"] == 1
    assert rows[0]["who"] == "Alice · Sunny · Morning: −18"


@THEMES
def test_the_picture_reads_what_the_rows_have(dark: bool) -> None:
    rows = reach_rows(COFFEE, {0: 0.1}, EVERYBODY, "latte", 0)
    for axes in (EVERYBODY, Axes("name", ())):
        assert fields_in(reach_spec(COFFEE, dark, axes)) <= {*rows.column_names}
