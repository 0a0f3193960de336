"""A flipped bit anywhere in a database file is without effect, or detected."""

from pathlib import Path

import numpy as np
import pytest

from tests.faults.flipped_bits import effects


@pytest.mark.slow
def test_no_flipped_bit_is_believed(tmp_path: Path) -> None:
    results = list(effects(tmp_path, 5, np.random.default_rng(12)))
    assert {one.effect for one in results} <= {"without effect", "refused"}
