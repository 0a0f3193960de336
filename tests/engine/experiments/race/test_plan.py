"""Valid and refused plans of races."""

from dataclasses import replace

import pytest

from engine.experiments.race.contenders import Blind
from tests.engine.experiments.race.races import PLAN
from tests.engine.refusals import refusal


@pytest.mark.parametrize(
    ("change", "target"),
    [({"world": "coffee"}, "world"), ({"contenders": ()}, "contenders"),
     ({"contenders": (Blind("a"), Blind("a"))}, "contenders"), ({"visitors": 0}, "visitors"),
     ({"visitors": 200_001}, "visitors"), ({"repetitions": 501}, "repetitions"),
     ({"drift": "fast"}, "drift"), ({"delay": -1}, "delay"), ({"refresh": 0}, "refresh"),
     ({"seed": -1}, "seed")],
)  # fmt: skip
def test_a_plan_that_cannot_be_raced_is_refused(change: dict[str, object], target: str) -> None:
    assert refusal(lambda: replace(PLAN, **change)).target == target  # type: ignore[arg-type]
