"""Answers of the reader process survive serialisation."""

from dataclasses import fields, replace
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest

from engine.errors import Fault, PersonalizerError, RejectedError
from engine.evaluation.files.column_roles import Columns, StatedRule
from engine.evaluation.files.reader_messages import FileAnswer, Inspected, read_answer, write_answer
from engine.evaluation.logged_decisions import Decisions
from tests.engine.evaluation.made_logs import made

LOG = made(50).log
BARE = replace(LOG, probabilities=None, means=None)


def sent(answer: FileAnswer) -> FileAnswer:
    """An answer after a write and a read."""
    file = BytesIO()
    write_answer(answer, file)
    file.seek(0)
    return read_answer(file)


@pytest.mark.parametrize(
    "log",
    [
        replace(LOG, unmatched=3, rounding=0.005, probability_tolerance=np.full(50, 0.004)),
        BARE,
        replace(LOG, means=np.full((50, 3), 0.1 + 0.2)),
        # Half of a surrogate pair: JSON can express it.
        replace(BARE, contexts=("\ud800", *LOG.contexts[1:])),
    ],
)
def test_decisions_are_the_same(log: Decisions) -> None:
    read = sent(log)
    assert isinstance(read, Decisions)
    for name in (field.name for field in fields(Decisions)):
        ours, theirs = getattr(log, name), getattr(read, name)
        if isinstance(ours, np.ndarray):
            assert theirs.dtype == ours.dtype
            np.testing.assert_array_equal(theirs, ours)
        else:
            assert theirs == ours


def test_columns_are_the_same() -> None:
    columns = Columns("a", "r", "p", ("x", "y"), (("tea", "p_tea"),), actions=("tea",))
    usual = {"x": {"v": "tea"}}
    of_rule = replace(columns, split=StatedRule("x", (("v", "tea"),), 0.9))
    inspected = Inspected(("a", "r"), columns, ("y",), (0.0, 9.0), ("tea",), usual)
    for answer in (inspected, Inspected(columns=of_rule), Inspected()):
        assert sent(answer) == answer


def test_faults_are_the_same() -> None:
    error = RejectedError([Fault(3, "it is odd"), Fault(0, "no", "b.csv")], 7, "evaluated")
    read = sent(error)
    assert isinstance(read, RejectedError)
    assert (read.faults, read.total, read.message) == (error.faults, 7, error.message)
    refused = sent(PersonalizerError("BadRequest", "Too many.", "log"))
    assert isinstance(refused, PersonalizerError)
    assert (refused.code, refused.message, refused.target) == ("BadRequest", "Too many.", "log")


@pytest.mark.parametrize("cut", [0, 10, 2_000])
def test_an_answer_that_was_cut_is_none(cut: int) -> None:
    file = BytesIO()
    write_answer(LOG, file)
    with pytest.raises((pa.ArrowInvalid, OSError)):
        read_answer(BytesIO(file.getvalue()[:cut]))
