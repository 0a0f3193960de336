"""What an editor in the browser tells, as rows."""

from engine.worlds.rows import ActionRow, ValueRow
from pages.parts.worlds.rows import Rows


def names(rows: tuple[ActionRow, ...]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in rows]


def test_rows_are_edited_taken_out_and_added_to() -> None:
    rows = Rows(ActionRow)
    rows.begin([ActionRow(0, "A"), ActionRow(1, "B", "b"), ActionRow(2, "C")])
    told = {
        "edited_rows": {1: {"name": " D ", "emoji": None, "other": 1}, 9: {"name": "far"}},
        "deleted_rows": [0],
        "added_rows": [{"name": "E"}, {}],
    }
    found = rows.told(told, 3)
    assert names(found) == [(1, "D"), (2, "C"), (3, "E"), (4, "")]
    assert found[0].emoji == ""
    assert rows.told(told, 5) == found
    assert rows.told({}, 5) == rows.base


def test_an_added_row_keeps_its_number_when_another_is_taken_out() -> None:
    rows = Rows(ActionRow)
    rows.begin([])
    added = [{"name": "A"}, {"name": "B"}, {"name": "C"}]
    assert names(rows.told({"added_rows": added}, 0)) == [(0, "A"), (1, "B"), (2, "C")]
    left = [added[0], added[2]]
    assert names(rows.told({"added_rows": left}, 3)) == [(0, "A"), (2, "C")]
    more = [*left, {"name": "D"}]
    assert names(rows.told({"added_rows": more}, 3)) == [(0, "A"), (2, "C"), (3, "D")]
    two = [*more, {"name": "E"}, {"name": "F"}]
    for count in (4, 5):  # Whoever asks may know of no number but those of the beginning.
        assert names(rows.told({"added_rows": two[:count]}, 0))[3:] == [
            (4, "E"), (5, "F")][: count - 3]  # fmt: skip
    number = rows.number
    rows.begin([ActionRow(7, "Z")])
    assert rows.number == number + 1
    assert names(rows.told({"added_rows": more[:1]}, 8)) == [(7, "Z"), (8, "A")]


def test_how_often_is_a_number_or_nothing() -> None:
    rows = Rows(ValueRow)
    rows.begin([ValueRow(0, "sun", "yes", share=2.0)])
    for told, share in ((3, 3.0), (None, None), ("x", None)):
        (row,) = rows.told({"edited_rows": {0: {"share": told}}}, 1)
        assert row.share == share
