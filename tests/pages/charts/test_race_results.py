"""Results of a race."""

import pytest

from pages.parts.charts import race_results as results


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.1), ([0.0], 0.1), ([0.1], 0.1), ([0.31, 0.2], 0.4)]
)
def test_the_axis_of_segments_grows_by_tenths(values: list[float], top: float) -> None:
    assert results.tenths_above(values) == pytest.approx(top)
