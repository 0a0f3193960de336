"""What a world knows of target policies, against its own table of expected rewards."""

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.decisions import Decisions, decisions_from, usable
from engine.evaluation.targets import Baseline, Even, Fixed, Given, Online
from engine.evaluation.truth import truths
from engine.simulation.crowd import crowd
from engine.worlds import WORLDS

COFFEE = WORLDS["coffee"]


@pytest.fixture(scope="module")
def loop() -> LearningLoop:
    loop = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(loop, COFFEE, 60):
        pass
    return loop


@pytest.fixture(scope="module")
def log(loop: LearningLoop) -> Decisions:
    return decisions_from(usable(loop))


def test_actions_and_chance_are_served_to_everybody_who_comes(log: Decisions) -> None:
    found = truths(COFFEE, log, [Fixed("Latte"), Baseline(), Even()])
    earned = COFFEE.frequencies @ COFFEE.expected
    assert found["action Latte"] == pytest.approx(earned[COFFEE.position("Latte")])
    assert found["baseline"] == pytest.approx(earned[0])
    assert found["uniform"] == pytest.approx(COFFEE.uniform_value)


def test_what_is_known_for_the_log_alone_is_served_to_its_visitors(
    loop: LearningLoop, log: Decisions
) -> None:
    first = np.zeros(log.offered.shape)
    first[:, 0] = 1.0
    found = truths(COFFEE, log, [Online(), Given("first", first)])
    cells = [COFFEE.cell(COFFEE.context_of(e.ranked.request)) for e in loop.events.values()]
    expected = COFFEE.expected[cells]
    assert log.probabilities is not None
    assert found["online"] == pytest.approx((log.probabilities * expected).sum(axis=1).mean())
    assert found["first"] == pytest.approx(expected[:, 0].mean())


def test_of_another_world_nothing_is_known(log: Decisions) -> None:
    assert truths(WORLDS["news"], log, [Even()]) == {}
