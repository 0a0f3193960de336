"""Joined batches equal the single batches."""

from dataclasses import replace

import pytest

from engine.evaluation.files.batch_concatenation import concatenated
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import Baseline, FixedAction, LoggedPolicy, UniformTarget
from tests.engine.evaluation.files.sample_files import (
    ACTIONS,
    as_dsjson,
    as_parquet,
    numbers_of,
    read,
    table,
)

TARGETS = (LoggedPolicy(), Baseline(), UniformTarget(), *map(FixedAction, ACTIONS))


def test_batches_that_order_their_actions_otherwise_are_one_log() -> None:
    # As dsjson the last two alone come first here: each batch has an order of its own.
    made = table(60)
    late = made.filter([offered == "soup|cake" for offered in made["offered"].to_pylist()])
    parts = [*read(as_dsjson(late)), *read(as_parquet(made)), *read(as_dsjson(made))]
    whole = concatenated(parts)
    assert whole.actions == ("soup", "cake", "tea")
    assert len(whole) == len(late) + 120
    assert numbers_of(evaluate([whole], TARGETS)) == pytest.approx(
        numbers_of(evaluate(parts, TARGETS))
    )


def test_probabilities_missing_in_one_batch_are_dropped() -> None:
    (log,) = read(as_parquet(table(20)))
    assert concatenated([log, log]).probabilities is not None
    assert concatenated([log, replace(log, probabilities=None)]).probabilities is None


def test_of_no_batch_there_is_no_event() -> None:
    assert len(concatenated([])) == 0
