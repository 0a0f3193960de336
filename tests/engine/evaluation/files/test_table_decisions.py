"""Rows of tables become decisions, or are refused with a sentence each."""

import numpy as np
import pyarrow as pa
import pytest

from engine.evaluation.files.column_roles import Columns, StatedRule
from tests.engine.evaluation.files.sample_files import GOOD, as_parquet, read, refused, text

TABLE = Columns("action", "reward", probabilities=(("a", "p_a"), ("b", "p_b")))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (",0.25,", ",0,", "its probability is 0, but it was shown"),
        (",0.25,", ",1e-99,", "its probability is 1e-99, but it was shown"),
        (",0.25,", ",1.5,", "its probability is 1.5, but must be from 0 to 1"),
        (",0.25,", ",-1,", "its probability is -1, but must be from 0 to 1"),
        (",0.25,", ",nan,", "it has no probability"),
        (",0.25,", ",,", "it has no probability"),
        (",0.25,", ",often,", "its probability is 'often', which is no number"),
        ("0.25,1", "0.25,2", "its reward is 2, but must be from 0 to 1"),
        ("0.25,1", "0.25,inf", "its reward is inf, but must be from 0 to 1"),
        ("0.25,1", "0.25,", "it has no reward"),
        ("cake,cake", "cake,soup", "its action 'soup' was not offered"),
        ("cake,cake", "cake,", "it shows no action"),
        ("tea|cake", "", "it offers no action"),
        ("tea|cake", "[" * 5_000, "its action 'cake' was not offered"),
    ],
)
def test_a_faulty_row_is_reported_with_the_value(old: str, new: str, reason: str) -> None:
    assert refused(text(GOOD, GOOD.replace(old, new))) == [(3, reason)]


def test_text_that_is_not_utf_8_is_refused_with_its_line() -> None:
    assert refused(text(GOOD, GOOD).replace(b"cake,cake", b"c\xe9,c\xe9", 1)) == [
        (2, "it is not UTF-8")
    ]


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_row_with_a_field_more_that_is_not_utf_8_is_refused_with_its_line() -> None:
    data = text(GOOD, '2026-01-01T00:00:00Z,"rai\nny",true,tea|cake,cake,0.25,1', GOOD)
    assert refused(data.rstrip() + b",\xe9\n") == [(5, "it is not UTF-8")]


@pytest.mark.parametrize(
    ("column", "reason"),
    [("action", "it shows no action"), ("offered", "it offers no action"), ("event", None)],
)
def test_a_parquet_column_of_the_type_null_holds_nothing(column: str, reason: str | None) -> None:
    rows = {"action": ["a", "b"], "reward": [1, 0], "p": [0.5, 0.5], "offered": ["a|b", "a|b"]}
    data = as_parquet(pa.table({**rows, "event": ["1", "2"], column: pa.nulls(2)}))
    columns = Columns("action", "reward", "p", offered="offered", event="event")
    if reason is None:
        assert len(read(data, columns)[0]) == 2
    else:
        assert refused(data, columns) == [(1, reason), (2, reason)]


def of(p_a: list[float | None], p_b: list[float | None], action: str = "a") -> bytes:
    n = len(p_a)
    columns = {"action": [action] * n, "reward": [1] * n, "p_a": p_a, "p_b": p_b}
    return as_parquet(pa.table(columns))


