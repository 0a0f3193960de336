"""Parts of a log, evaluated apart in any executor, give what the whole gives."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import PersonalizerError, RejectedError
from engine.evaluation.sources.logs import Log, open_log
from engine.evaluation.sources.merged import evaluate_parts
from engine.evaluation.sources.window import Window
from engine.evaluation.targets import Rule, RuleTable, Target, usual_targets
from tests.engine.evaluation.sources.made import (
    ACTIONS,
    GOOD,
    as_parquet,
    numbers_of,
    table,
    text,
)

RULES = RuleTable((Rule(("weather=rainy",), "soup"), Rule(("loud=true",), "cake")))
TARGETS: Sequence[Target] = (*usual_targets(ACTIONS), RULES)


@contextmanager
def dask_cluster() -> Iterator[Executor]:
    distributed: Any = import_module("distributed")
    # Processes would take seconds to start; that parts can travel is seen with those of a pool.
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False}
    with (
        distributed.LocalCluster(**options, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Four parts of unequal length."""
    made = table(900)
    for at, size in (0, 400), (400, 1), (401, 299), (700, 200):
        (tmp_path / f"{at:03d}.parquet").write_bytes(as_parquet(made.slice(at, size)))
    return open_log(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("executors", [dask_cluster, lambda: ProcessPoolExecutor(2)])
def test_any_executor_gives_the_same_numbers(
    log: Log, executors: Callable[[], AbstractContextManager[Executor]]
) -> None:
    whole = evaluate_parts([log], TARGETS)
    with executors() as executor:
        apart = evaluate_parts(log.parts, TARGETS, executor)
    assert apart.events == whole.events == 900
    np.testing.assert_allclose(numbers_of(apart), numbers_of(whole), rtol=1e-9)


def test_parts_outside_of_a_window_count_nothing_and_a_log_of_nothing_is_refused(log: Log) -> None:
    late = Window(since=datetime(2026, 2, 1, tzinfo=UTC))
    assert evaluate_parts(replace(log, window=late).parts, TARGETS).events == 900 - 31 * 24
    with pytest.raises(PersonalizerError, match="The log has no event to evaluate"):
        evaluate_parts(replace(log, window=Window(first=901)).parts, TARGETS)


@pytest.mark.slow
def test_a_refusal_comes_back_from_another_process() -> None:
    log = open_log(text(GOOD, GOOD.replace("0.25", "0")), "log")
    with ProcessPoolExecutor(1) as executor, pytest.raises(RejectedError) as error:
        evaluate_parts(log.parts, TARGETS, executor)
    assert [(fault.file, fault.line) for fault in error.value.faults] == [("log", 3)]
