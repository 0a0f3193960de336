"""The favoured action in every context."""

from dataclasses import replace

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Thompson
from engine.evaluation.context_map import favourites
from engine.loop.settings import LearningMode
from engine.policies.registry import POLICIES
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


@pytest.mark.parametrize("mode", ["online", "apprentice", "logging_only"])
@pytest.mark.parametrize("settings", [SMALL, LoopSettings.classic()], ids=["bayesian", "classic"])
def test_every_policy_favours_what_it_would_show_in_each_context(
    settings: LoopSettings, mode: LearningMode
) -> None:
    loop = LearningLoop(replace(settings, learning_mode=mode), seed=1, clock=ManualClock())
    list(crowd(loop, COFFEE, 30))
    requests = [COFFEE.request(cell) for cell in range(len(COFFEE.contexts))]
    for policy in POLICIES.values():
        if not policy.loggable or policy.needs_doubt > loop.learner.expresses_doubt:
            continue
        loop.configure(policy=policy())
        alone = [loop.preview(COFFEE.actions, [context]) for context in COFFEE.contexts]
        expected = np.array([one.probabilities for one in alone])
        np.testing.assert_allclose(loop.probabilities(requests), expected, atol=1e-12)
