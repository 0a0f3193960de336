"""Rows in which a world is written."""

from engine.worlds import GALLERY
from engine.worlds.draft_rows import ActionRow, ValueRow, rows_of, segment_of


def test_a_row_in_which_nothing_is_written_is_blank() -> None:
    assert ActionRow(0).is_blank
    assert ActionRow(0, worth=1.0).is_blank
    assert not ActionRow(0, worth=2.0).is_blank
    assert ValueRow(0, share=1.0).is_blank
    assert not ValueRow(0, sends="1").is_blank
    assert (ValueRow(0).often, ValueRow(0, share=3.0).often) == (1.0, 3.0)


def test_actions_are_written_with_numbers_of_their_own() -> None:
    items = GALLERY["hotel"].world.items
    rows = rows_of(items, 7)
    assert [row.id for row in rows] == list(range(7, 7 + len(items)))
    assert [row.worth for row in rows] == [item.value for item in items]
    assert segment_of([ValueRow(3), ValueRow(5)]) == {5, 3}


def test_people_read_a_title_and_what_they_write_in_its_place_is_a_name() -> None:
    row = ActionRow(0, "Cappucino", "c", title="Cappuccino")
    assert (row.shown, row.label) == ("Cappuccino", "c Cappuccino")
    assert row.named("Cappuccino") == row
    assert row.named("Mocha") == ActionRow(0, "Mocha", "c")
