"""Map of an answer's effect on other visitors."""

from engine.worlds.coffee import COFFEE
from pages.parts.charts.map_axes import Axes
from pages.parts.charts.reach_map import reach_rows, reach_spec
from tests.pages.charts.specs import THEMES, fields_in

EVERYBODY = Axes("name", ("weather", "timeofday"))


def test_each_cell_has_its_change_with_a_sign_unless_it_is_small() -> None:
    changes = {0: -0.184, 1: 0.02, 2: 0.0}
    rows = reach_rows(COFFEE, changes, EVERYBODY, "latte", 0, "{:+.2f}".format).to_pylist()
    assert [row["change"] for row in rows] == ["-0.18", "+0.02", ""]
    assert [row["here"] for row in rows] == [True, False, False]
    assert rows[0]["strength"] == 1
    assert rows[0]["who"] == "Alice · Sunny · Morning: -0.18"
    assert rows[2]["who"].endswith("hardly any change")


@THEMES
def test_the_picture_reads_what_the_rows_have(dark: bool) -> None:
    rows = reach_rows(COFFEE, {0: 0.1}, EVERYBODY, "latte", 0, str)
    for axes in (EVERYBODY, Axes("name", ())):
        assert fields_in(reach_spec(COFFEE, dark, axes)) <= {*rows.column_names}
