"""Bounds of the parameters of hypotheses."""

import math

import pytest

from engine import Hypothesis, LoopSettings
from tests.engine.refusals import assert_one_sentence, refusal

CONFIGURATION = "InvalidServiceConfiguration"


@pytest.mark.parametrize(
    ("name", "value", "shown", "allowed"),
    [
        ("crosses", 5, "5", "a whole number from 0 to 4"),
        ("crosses", 1.0, "1.0", "a whole number from 0 to 4"),
        ("crosses", True, "True", "a whole number from 0 to 4"),
        ("by", "name", "'name'", '"id", "features", "bent", "cells" or "rates"'),
        ("by", None, "None", '"id", "features", "bent", "cells" or "rates"'),
        ("noise_sd", 0, "0", "a number from 0.001 to 10"),
        ("noise_sd", math.nan, "nan", "a number from 0.001 to 10"),
        ("prior_sd", 10.1, "10.1", "a number from 0.001 to 10"),
        ("prior_sd", "wide", "'wide'", "a number from 0.001 to 10"),
        ("memory", 0.09, "0.09", "a number from 0.1 to 1"),
        ("memory", 1.01, "1.01", "a number from 0.1 to 1"),
        ("odds", 0, "0", "a number from 0.001 to 1000"),
        ("odds", 1_001, "1001", "a number from 0.001 to 1000"),
    ],
)
def test_a_hypothesis_out_of_bounds_is_refused(
    name: str, value: object, shown: str, allowed: str
) -> None:
    error = refusal(lambda: Hypothesis(**{name: value}))  # type: ignore[arg-type]
    assert (error.code, error.target) == (CONFIGURATION, f"hypothesis.{name}")
    assert_one_sentence(error, shown, allowed)


def test_the_bounds_of_a_hypothesis_are_allowed() -> None:
    for end in (
        Hypothesis(0, "id", 0.001, 0.001, 0.1, 0.001),
        Hypothesis(4, "id", 10, 10, 1, 1_000),
        Hypothesis(4, "bent", 10, 10, 1, 1_000),
        Hypothesis(4, "cells", 10, 10, 1, 1_000),
    ):
        assert LoopSettings(hypotheses=(end,)).compared == (end,)
