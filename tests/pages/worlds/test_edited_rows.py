"""Edits in the browser, applied to rows."""

import pytest

from engine.worlds.draft_rows import ActionRow, BadCells, ValueRow
from pages.parts.worlds.edited_rows import EditedRows, as_frame, text_in


def names(rows: tuple[ActionRow, ...]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in rows]


def test_rows_are_edited_taken_out_and_added_to() -> None:
    rows = EditedRows(ActionRow)
    rows.begin([ActionRow(0, "A"), ActionRow(1, "B", "b"), ActionRow(2, "C")])
    edits = {
        "edited_rows": {1: {"name": " D ", "emoji": None, "other": 1}, 9: {"name": "far"}},
        "deleted_rows": [0],
        "added_rows": [{"name": "E"}, {}],
    }
    rows_now = rows.edited(edits, 3)
    assert names(rows_now) == [(1, "D"), (2, "C"), (3, "E"), (4, "")]
    assert rows_now[0].emoji == ""
    assert rows.edited(edits, 5) == rows_now
    assert rows.edited({}, 5) == rows.base


def test_an_added_row_keeps_its_number_when_another_is_taken_out() -> None:
    rows = EditedRows(ActionRow)
    rows.begin([])
    added = [{"name": "A"}, {"name": "B"}, {"name": "C"}]
    assert names(rows.edited({"added_rows": added}, 0)) == [(0, "A"), (1, "B"), (2, "C")]
    left = [added[0], added[2]]
    assert names(rows.edited({"added_rows": left}, 3)) == [(0, "A"), (2, "C")]
    more = [*left, {"name": "D"}]
    assert names(rows.edited({"added_rows": more}, 3)) == [(0, "A"), (2, "C"), (3, "D")]
    two = [*more, {"name": "E"}, {"name": "F"}]
    for count in (4, 5):  # The caller may know initial numbers only.
        assert names(rows.edited({"added_rows": two[:count]}, 0))[3:] == [
            (4, "E"), (5, "F")][: count - 3]  # fmt: skip
    number = rows.number
    rows.begin([ActionRow(7, "Z")])
    assert rows.number == number + 1
    assert names(rows.edited({"added_rows": more[:1]}, 8)) == [(7, "Z"), (8, "A")]


@pytest.mark.parametrize(
    ("text", "share", "bad"),
    [
        ("3", 3.0, ()),
        (" 0,034 ", 0.034, ()),
        ("40,5", 40.5, ()),
        ("12.5%", 0.125, ()),
        (None, None, ()),
        ("", None, ()),
        ("1.234,5", 1234.5, ()),
        ("1,234", None, (("share", "1,234"),)),
        ("3,4 %", 0.034, ()),
        ("x", None, (("share", "x"),)),
        ("1e999", None, (("share", "1e999"),)),
    ],
)
def test_a_frequency_is_a_number_as_typed_or_empty(
    text: str | None, share: float | None, bad: BadCells
) -> None:
    rows = EditedRows(ValueRow)
    rows.begin([ValueRow(0, "sun", "yes", share=2.0, bad=(("share", "before"),))])
    (row,) = rows.edited({"edited_rows": {0: {"share": text}}}, 1)
    assert (row.share, row.bad) == (share, bad)


def test_a_price_is_no_percentage() -> None:
    rows = EditedRows(ActionRow)
    (row,) = rows.edited({"added_rows": [{"worth": "40%", "id": "7", "bad": "x", "label": "x"}]}, 3)
    assert row == ActionRow(3, bad=(("worth", "40%"),))
    (row,) = EditedRows(ActionRow).edited({"added_rows": [{"worth": "40,5 €"}]}, 3)
    assert row == ActionRow(3, worth=40.5)


def test_numbers_are_shown_with_all_of_their_digits_and_no_rounding_errors() -> None:
    assert 2.6 / 100 != 0.026
    rows = [ActionRow(0, "A", worth=40.5), ActionRow(1, "B", worth=1e-6), ActionRow(2, "C")]
    rows.append(ActionRow(3, "D", bad=(("worth", "many"),)))
    frame = as_frame(rows, ("name", "worth"), worth="1")
    assert frame["worth"].tolist() == ["40.5", "0.000001", "1", "many"]
    assert [text_in(value) for value in (0.034, 2.6 / 100, 1 / 3, 120.0, None, "x")] == [
        "0.034", "0.026", "0.333333333333333", "120", "", "x",
    ]  # fmt: skip


def test_whole_numbers_that_a_request_sends_are_displayed_without_decimals() -> None:
    rows = [ValueRow(n, "balance", "v", sends=text) for n, text in enumerate(["25000.0", "1.50"])]
    assert list(as_frame(rows, ("sends",))["sends"]) == ["25000", "1.50"]
    edited = EditedRows(ValueRow)
    edited.begin(rows)
    assert edited.edited({"edited_rows": {0: {"value": "w"}}}, 2)[0].sends == "25000.0"
