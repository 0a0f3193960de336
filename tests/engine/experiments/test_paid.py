"""What is paid for, and what comes of it. The claims of a lesson, on three seeds."""

import pytest

from engine.experiments.paid import PAYS, paid, paying
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.steps import finish
from engine.worlds.coffee import COFFEE
from engine.worlds.news import NEWS


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7, 11])
def test_paid_for_clicks_more_is_opened_and_less_is_read(seed: int) -> None:
    found = {}
    for key, pay in PAYS.items():
        loop = LearningLoop(LoopSettings(), seed=seed)
        finish(paying(loop, NEWS, pay, 1_000))  # As the lesson does.
        found[key] = paid(loop, NEWS)
    assert found["clicks"].opened > found["both"].opened + 0.02
    assert found["clicks"].finished < found["both"].finished - 0.02
    assert found["finished"].opened < found["both"].opened - 0.02


def test_a_loop_is_told_what_is_paid_and_nothing_else() -> None:
    loops = {key: LearningLoop(LoopSettings(), seed=2) for key in PAYS}
    for key, loop in loops.items():
        finish(paying(loop, COFFEE, PAYS[key], 12))
    earned = {key: [e.earned for e in loop.events.values()] for key, loop in loops.items()}
    assert set(earned["clicks"]) | set(earned["finished"]) <= {0.0, 1.0}
    found = paid(loops["both"], COFFEE)
    assert 0 < found.finished <= found.opened < 1
