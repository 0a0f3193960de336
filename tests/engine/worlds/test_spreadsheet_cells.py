"""Text copied from a spreadsheet becomes cells; invalid cells are named as in the spreadsheet."""

import math

import pytest

from engine import PersonalizerError
from engine.worlds import items_from_table, world_from_table
from engine.worlds.spreadsheet_cells import (
    Grid,
    is_ambiguous,
    letters,
    number_of,
    parted,
    price_of,
    share_of,
)


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


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("40,5", 40.5),
        ("0,034", 0.034),
        ("1.234", 1.234),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1_234_567.0),
        ("1,234,567.25", 1_234_567.25),
        ("1'234.50", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("12 345", 12_345.0),
        ("-1.234,5", -1234.5),
        ("12,3456", 12.3456),
        ("1,234", None),
        ("-12,345", None),
        ("1,23,456", None),
        ("1,234,5", None),
        ("1.2.3", None),
        ("1234,567.8", None),
    ],
)
def test_the_last_separator_of_a_number_separates_its_decimals(
    text: str, number: float | None
) -> None:
    assert number_of(text) == pytest.approx(math.nan if number is None else number, nan_ok=True)


def test_a_number_with_two_readings_is_asked_about_unless_semicolons_tell_them_apart() -> None:
    assert is_ambiguous("1,234")
    assert not any(map(is_ambiguous, ("0,034", "1.234", "12,34")))
    asked = "cell B2 is '1,234', but must be written as 1234 or as 1.234."
    for sheet in ("id\tprice\nRoll\t1,234\n", 'id,size\nRoll,"1,234"\n'):
        with pytest.raises(PersonalizerError) as refused:
            items_from_table(sheet)
        assert refused.value.message == asked
    assert items_from_table("id;price\nRoll;1,234\n")[0].value == 1.234
    assert items_from_table("id\tprice\nRoll\t1.234,5\n")[0].value == 1234.5


def test_a_percentage_may_have_a_decimal_comma_and_a_space() -> None:
    for text in ("3,4 %", "3.4%", "3,4\u00a0%"):
        assert share_of(text) == pytest.approx(0.034)
    assert share_of("1,376 %") == pytest.approx(0.01376)


def test_a_price_may_have_its_currency() -> None:
    for text in ("40,5 €", "€40.50", "EUR 40,50", "40.5 eur", "$ 40.5", "40,5\u00a0€"):
        assert price_of(text) == 40.5
    for text in ("40 €/piece", "€ € 40", "40%", "europe 40", "€"):
        assert math.isnan(price_of(text))
    (roll,) = items_from_table("Name\tPrice\nRoll\t1.234,5 €\n")
    assert roll.value == 1234.5
    with pytest.raises(PersonalizerError, match="written as 1234 or as"):
        items_from_table("Name\tPrice\nRoll\t1,234 €\n")
    assert math.isnan(number_of("40 €"))


def test_columns_have_the_names_of_a_spreadsheet() -> None:
    heads = ",".join(f"a{i}" for i in range(30))
    cells = ",".join(["0"] * 27 + ["x"] + ["1"] * 2)
    good = ",".join(["0"] * 30)
    with pytest.raises(PersonalizerError, match="cell AC3 is 'x'"):
        world_from_table(f"who,{heads}\nAnn,{good}\nBo,{cells}\n")