def test_the_probability_of_what_was_shown_is_read_from_those_of_all() -> None:
    (log,) = read(of([0.25, 1.0, 0.333], [0.75, None, 0.667]), TABLE)
    assert log.propensity.tolist() == [0.25, 1.0, 0.333]
    assert log.offered.tolist() == [[True, True], [True, False], [True, True]]
    assert log.baseline.tolist() == [0, 0, 0]
    assert log.probabilities is not None
    np.testing.assert_allclose(log.probabilities.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize(
    ("p_a", "p_b", "reason"),
    [
        (0.5, 0.2, "its probabilities add up to 0.7"),
        (1.5, -0.5, "a probability is not from 0 to 1"),
        (None, 1.0, "its action 'a' was not offered"),
        (0.0, 1.0, "its probability is 0, but it was shown"),
    ],
)
def test_probabilities_that_cannot_be_are_refused(
    p_a: float | None, p_b: float | None, reason: str
) -> None:
    assert refused(of([0.5, p_a], [0.5, p_b]), TABLE) == [(2, reason)]


def test_what_was_not_offered_has_no_probability_and_the_shown_one_only_one() -> None:
    row = {"action": ["a"], "reward": [1], "p": [0.9], "p_a": [0.5], "p_b": [0.5]}
    names = Columns("action", "reward", "p", probabilities=TABLE.probabilities)
    twice = [(1, "its probability is 0.9, but that of the action shown is 0.5")]
    assert refused(as_parquet(pa.table(row)), names) == twice
    data = as_parquet(pa.table(row | {"set": [["a"]]}))
    listed = Columns("action", "reward", probabilities=TABLE.probabilities, offered="set")
    assert refused(data, listed) == [(1, "an action that was not offered has a probability")]


@pytest.mark.parametrize(
    "told", ["b|a", "b;a", "b, a", '["b", "a"]', ["b", "a"]], ids=["bar", ";", ",", "JSON", "list"]
)
def test_the_first_that_is_offered_is_the_baseline(told: object) -> None:
    columns = {"action": ["a"], "reward": [1], "p": [0.5], "set": [told]}
    (log,) = read(as_parquet(pa.table(columns)), Columns("action", "reward", "p", offered="set"))
    assert log.actions == ("b", "a")
    assert (log.baseline.tolist(), log.shown.tolist()) == ([0], [1])


def test_a_comma_in_a_value_is_no_new_column_and_missing_values_are_told() -> None:
    columns = {"action": ["a"] * 3, "reward": [1] * 3, "p": [0.5] * 3}
    columns |= {"x": ["1, y=2", "1", None], "y": ["3", "2, y=3", "3"]}
    (log,) = read(as_parquet(pa.table(columns)), Columns("action", "reward", "p", ("x", "y")))
    assert log.contexts == ("x=1,, y=2, y=3", "x=1, y=2,, y=3", "x=null, y=3")
    assert log.context_index.tolist() == [0, 1, 2]


def test_objects_are_columns_and_lists_of_objects_are_told_by_their_ids() -> None:
    columns = {
        "action": ["a"],
        "reward": [True],
        "p": ["50 %"],
        "set": [[{"id": "b"}, {"id": "a"}]],
    }
    columns |= {
        "user": [{"age": 41, "at": {"city": "Bern"}}],
        "json": ['{"weather": "rainy, cold"}'],
    }
    names = Columns("action", "reward", "p", ("user.age", "user.at.city", "json"), offered="set")
    (log,) = read(as_parquet(pa.table(columns)), names)
    assert log.contexts == ("user.age=41, user.at.city=Bern, json.weather=rainy,, cold",)
    assert (log.actions, log.reward.tolist(), log.propensity.tolist()) == (("b", "a"), [1], [0.5])


def test_a_decimal_comma_is_one_where_semicolons_part_the_columns() -> None:
    data = b"action;reward;p;t\na;yes;0,25;21,5\nb;false;1,0;a, b\n"
    (log,) = read(data, Columns("action", "reward", "p", ("t",)))
    assert (log.reward.tolist(), log.propensity.tolist()) == ([1, 0], [0.25, 1])
    assert log.contexts == ("t=21.5", "t=a,, b")
    tabs = b"action\treward\tp\na\t1,000\t.5\n"
    assert refused(tabs) == [(2, "its reward is '1,000', which is no number")]
    quoted = b'action,reward,p\na,1,"0,25"\n'
    assert refused(quoted) == [(2, "its probability is '0,25', which is no number")]


def test_of_two_columns_with_one_name_neither_is_taken() -> None:
    names, reason = Columns("action", "reward", "p"), "it has two columns that are called 'reward'"
    assert refused(b"action,reward,p,reward,,\na,1,0.5,0,,\n", names) == [(0, reason)]
    (log,) = read(b"action,reward,p,,\na,1,0.5,,\n")
    assert len(log) == 1


def test_a_context_has_an_end() -> None:
    data = text(GOOD, GOOD.replace("rainy", "rainy" * 2_001))
    assert refused(data) == [(3, "its context has more than 10,000 characters")]


def test_numbers_are_read_in_quarters_and_other_texts_as_they_are() -> None:
    columns = Columns("action", "reward", "p", ("x",), quarters=(("x", (50.0, 100.0)),))
    data = b"x,action,p,reward\n49.5,a,.5,1\n50,b,.5,0\n1e3,a,.5,1\n,b,.5,0\nn/a,a,.5,0\n"
    (log,) = read(data, columns)
    texts = [log.contexts[at] for at in log.context_index]
    assert texts == ["x=below 50", "x=50 to 100", "x=100 or more", "x=null", "x=n/a"]


def test_a_log_of_a_stated_rule_has_its_probabilities() -> None:
    data = b"segment,action,reward\nx,a,1\ny,a,0\nx,b,0\nz,c,0\n"
    rule = StatedRule("segment", (("x", "a"), ("y", "b"), ("z", "")), 0.8)
    (log,) = read(data, Columns("action", "reward", split=rule))
    assert log.actions == ("a", "b", "c")
    assert log.propensity.tolist() == pytest.approx([0.8, 0.1, 0.1, 1 / 3])
    assert log.probabilities is not None
    np.testing.assert_allclose(log.probabilities[1], [0.1, 0.8, 0.1])
    assert log.rounding == 0
    constant = StatedRule("", (("", "a"),), 0.9)
    (log,) = read(data, Columns("action", "reward", split=constant))
    assert log.propensity.tolist() == pytest.approx([0.9, 0.9, 0.05, 0.05])
    short = StatedRule("segment", (("x", "a"), ("y", "b")), 0.8)
    assert refused(data, Columns("action", "reward", split=short)) == [
        (5, "the stated rule has no row for segment = 'z'")
    ]
    offered = b"segment,action,reward,offered\nx,a,1,a\nx,b,0,b|c\n"
    (log,) = read(offered, Columns("action", "reward", offered="offered", split=rule))
    assert log.propensity.tolist() == [1.0, 0.5]


def test_a_log_of_a_stated_split_has_its_probabilities() -> None:
    data = b"action,reward\na,1\nb,0\na,0\n"
    (log,) = read(data, Columns("action", "reward", split=(("a", 0.75), ("b", 0.2), ("c", 0.05))))
    assert log.actions == ("a", "b", "c")
    assert log.propensity.tolist() == pytest.approx([0.75, 0.2, 0.75])
    assert log.probabilities is not None
    assert log.probabilities.sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    assert log.rounding == 0
    (log,) = read(data, Columns("action", "reward", split=()))
    assert log.propensity.tolist() == [0.5] * 3
    assert refused(data, Columns("action", "reward", split=(("a", 1.0),))) == [
        (3, "its action 'b' was not offered")
    ]
    offered = b"action,reward,offered\na,1,a|b\nb,0,b|c\n"
    split = (("a", 0.2), ("b", 0.6), ("c", 0.2))
    (log,) = read(offered, Columns("action", "reward", offered="offered", split=split))
    assert log.propensity.tolist() == pytest.approx([0.25, 0.75])
    assert (
        "no column is said to hold the probability"
        in refused(data, Columns("action", "reward"))[0][1]
    )
