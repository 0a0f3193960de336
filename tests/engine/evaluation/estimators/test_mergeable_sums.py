"""Tables of sums that can be added, with any rows and columns."""

import numpy as np

from engine.evaluation.estimators.mergeable_sums import SumTable


def test_tables_add_by_the_names_of_rows_and_columns() -> None:
    one = SumTable(("a", "b"), ("x",), np.array([[[1.0], [2.0]]]))
    two = SumTable(("b", "c"), ("y", "x"), np.array([[[10.0, 20.0], [30.0, 40.0]]]))
    both = one + two
    assert (both.rows, both.columns) == (("a", "b", "c"), ("x", "y"))
    assert both.sums.tolist() == [[[1, 0], [22, 10], [40, 30]]]
    assert both.used.tolist() == [[True, False], [True, True], [True, True]]
    empty = SumTable.empty(1) + one
    assert (empty.rows, empty.sums.tolist()) == (one.rows, one.sums.tolist())
