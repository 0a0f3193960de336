"""Statistical tests of frequencies."""

import numpy as np

from engine.arrays import Array

CHI_SQUARE_999 = {
    1: 10.828, 2: 13.816, 3: 16.266, 4: 18.467, 5: 20.515, 6: 22.458, 7: 24.322, 8: 26.124,
    15: 37.697, 19: 43.820, 26: 54.052, 35: 66.619, 47: 82.720,
}  # fmt: skip
"""Quantile at .999 by degrees of freedom (tables of the chi-square distribution)."""


def chi_square(counts: Array, probabilities: Array) -> float:
    """Pearson's statistic of counts against their expected probabilities."""
    expected = probabilities * counts.sum()
    return float(np.sum((counts - expected) ** 2 / expected))
