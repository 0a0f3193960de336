"""Lines of dsjson become batches of decisions, or faults with line numbers."""

import pytest

from tests.engine.evaluation.files.dsjson_rows import lines, offering, without
from tests.engine.evaluation.files.sample_files import read, refused
from tests.engine.store.exchange.files import GOOD_ROW


def test_invalid_json_and_utf_8_are_reported_with_the_line() -> None:
    good = lines(GOOD_ROW)
    faults = refused(b"\n".join([good, good[:50], good.replace(b"_tag", b"_t\xe9g"), b"", b"x"]))
    assert [line for line, _ in faults] == [2, 3, 5]
    assert faults[1][1] == "it is not UTF-8"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_ROW | {"p": ["often", 0]}, "it is no decision: Expected `float`, got `str`"),
        ([GOOD_ROW], "it is no decision: Expected `object`, got `array`"),
        (GOOD_ROW | {"p": [float("nan"), 1]}, "it is no decision: JSON is malformed"),
    ],
)
def test_wrong_types_in_a_line_are_reported_with_their_place(row: object, reason: str) -> None:
    ((line, reason),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert reason.startswith(reason)


def test_rewards_and_activations_whose_decisions_are_gone_are_left_out() -> None:
    (log,) = read(lines({"RewardValue": 1}, GOOD_ROW, {"ActionTaken": True}))
    assert len(log) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_ROW | {"_label_Action": 3}, "_label_Action is not a whole number from 1 to 2"),
        (without("_label_cost"), "it has no reward: no _label_cost"),
        (GOOD_ROW | {"_label_cost": -2}, "its reward is 2, but must be from 0 to 1"),
        (GOOD_ROW | {"pdrop": 0.9}, "its pdrop is 0.9, but was 0 before: a log from which"),
        (GOOD_ROW | {"_outcomes": []}, "it shows several actions at once, or a number as an"),
    ],
)
def test_a_faulty_line_is_reported_with_the_value(row: object, reason: str) -> None:
    ((line, reason),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert reason.startswith(reason)


def test_what_is_not_learned_is_left_out_but_counts() -> None:
    (log,) = read(lines(GOOD_ROW | {"_skipLearn": True, "_label_cost": 9}, GOOD_ROW))
    assert len(log) == 1


def test_a_reward_whose_decision_was_read_is_one_of_a_log_that_is_not_joined() -> None:
    ((line, reason),) = refused(lines(GOOD_ROW) + b'\n{"RewardValue": 1, "EventId": "e0"}')
    assert (line, reason) == (
        2,
        "it is the reward of the earlier event 'e0': the log is not joined. Join rewards "
        "to decisions first",
    )


A_FIRST = "it has no probability (_label_probability), so other policies cannot"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (without("p"), A_FIRST),
        (GOOD_ROW | {"_label_probability": 0}, "its probability is 0, but must be above 0 and"),
        (GOOD_ROW | {"_label_probability": 1.5}, "its probability is 1.5, but must be above 0"),
        (GOOD_ROW | {"_label_probability": 1e-99}, "its probability is 1e-99, but it was shown"),
        (GOOD_ROW | {"_label_probability": 0.5}, "its probability is 0.5, but that of the action"),
        (GOOD_ROW | {"p": [0.5, 0.2]}, "its probabilities add up to 0.7"),
        (GOOD_ROW | {"p": [1.5, -0.5]}, "a probability is negative"),
        (GOOD_ROW | {"p": [1]}, "p does not have 2 values"),
        (GOOD_ROW | {"a": [1, 1]}, "a does not name the actions 1 to 2"),
        (without("a"), "a does not name the actions 1 to 2"),
    ],
)
def test_impossible_probabilities_are_reported_with_the_line(row: object, reason: str) -> None:
    ((line, reason),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert reason.startswith(reason)


def test_the_order_of_a_ranking_is_not_asked_for_where_nothing_follows_it() -> None:
    bare = without("p", "a") | {"_label_probability": 0.75, "_label_Action": 2, "_skipLearn": None}
    (log,) = read(lines(GOOD_ROW, bare))
    assert [log.actions[at] for at in log.shown] == ["a", "b"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (without("c"), "c is not an object with the actions in _multi"),
        (offering({"_tag": "a"}, {"_tag": "a"}), "it offers two actions with the same id"),
        (offering(1, 2), "c._multi has values that are not objects"),
    ],
)
def test_an_impossible_offer_is_reported_with_the_line(row: object, reason: str) -> None:
    ((line, reason),) = refused(lines(GOOD_ROW, row, GOOD_ROW))
    assert line == 2
    assert reason.startswith(reason)


def test_offers_may_not_differ_where_positions_are_all_that_tells_actions() -> None:
    (log,) = read(lines(offering({"x": 1}, {"x": 2}), offering({"x": 3}, {"x": 4})))
    assert log.actions == ("1", "2")
    faults = refused(lines(offering({"x": 1}, {"x": 2}), offering({"x": 1}, {"x": 2}, {"x": 3})))
    assert faults == [
        (
            2,
            "it offers 3 actions, not all with an id, after 2 in earlier events, so the actions "
            "cannot be identified",
        )
    ]


def test_contexts_that_no_rank_call_could_have_are_known_by_their_json() -> None:
    odd = GOOD_ROW | {"c": GOOD_ROW["c"] | {"FromUrl": [{"x": [{"y": 1}]}]}}
    (log,) = read(lines(GOOD_ROW, odd))
    assert log.contexts == ("x=1", '[{"x": [{"y": 1}]}]')


def test_offers_may_differ_where_actions_have_names() -> None:
    more = offering({"_tag": "b"}, {"i": {"id": "c"}}, {"_tag": "a"})
    (log,) = read(lines(GOOD_ROW, more))
    assert log.actions == ("a", "b", "c")
    assert log.offered.tolist() == [[True, True, False], [True, True, True]]
    assert [log.actions[at] for at in log.baseline] == ["a", "b"]


def test_probabilities_of_all_are_known_only_if_each_line_tells_them() -> None:
    bare = without("p") | {"_label_probability": 0.75}
    (log,) = read(lines(GOOD_ROW, bare))
    assert log.probabilities is None
    assert log.propensity.tolist() == [0.75, 0.75]
