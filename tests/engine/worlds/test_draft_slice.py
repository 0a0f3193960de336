"""A slice of a truth too large for one table."""

from dataclasses import replace

from engine.worlds.draft_field_changes import depending_on
from engine.worlds.draft_rows import ValueRow
from engine.worlds.draft_slice import slice_of
from tests.engine.worlds.drafts import BAKERY, SMALL

VALUES = tuple(ValueRow(n + 2, f"f{n // 8}", f"{n}") for n in range(24))
LONG = depending_on(replace(SMALL, values=VALUES), ["f0", "f1", "f2"])


def test_a_short_truth_is_shown_whole() -> None:
    result = slice_of(BAKERY, ["hurry"], {})
    assert (result.spread, result.fixed, result.places) == (BAKERY.by, {}, (0, 1, 2, 3))


def test_of_a_long_truth_two_fields_are_spread_out() -> None:
    result = slice_of(LONG, ["f2", "f0"], {"f1": 13, "f2": 99})
    assert result.spread == ("f0", "f2")
    assert {name: row.id for name, row in result.fixed.items()} == {"f1": 13}
    shown = [LONG.segments[place] for place in result.places]
    assert {segment[1].id for segment in shown} == {13}
    assert len({segment[::2] for segment in shown}) == len(shown) == 64


def test_what_is_not_there_gives_way_to_what_is() -> None:
    result = slice_of(LONG, ["gone"], {"f2": 77})
    assert result.spread == ("f0", "f1")
    assert result.fixed["f2"] == VALUES[16]
