"""What is read of a line, and lines that are none."""

import pytest

from tests.engine.evaluation.files.dsjson.rows import lines
from tests.engine.evaluation.files.made import read, refused
from tests.engine.store.exchange.files import GOOD_ROW


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_ROW | {"p": ["often", 0]}, "it is no decision: Expected `float`, got `str`"),
        ([GOOD_ROW], "it is no decision: Expected `object`, got `array`"),
        (GOOD_ROW | {"p": [float("nan"), 1]}, "it is no decision: JSON is malformed"),
    ],
)
def test_a_line_of_other_types_is_told_with_where_they_are(row: object, reason: str) -> None:
    ((line, told),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert told.startswith(reason)


def test_rewards_and_activations_whose_decisions_are_gone_are_left_out() -> None:
    (log,) = read(lines({"RewardValue": 1}, GOOD_ROW, {"ActionTaken": True}))
    assert len(log) == 1
