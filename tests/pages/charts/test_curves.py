"""Rewards and regret over visitors."""

import pytest

from pages.parts.charts import curves


@pytest.mark.parametrize(
    ("size", "end"), [(0, 50), (50, 50), (51, 100), (100, 100), (101, 200), (999, 1000), (3e4, 5e4)]
)
def test_axes_grow_in_steps(size: float, end: int) -> None:
    assert curves.span_of(size) == end
