"""The benchmark of intervals goes on where it left off, and counts what a file has."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from engine.evaluation.coverage import Count
from tests.benchmarks.estimators import Key, lines, measure, measured, summed, table, told_by


def test_a_log_is_kept_and_what_came_of_it_is_read_again(tmp_path: Path) -> None:
    told = told_by("coffee", 0.05, 3, 40, tmp_path)
    (kept,) = tmp_path.glob("*.npz")
    made = kept.stat().st_mtime_ns
    again = told_by("coffee", 0.05, 3, 30, tmp_path)
    assert kept.stat().st_mtime_ns == made
    assert len(again.log) == 30
    assert again.log.probabilities is not None
    assert told.log.probabilities is not None
    np.testing.assert_array_equal(again.log.probabilities, told.log.probabilities[:30])

    counts: dict[Key, Count] = defaultdict(Count)
    for events in (20, 40):
        measure("coffee", told, events, counts)
    results = tmp_path / "figures.jsonl"
    results.write_text("".join(lines("coffee", 0.05, 3, counts)))
    found = measured(results, 0.05)
    assert set(found) == {("coffee", 3, 20), ("coffee", 3, 40)}
    assert measured(results, 0.1) == {}
    whole, logs = summed([*found.values(), *found.values()])
    assert logs == {("coffee", 20): 2, ("coffee", 40): 2}
    key = "coffee", 40, "fixed", "naive"
    assert whole[key].intervals == 2 * counts[key].intervals
    assert len(list(table(whole, logs))) == 2 + 2 * 3
