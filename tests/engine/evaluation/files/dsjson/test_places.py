"""Contexts, and what was offered in them, by whatever tells one action from another."""

import pytest

from tests.engine.evaluation.files.dsjson.rows import lines, offering, without
from tests.engine.evaluation.files.made import read, refused
from tests.engine.store.exchange.files import GOOD_ROW


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (without("c"), "c is not an object with the actions in _multi"),
        (offering({"_tag": "a"}, {"_tag": "a"}), "it offers two actions with the same id"),
        (offering(1, 2), "c._multi does not hold objects alone"),
    ],
)
def test_an_offer_that_cannot_be_is_told_with_its_line(row: object, reason: str) -> None:
    ((line, told),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert told.startswith(reason)


def test_offers_may_not_differ_where_positions_are_all_that_tells_actions() -> None:
    (log,) = read(lines(offering({"x": 1}, {"x": 2}), offering({"x": 3}, {"x": 4})))
    assert log.actions == ("1", "2")
    told = refused(lines(offering({"x": 1}, {"x": 2}), offering({"x": 1}, {"x": 2}, {"x": 3})))
    assert told == [
        (
            2,
            "it offers 3 actions, not all with an id, where 2 were offered before: nobody can "
            "tell which is which",
        )
    ]


def test_contexts_that_no_rank_call_could_have_are_known_by_their_json() -> None:
    deep = GOOD_ROW | {"c": GOOD_ROW["c"] | {"FromUrl": [{"x": {"y": {"z": 1}}}]}}
    (log,) = read(lines(GOOD_ROW, deep))
    assert log.contexts == ("x=1", '[{"x": {"y": {"z": 1}}}]')
