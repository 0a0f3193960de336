"""Entries as rows: in sequence, and readable again."""

import json

import pytest

from engine import LearningLoop
from engine.errors import DamagedError
from engine.store import digests
from engine.store.entry_rows import EMPTY, End, entry_of, rows_of


def test_rows_go_on_where_a_log_ends_and_are_the_same_in_one_piece_or_two() -> None:
    loop = LearningLoop(seed=1)
    loop.rank(
        [{"id": "tea", "features": [{"cold": True}]}, {"id": "ice", "features": [{"cold": True}]}],
        [],
        event_id="é",
    )
    loop.reward("é", 1.0)
    entries = list(loop.log)
    rows, digest = rows_of("one", EMPTY, entries)
    first, between = rows_of("one", EMPTY, entries[:1])
    rest, last = rows_of("one", End(1, 0, between), entries[1:])
    assert [*first, *rest] == rows
    assert last == digest == rows[-1]["digest"]
    assert [row["position"] for row in rows] == list(range(len(entries)))
    assert {row["event"] for row in rows} >= {json.dumps("é")}
    assert [entry_of(str(row["body"])) for row in rows] == entries


def test_no_entries_are_no_rows_and_the_end_stays() -> None:
    assert rows_of("one", EMPTY, []) == ([], digests.START)
    assert EMPTY.seal != End(1).seal


@pytest.mark.parametrize("body", ["", "{}", "[1]", '{"kind": "nothing"}'])
def test_rows_without_an_entry_count_as_damage(body: str) -> None:
    with pytest.raises(DamagedError, match="an entry of this loop's log cannot be read"):
        entry_of(body)
