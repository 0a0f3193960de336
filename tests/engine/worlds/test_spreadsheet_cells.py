"""Text copied from a spreadsheet becomes cells; invalid cells are named as in the spreadsheet."""

import pytest

from engine import PersonalizerError
from engine.worlds import world_from_table
from engine.worlds.spreadsheet_cells import Grid, letters, number_of, parted


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_whatever_makes_most_columns_parts_cells(separator: str) -> None:
    text = "who,A,B\n\n Ann ,1,0\n".replace(",", separator)
    grid = Grid.read(text, "segment")
    assert (grid.head, grid.rows, grid.lines) == (("who", "A", "B"), (("Ann", "1", "0"),), (1, 3))


def test_a_cell_may_hold_a_picture_and_a_name_or_a_number() -> None:
    assert parted("🥐 Roll") == ("🥐", "Roll")
    assert parted("Roll 🥐") == ("", "Roll 🥐")
    assert number_of("2,5") == number_of("2.5") == 2.5
    assert str(number_of("1e")) == "nan"
    assert [letters(at) for at in (0, 25, 26, 28, 702)] == ["A", "Z", "AA", "AC", "AAA"]


def test_columns_have_the_names_of_a_spreadsheet() -> None:
    heads = ",".join(f"a{i}" for i in range(30))
    cells = ",".join(["0"] * 27 + ["x"] + ["1"] * 2)
    good = ",".join(["0"] * 30)
    with pytest.raises(PersonalizerError, match="cell AC3 is 'x'"):
        world_from_table(f"who,{heads}\nAnn,{good}\nBo,{cells}\n")
