"""What lines tell of decisions, and lines that are refused for what they hold."""

import pytest

from tests.engine.evaluation.files.dsjson.rows import lines, without
from tests.engine.evaluation.files.made import read, refused
from tests.engine.store.exchange.files import GOOD_ROW


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_ROW | {"_label_Action": 3}, "_label_Action is not a whole number from 1 to 2"),
        (without("_label_cost"), "it has no reward: no _label_cost"),
        (GOOD_ROW | {"_label_cost": -2}, "its reward is 2, which is not within 0 to 1"),
        (GOOD_ROW | {"pdrop": 0.9}, "its pdrop is 0.9, where it was 0 before: a log from which"),
        (GOOD_ROW | {"_outcomes": []}, "it shows several actions at once, or a number as one"),
    ],
)
def test_a_faulty_line_is_told_with_what_it_holds(row: object, reason: str) -> None:
    ((line, told),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert told.startswith(reason)


def test_what_is_not_learned_is_left_out_but_counts() -> None:
    (log,) = read(lines(GOOD_ROW | {"_skipLearn": True, "_label_cost": 9}, GOOD_ROW))
    assert len(log) == 1


def test_a_reward_whose_decision_was_read_is_one_of_a_log_that_is_not_joined() -> None:
    ((line, told),) = refused(lines(GOOD_ROW) + b'\n{"RewardValue": 1, "EventId": "e0"}')
    assert (line, told) == (
        2,
        "it is the reward of event 'e0', which stands before: the log is not joined, join rewards "
        "to decisions first",
    )
