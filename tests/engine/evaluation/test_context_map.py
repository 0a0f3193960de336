"""The favoured action in every context."""

import pytest

from engine import LearningLoop, LoopSettings, Thompson
from engine.evaluation.context_map import favourites
from engine.simulation.crowd import crowd
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock

SMALL = LoopSettings(policy=Thompson(draws=64))


def small_loop() -> LearningLoop:
    return LearningLoop(SMALL, seed=1, clock=ManualClock())


def test_favourites_are_the_most_probable_actions_of_every_context_and_log_nothing() -> None:
    loop = small_loop()
    list(crowd(loop, COFFEE, 200))
    length = len(loop.log)
    rows = favourites(loop, COFFEE)
    assert len(loop.log) == length
    assert len(rows) == 36
    for row, context, expected in zip(rows, COFFEE.contexts, COFFEE.expected, strict=True):
        chances = loop.preview(COFFEE.actions, COFFEE.features(context)).probabilities
        top = max(chances)
        assert row == {
            **context,
            "action": COFFEE.items[chances.index(top)].id,
            "probability": top,
            "strength": pytest.approx(max(0.0, (top - 0.25) / 0.75)),
            "best": COFFEE.items[int(expected.argmax())].id,
        }
