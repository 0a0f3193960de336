"""Chances of the actions of a line, or a sentence for those that can be none."""

import pytest

from tests.engine.evaluation.files.dsjson.rows import lines, without
from tests.engine.evaluation.files.made import read, refused
from tests.engine.store.exchange.files import GOOD_ROW

A_FIRST = "it has no probability, _label_probability, and without that nothing can be said of"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (without("p"), f"{A_FIRST} another policy"),
        (GOOD_ROW | {"_label_probability": 0}, "its probability is 0, which is not above 0 and"),
        (GOOD_ROW | {"_label_probability": 1.5}, "its probability is 1.5, which is not above 0"),
        (GOOD_ROW | {"_label_probability": 1e-99}, "its probability is 1e-99, but it was shown"),
        (GOOD_ROW | {"_label_probability": 0.5}, "its probability is 0.5, but that of the action"),
        (GOOD_ROW | {"p": [0.5, 0.2]}, "its probabilities add up to 0.7"),
        (GOOD_ROW | {"p": [1.5, -0.5]}, "a probability is negative"),
        (GOOD_ROW | {"p": [1]}, "p does not have 2 values"),
        (GOOD_ROW | {"a": [1, 1]}, "a does not name the actions 1 to 2"),
        (without("a"), "a does not name the actions 1 to 2"),
    ],
)
def test_chances_that_cannot_be_are_told_with_their_line(row: object, reason: str) -> None:
    ((line, told),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert told.startswith(reason)


def test_the_order_of_a_ranking_is_not_asked_for_where_nothing_follows_it() -> None:
    bare = without("p", "a") | {"_label_probability": 0.75, "_label_Action": 2, "_skipLearn": None}
    (log,) = read(lines(GOOD_ROW, bare))
    assert [log.actions[at] for at in log.shown] == ["a", "b"]
